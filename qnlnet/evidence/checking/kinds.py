"""Which tables and figures there must be of the rows in a folder."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import CONFIG_DIR, compose_config
from qnlnet.config.comparisons import is_comparison, list_comparisons
from qnlnet.tables import TABLES, table_kind

Write = Callable[[pd.DataFrame, Path, str], list[Path]]


def table_of(folder: Path, name: str) -> tuple[Write, tuple[str, ...]]:
    """Returns what writes the tables, and what follows the name in the names of their files."""
    if _is_comparison(name):
        from qnlnet.audit.write import write_comparison_tables  # torch: only where it is needed

        return partial(write_comparison_tables, list_comparisons(name)), (".csv", ".md")
    kind = table_kind(_kind_of_table(folder, name))
    return kind.write, kind.endings


def figures_of(folder: Path, name: str) -> Mapping[str, Callable[[pd.DataFrame], Any]]:
    """Returns what follows the name in the names of the figures, with what draws each."""
    if _is_comparison(name):
        from qnlnet.audit.write import build_forest

        return {"": partial(build_forest, list_comparisons(name))}
    from qnlnet.figures import figure_kind

    return figure_kind(_kind_of_figure(folder, name))


def _is_comparison(name: str) -> bool:
    return (CONFIG_DIR / f"{name}.yaml").is_file() and is_comparison(name)


def _kind_of_table(folder: Path, name: str) -> str:
    """Returns the kind that the table's file in configs/ names, else what the files look like."""
    if (kind := _configured(name, "table")) is not None:
        return str(kind)
    special = [word for word, kind in TABLES.items() if kind.endings != TABLES["cells"].endings]
    special.sort(key=lambda word: -len(TABLES[word].endings))  # some write the files of others and more
    return next((word for word in special if all(map(_exists(folder, name), TABLES[word].endings))), "cells")


def _kind_of_figure(folder: Path, name: str) -> str | bool:
    if (kind := _configured(name, "figure")) is not None:
        return kind
    if (table := _kind_of_table(folder, name)) != "cells":
        return table
    return any(map(_exists(folder, name), (".png", ".svg")))


def _configured(name: str, key: str) -> Any:
    return compose_config(name, []).get(key) if (CONFIG_DIR / f"{name}.yaml").is_file() else None


def _exists(folder: Path, name: str) -> Callable[[str], bool]:
    return lambda ending: (folder / f"{name}{ending}").exists()
