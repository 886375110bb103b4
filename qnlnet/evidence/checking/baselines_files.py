"""The files of classical models, which may stand in the folder of another table."""

TABLE, PAGE, NOTES = "baselines.csv", "baselines.md", "baselines_provenance.md"
FILES = (TABLE, PAGE, NOTES)
