"""From what lies in results/ to one page that needs nothing else."""
