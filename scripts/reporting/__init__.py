"""The parts of scripts/report.py: from what lies in results/ to one page that needs nothing else."""
