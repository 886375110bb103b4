"""What every tracker gets of a cell: its name, its hash, and its configuration as a flat list of parameters."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, cell_name, config_hash, identity_settings
from qnlnet.tables import summarise
from qnlnet.training import Epoch

Scalar = str | int | float | bool

_FINAL = ("best_epoch_test_accuracy", "converged", "aer_agreement", "train_seconds")  # the others end the curves
_ORIGIN = ("commit", "versions", "data_fingerprint", "data_official")
_SUMMARY = (
    *("n_seeds", "n_converged", "train_accuracy_mean", "train_accuracy_std"),
    *("test_accuracy_mean", "test_accuracy_std", "test_accuracy_median"),
)


@dataclass(frozen=True)
class Cell:
    """A cell as trackers see it.

    Attributes:
        name: Readable, such as ``mnist-0-1_cnn_ansatz0_r1_D1_released``.
        hash: Of its configuration.
        parameters: Dotted keys as on the command line, such as ``train.epochs``; lists as JSON; nothing that is None.
    """

    name: str
    hash: str
    parameters: Mapping[str, Scalar]


@lru_cache(maxsize=1024)
def describe_cell(config: RunConfig) -> Cell:
    """Returns the cell of a configuration; equal hashes give equal cells."""
    short = {name: field.alias for name, field in type(config.model).model_fields.items() if field.alias}
    values = {short.get(key, key): value for key, value in identity_settings(config).items()}
    name, digest = cell_name(config), config_hash(config)
    return Cell(name, digest, {"cell": name, "config_hash": digest, **dict(_flatten(values))})


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Scalar]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", json.dumps(value, ensure_ascii=False)
        elif value is not None:
            yield f"{prefix}{key}", value


def epoch_values(epoch: Epoch) -> dict[str, float]:
    """Returns the points of the curves: loss (NaN where it was not a number), accuracies in percent."""
    return {
        "train_loss": float(epoch.train_loss),
        "train_accuracy": float(epoch.train_accuracy),
        "test_accuracy": float(epoch.test_accuracy),
    }


def final_values(row: Mapping[str, Any]) -> dict[str, float]:
    """Returns the numbers of a per-seed row that are not the last points of the curves; missing ones are left out."""
    return _numbers(row, _FINAL)


def origin(row: Mapping[str, Any]) -> dict[str, str]:
    """Returns which code, versions and images made a per-seed row."""
    return {name: str(row[name]) for name in _ORIGIN if name in row}


def summary_values(seed_rows: pd.DataFrame) -> dict[str, float]:
    """Returns the statistics of one cell over its seeds; empty without rows.

    Args:
        seed_rows: Per-seed rows of one cell.
    """
    return {} if seed_rows.empty else _numbers(summarise(seed_rows).iloc[0], _SUMMARY)


def _numbers(row: Mapping[str, Any] | pd.Series, names: tuple[str, ...]) -> dict[str, float]:
    numbers = {name: float(row[name]) for name in names if row.get(name) is not None}
    return {name: number for name, number in numbers.items() if not math.isnan(number)}
