"""The parts of scripts/ibm_jobs.py: its command line, its commands and its texts."""
