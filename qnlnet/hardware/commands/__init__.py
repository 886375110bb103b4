"""What scripts/ibm_jobs.py does: its commands, what they are asked for, and what they print."""
