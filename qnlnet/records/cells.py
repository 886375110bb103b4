"""Which rows belong to one cell, and what tells the cells of a table apart."""

from typing import Any

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.records.frames import check_header
from qnlnet.records.merging import sort_rows
from qnlnet.records.schema import KEYS, NEWER, SEED_SCHEMA, is_missing

# The hash covers what no other column shows, so that rows of different settings are never averaged.
CELL_COLUMNS = (*KEYS, "dropout", "num_qubits", "backend", "settings", "config_hash")
_SETTINGS = ("model", "r", "D", "readout_qubit", "protocol", "epochs", "num_qubits", "backend", "settings")
# Settings that say which qubits are read out, or that there are none.
_NO_READOUT_QUBIT = r"readout_qubits=|layer=(?!frozen)"
_TASK_SETTINGS = ("learning_rate", "dropout")  # differ from task to task as a matter of course


def split_cells(seed_rows: pd.DataFrame) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Returns the cells in reading order, each as its values of `CELL_COLUMNS` and its rows ordered by seed.

    Raises:
        ResultsError: Columns are missing, there are no rows, or a seed of a cell appears twice.
    """
    check_header(list(seed_rows.columns), SEED_SCHEMA, "the table of per-seed rows")
    if seed_rows.empty:
        raise ResultsError("There must be at least one per-seed row, but there is none. Train a cell first.")
    twice = seed_rows[seed_rows.duplicated(["config_hash", "seed"])]
    if not twice.empty:
        first = twice.iloc[0]
        raise ResultsError(
            f"Each seed must appear once in a cell, but seed {first['seed']} of configuration {first['config_hash']} "
            "appears more often. Merge tables with `upsert`."
        )
    groups = sort_rows(seed_rows).groupby(list(CELL_COLUMNS), sort=False, dropna=False)
    return [(dict(zip(CELL_COLUMNS, key, strict=True)), rows) for key, rows in groups]


def distinguishing_columns(cells: pd.DataFrame) -> list[str]:
    """Returns what a reader must see beside dataset, classes, reducer and ansatz to tell the cells apart.

    Args:
        cells: One row per cell, with some or all of `CELL_COLUMNS`.
    """
    columns = [name for name in _SETTINGS if name in cells.columns and cells[name].nunique(dropna=False) > 1]
    task = [name for name in ("dataset", "classes", "model", "reducer", "protocol") if name in cells.columns]
    for name in _TASK_SETTINGS:
        if name in cells.columns and (cells.groupby(task, dropna=False)[name].nunique(dropna=False) > 1).any():
            columns.append(name)
    if "config_hash" in cells.columns and cells.duplicated([*task, "ansatz", *columns]).any():
        columns.append("config_hash")
    return columns


def without_training(cells: pd.DataFrame) -> pd.DataFrame:
    """Returns cells of which those that are fitted once, as they have no learning rate, have no epochs either.

    Args:
        cells: One row per cell, with the columns ``learning_rate`` and ``epochs``.
    """
    fitted = cells["learning_rate"].isna()
    return cells.assign(epochs=cells["epochs"].astype("Int64").mask(fitted)) if fitted.any() else cells


def common_settings(cells: pd.DataFrame) -> dict[str, Any]:
    """Returns the settings that all cells share: column → value."""
    alike = (name for name in _SETTINGS if name in cells.columns and cells[name].nunique(dropna=False) == 1)
    shared = {name: cells[name].iloc[0] for name in alike}
    for name, column in NEWER.items():
        if name in shared and shared[name] == column.default:
            del shared[name]
    if "num_qubits" in cells.columns and cells["num_qubits"].isna().all():  # there is no circuit to run
        shared.pop("backend", None)
    if "settings" in cells.columns and cells.settings.str.contains(_NO_READOUT_QUBIT).all():
        shared.pop("readout_qubit", None)
    return {name: value for name, value in shared.items() if not is_missing(value)}
