"""Merging new rows into a table, in an order that depends on the rows alone."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from qnlnet.config.model.registry import shipped_names
from qnlnet.errors import ResultsError
from qnlnet.records.frames import build_frame, check_header
from qnlnet.records.schema import EPOCH_SCHEMA, GRADIENT_SCHEMA, SEED_SCHEMA

_READING_ORDER = {
    "dataset": tuple(
        name + split
        for name in ("mnist", "fashion_mnist", "cifar10", "cifar100", "cifar100_coarse", "stl10", "digits")
        for split in ("", " validation")
    ),
    "model": tuple(shipped_names()),
    "reducer": ("cnn", "cnn_nonlocal", "pca"),
    "protocol": ("released", "corrected", "paper", "common"),
}
_SORT_COLUMNS = (
    *("dataset", "classes", "model", "reducer", "ansatz", "r", "D", "readout_qubit", "protocol"),
    *("learning_rate", "epochs", "dropout", "num_qubits", "backend", "settings", "config_hash", "seed", "epoch"),
)


def upsert(frame: pd.DataFrame, rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Returns `frame` with `rows` added; a row replaces the one with the same configuration hash, seed and epoch.

    Args:
        frame: Per-seed or per-epoch rows, or those of gradients, one for each parameter, as read from a file; a missing
            file read with `missing_ok` will do.
        rows: New rows of the same kind, as a frame or as one mapping from column to value for each row.

    Raises:
        ResultsError: Columns are missing or unknown, or a value is not acceptable.
    """
    by_epoch = GRADIENT_SCHEMA if "parameter" in frame.columns else EPOCH_SCHEMA
    schema = by_epoch if "epoch" in frame.columns else SEED_SCHEMA
    check_header(list(frame.columns), schema, "the table to be extended")
    records = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else list(rows)
    if not records:
        return sort_rows(frame)
    header = list(records[0])
    if any(set(record) != set(header) for record in records):
        raise ResultsError("All new rows must have the same columns, but they differ.")
    values = [[record[name] for name in header] for record in records]
    new = build_frame(values, header, schema, lambda index: f"new row {index + 1}" if index >= 0 else "a new row")
    both = pd.concat([frame[list(schema)], new], ignore_index=True)
    identity = [name for name in ("config_hash", "seed", "epoch", "parameter") if name in schema]
    return sort_rows(both.drop_duplicates(identity, keep="last"))


def sort_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Returns the rows in reading order.

    MNIST comes before Fashion-MNIST, CIFAR-10, CIFAR-100, STL-10, digits and own images, CNN before PCA; then ansatz,
    the other keys, seed and epoch.
    """
    columns = [name for name in _SORT_COLUMNS if name in frame.columns]
    return frame.sort_values(columns, key=_sort_key, kind="stable", ignore_index=True)


def _sort_key(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column
    known = _READING_ORDER.get(str(column.name), ())
    keys = {value: _text_key(value, known) for value in column.unique()}
    return column.map(keys)


def _text_key(value: str, known: tuple[str, ...]) -> str:
    """Returns text that sorts the known values first and numbers by size: 2 before 10, 0/1 before 0/10."""
    position = known.index(value) if value in known else len(known)
    parts = [part.zfill(6) if part.isdigit() else part for part in value.split("/")]
    return f"{position:02d} {'/'.join(parts)}"
