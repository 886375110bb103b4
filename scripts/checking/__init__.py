"""The parts of scripts/check_results.py: one file for each kind of table, and for each kind of question."""
