"""Checks of what is committed: one file for each kind of table, and for each kind of question."""
