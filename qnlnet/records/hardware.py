"""The rows of hardware.csv: one for each submission that was collected or rehearsed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, unusual_settings
from qnlnet.records.frames import build_frame
from qnlnet.records.merging import sort_rows
from qnlnet.records.schema import KEYS, SEED_SCHEMA, Column, backend_text, cell_keys

_TEXT, _INT, _FLOAT, _PERCENT = Column(str), Column(int), Column(float), Column(float, bounds=(0, 100))

CELL_KEYS = tuple(name for name in KEYS if name not in ("learning_rate", "epochs"))
# What per-seed rows have columns for and these have not.
_UNSEEN = ("train.learning_rate", "train.epochs", "train.dropout", "num_qubits")

HARDWARE_SCHEMA: Mapping[str, Column] = {
    "key": _TEXT,  # of the submission, whose folder is beside the table
    "cell": _TEXT,
    **{name: SEED_SCHEMA[name] for name in CELL_KEYS},
    "trained_on": Column(str, default="exact"),  # the backend of the run, as per-seed rows say it
    "settings": Column(str, default=""),  # overrides of the run that no column shows, such as "train.epochs=20"
    "config_hash": _TEXT,  # of the run
    "seed": _INT,
    "device": _TEXT,
    "qubits": _TEXT,  # physical ones, in the order of the circuit's: "3 0 1 2"
    "images": _INT,
    "shots": _INT,
    "estimator": _TEXT,
    "mitigation": _TEXT,
    "accuracy": _PERCENT,
    "accuracy_low": _PERCENT,  # 95 % interval of Wilson
    "accuracy_high": _PERCENT,
    "exact_accuracy": _PERCENT,  # of the exact simulator on the same images
    "agreement": _PERCENT,  # share of images that get the exact simulator's label
    "mean_absolute_error": _FLOAT,  # of the expectation values
    "shot_noise_error": _FLOAT,  # what the shots alone would make of it
    "depth": _INT,
    "two_qubit_gates": _INT,
    "executions": _INT,
    "estimated_seconds": _FLOAT,  # of the QPU
    "rule_of_thumb_seconds": _FLOAT,
    "used_seconds": Column(float, optional=True),  # missing: the service has not said
    "job_ids": _TEXT,
    "calibrated_at": _TEXT,
    "collected_at": _TEXT,
    "commit": _TEXT,
    "versions": _TEXT,
    "data_fingerprint": _TEXT,
    "data_official": Column(bool),
}
HARDWARE_COLUMNS = tuple(HARDWARE_SCHEMA)


def hardware_cell_keys(config: RunConfig) -> dict[str, Any]:
    """Returns what rows of devices say about the cell of a model: enough to compose its configuration again."""
    return {
        **cell_keys(config),
        "trained_on": backend_text(config.backend),
        "settings": unusual_settings(config, _UNSEEN),
    }


def upsert_hardware_row(frame: pd.DataFrame, row: Mapping[str, Any]) -> pd.DataFrame:
    """Returns `frame` with `row` added; it replaces the row with the same key.

    Raises:
        ResultsError: Columns are missing or unknown, or a value is not acceptable.
    """
    new = build_frame([list(row.values())], list(row), HARDWARE_SCHEMA, lambda index: f"the row of {row.get('key')}")
    both = pd.concat([frame, new], ignore_index=True) if len(frame) else new
    none_first = both.mitigation.where(both.mitigation != "none", "")
    ordered = both.assign(none_first=none_first).sort_values(["device", "none_first", "shots", "key"])
    return sort_rows(ordered.drop(columns="none_first").drop_duplicates("key", keep="last"))
