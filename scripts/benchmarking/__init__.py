"""The benchmarks behind scripts/bench.py: contestants, fair timing, and what becomes of the figures."""
