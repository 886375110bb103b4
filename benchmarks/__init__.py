"""The benchmarks, run by `python -m benchmarks`: contestants, fair timing, and one file for each question."""
