"""Writing tables for programs (CSV) and for readers (Markdown, LaTeX)."""

from pathlib import Path

import pandas as pd

from qnlnet.files import write_file
from qnlnet.records import write_table
from qnlnet.tables.formats import format_latex, format_markdown
from qnlnet.tables.layout import Layout, lay_out
from qnlnet.tables.summary import SUMMARY_COLUMNS, summarise_all_columns


def write_tables(seed_rows: pd.DataFrame, directory: Path | str, name: str = "table1") -> list[Path]:
    """Writes `name`.csv (all statistics), `name`.md and `name`.tex (compact) and returns their paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    summary = summarise_all_columns(seed_rows)
    return write_layout(lay_out(summary), summary[list(SUMMARY_COLUMNS)], directory, name)


def write_layout(layout: Layout, numbers: pd.DataFrame, directory: Path | str, name: str) -> list[Path]:
    """Writes `numbers` as `name`.csv and `layout` as `name`.md and `name`.tex, and returns the paths.

    Raises:
        ResultsError: The folder cannot be written.
    """
    directory = Path(directory)
    return [
        write_table(numbers, directory / f"{name}.csv"),
        write_file(directory / f"{name}.md", format_markdown(layout).encode("utf-8")),
        write_file(directory / f"{name}.tex", format_latex(layout).encode("utf-8")),
    ]
