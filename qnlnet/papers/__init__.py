"""Papers: what each of them claims, and how the tables in results/ judge it; a folder for each paper."""
