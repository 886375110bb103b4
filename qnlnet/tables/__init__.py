"""From per-seed rows to tables for programs (CSV), readers (Markdown, LaTeX) and the terminal."""

from qnlnet.tables.formats import format_latex, format_markdown, format_terminal, terminal_table
from qnlnet.tables.layout import Layout, lay_out
from qnlnet.tables.summary import SUMMARY_COLUMNS, summarise
from qnlnet.tables.write import write_tables

__all__ = [
    "SUMMARY_COLUMNS",
    "Layout",
    "format_latex",
    "format_markdown",
    "format_terminal",
    "lay_out",
    "summarise",
    "terminal_table",
    "write_tables",
]
