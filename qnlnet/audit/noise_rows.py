"""The rows of noise.csv: one for each trained model and level of noise."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.records import CELL_COLUMNS, read_table, sort_rows
from qnlnet.records.configurations import read_configurations
from qnlnet.records.frames import build_frame
from qnlnet.records.schema import SEED_SCHEMA, Column

TABLE = "noise.csv"
_TEXT, _PERCENT = Column(str), Column(float, bounds=(0, 100))

NOISE_SCHEMA: Mapping[str, Column] = {
    **{name: SEED_SCHEMA[name] for name in (*CELL_COLUMNS, "seed")},
    "weights": _TEXT,  # first digits of a SHA-256 over the trained parameters
    "noise": _TEXT,  # shots, depolarizing or device
    "level": _TEXT,  # how many, how probable, or which, such as "FakeManilaV2, 1024 shots"
    "images": Column(int),
    "image_seed": Column(int),
    "accuracy": _PERCENT,  # on these images
    "exact_accuracy": _PERCENT,  # of the exact simulator on the same images
    "same_labels": _PERCENT,  # share of images that get the exact simulator's label
    "mean_absolute_error": Column(float),  # of the expectation values
    "expected_accuracy": Column(float, optional=True, bounds=(0, 100)),  # by calculation; missing: there is none
    "expected_spread": Column(float, optional=True),  # standard deviation of `accuracy` around it
    "commit": _TEXT,
    "versions": _TEXT,
    "data_fingerprint": _TEXT,
    "data_official": Column(bool),
}
# A row that has these is not computed again. `versions` and `commit` are among them: a table has one origin.
IDENTITY = (
    *("config_hash", "seed", "weights", "noise", "level", "images", "image_seed", "commit", "versions"),
    "data_fingerprint",
)


def read_noise_rows(path: Path | str, *, missing_ok: bool = False) -> pd.DataFrame:
    """Returns the rows of a noise.csv, with the columns of `NOISE_SCHEMA`.

    Raises:
        ResultsError: The file cannot be read, is truncated, or a column or value is not what the schema says.
    """
    read_configurations(Path(path).parent)
    return read_table(Path(path), NOISE_SCHEMA, missing_ok)


def noise_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Returns rows as a frame: cells in reading order, then seeds, then levels in the order that they have here.

    Raises:
        ResultsError: A column is missing or unknown, or a value is not acceptable.
    """
    values = [[row[name] for name in NOISE_SCHEMA] for row in rows]
    return sort_rows(build_frame(values, list(NOISE_SCHEMA), NOISE_SCHEMA, lambda index: f"new row {index + 1}"))


def identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Returns what makes a row the same row."""
    return tuple(row[name] for name in IDENTITY)
