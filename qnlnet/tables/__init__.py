"""From per-seed rows to tables for programs (CSV), readers (Markdown, LaTeX) and the terminal."""

from qnlnet.tables.ablation import summarise_ablation
from qnlnet.tables.competitors import summarise_competitors
from qnlnet.tables.curves import summarise_curves
from qnlnet.tables.formats import format_latex, format_markdown, format_terminal, terminal_table
from qnlnet.tables.gradients import summarise_gradients, write_gradients
from qnlnet.tables.growth import summarise_growth
from qnlnet.tables.kinds import TABLES, TableKind, table_kind
from qnlnet.tables.layout import Layout, lay_out
from qnlnet.tables.summary import SUMMARY_COLUMNS, summarise
from qnlnet.tables.write import write_tables

__all__ = [
    "SUMMARY_COLUMNS",
    "TABLES",
    "Layout",
    "TableKind",
    "format_latex",
    "format_markdown",
    "format_terminal",
    "lay_out",
    "summarise",
    "summarise_ablation",
    "summarise_competitors",
    "summarise_curves",
    "summarise_gradients",
    "summarise_growth",
    "table_kind",
    "terminal_table",
    "write_gradients",
    "write_tables",
]
