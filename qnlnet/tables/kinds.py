"""The kinds of tables that can be made from per-seed rows: what `table:` in configs/ may name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.errors import check_choice
from qnlnet.tables.ablation import ENDINGS, format_ablation_terminal, write_ablation
from qnlnet.tables.competitors import format_competitors_terminal, write_competitors
from qnlnet.tables.formats import format_terminal
from qnlnet.tables.options import ENDINGS as OPTIONS_ENDINGS
from qnlnet.tables.options import write_options
from qnlnet.tables.protocols import format_protocols_terminal, write_protocols
from qnlnet.tables.summary import summarise
from qnlnet.tables.twins import format_twins_terminal, write_twins
from qnlnet.tables.write import write_tables


@dataclass(frozen=True)
class TableKind:
    """One way to make tables of per-seed rows.

    Attributes:
        write: Gets rows, folder and name; writes the files and returns their paths.
        format_terminal: Gets rows; returns the table as plain text.
        endings: What follows the name in the names of the files.
    """

    write: Callable[[pd.DataFrame, Path | str, str], list[Path]]
    format_terminal: Callable[[pd.DataFrame], str]
    endings: tuple[str, ...] = (".csv", ".md", ".tex")


TABLES: Mapping[str, TableKind] = {
    "cells": TableKind(write_tables, lambda rows: format_terminal(summarise(rows))),
    "competitors": TableKind(write_competitors, format_competitors_terminal),
    "protocols": TableKind(write_protocols, format_protocols_terminal),
    "twins": TableKind(write_twins, format_twins_terminal, (".csv", ".md", ".tex", "_compact.md")),
    "options": TableKind(write_options, format_twins_terminal, OPTIONS_ENDINGS),
    "ablation": TableKind(write_ablation, format_ablation_terminal, ENDINGS),
}


def table_kind(name: str) -> TableKind:
    """Returns the kind of table that `name` stands for.

    Raises:
        ArgumentError: There is none.
    """
    check_choice("table", name, TABLES)
    return TABLES[name]
