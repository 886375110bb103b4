"""The columns of the per-seed and the per-epoch rows: their order, types and allowed ranges."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qnlnet.config import AnyBackendConfig, RunConfig, RuntimeConfig, config_hash, unusual_settings


@dataclass(frozen=True)
class Column:
    """What a column holds.

    Attributes:
        kind: str, int, float or bool.
        optional: Whether a value may be missing: an empty field in the file; in a frame NaN, or empty text.
        bounds: Smallest and largest allowed value; None allows all.
        default: What all rows have if the column is not there, as in tables that are older than it; None: it must be.
        newer: Whether files leave the column out while all rows have the default, as they did before it came.
    """

    kind: type
    optional: bool = False
    bounds: tuple[float, float] | None = None
    default: Any = None
    newer: bool = False

    def convert(self, value: Any) -> Any:
        """Returns `value`, the text of a file or a Python value, as `kind`.

        Raises:
            ValueError: The value is of another kind or out of bounds; the message completes "must …".
        """
        if self.optional and is_missing(value):
            return _MISSING[self.kind]
        try:
            converted = _CONVERTERS[self.kind](value)
        except (TypeError, ValueError, KeyError):
            raise ValueError(f"be {_WORDS[self.kind]}, but is {value!r}") from None
        if self.kind is float and math.isnan(converted) and not self.optional:
            raise ValueError("be a number, but is missing")
        if self.bounds and not is_missing(converted) and not self.bounds[0] <= converted <= self.bounds[1]:
            raise ValueError(f"be between {self.bounds[0]:g} and {self.bounds[1]:g}, but is {value!r}")
        return converted


def is_missing(value: Any) -> bool:
    """Whether there is no value: None, NaN, pandas' NA or empty text."""
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def _to_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _to_int(value: Any) -> int:
    return int(value) if isinstance(value, str) else operator.index(value)


def _to_bool(value: Any) -> bool:
    return {"True": True, "False": False}[str(value)]


_CONVERTERS: Mapping[type, Callable[[Any], Any]] = {str: _to_text, int: _to_int, float: float, bool: _to_bool}
_MISSING: Mapping[type, Any] = {str: "", int: pd.NA, float: math.nan}
_WORDS = {str: "text", int: "an integer", float: "a number", bool: "True or False"}
_TEXT, _INT, _FLOAT, _BOOL = Column(str), Column(int), Column(float), Column(bool)
_OPTIONAL_TEXT, _OPTIONAL_INT, _OPTIONAL_FLOAT = (Column(kind, optional=True) for kind in (str, int, float))
_PERCENT = Column(float, bounds=(0, 100))

_KEY_SCHEMA = {
    "dataset": _TEXT,
    "classes": _TEXT,  # such as "0/1": label 0 is class 0, label 1 is class 1
    "model": Column(str, default="qnl_net", newer=True),
    # What only QNL-Net has is missing in the rows of other models.
    "reducer": _OPTIONAL_TEXT,
    "ansatz": _OPTIONAL_TEXT,
    "r": _OPTIONAL_INT,
    "D": _OPTIONAL_INT,
    "readout_qubit": _OPTIONAL_INT,
    "protocol": _TEXT,
    "learning_rate": _OPTIONAL_FLOAT,  # missing: fitted once
    "epochs": _INT,
}

SEED_SCHEMA: Mapping[str, Column] = {
    **_KEY_SCHEMA,
    "dropout": _OPTIONAL_FLOAT,
    "num_qubits": _OPTIONAL_INT,
    "backend": _TEXT,
    "settings": Column(str, default=""),  # the overrides that no other column shows, such as "layer=frozen"
    "seed": _INT,
    "train_accuracy": _PERCENT,  # after the last epoch, like test_accuracy
    "test_accuracy": _PERCENT,
    "best_epoch_test_accuracy": _PERCENT,
    "converged": _BOOL,  # test_accuracy is above data.converged_above and above always giving the same answer
    "aer_agreement": Column(float, optional=True, bounds=(0, 1)),  # share of test images; missing: not checked
    "train_seconds": _FLOAT,
    "parameters": Column(int, optional=True, default=pd.NA, newer=True),  # trained ones
    "config_hash": _TEXT,
    "commit": _TEXT,
    "versions": _TEXT,
    "data_fingerprint": _TEXT,
    "data_official": _BOOL,
}

EPOCH_SCHEMA: Mapping[str, Column] = {
    **_KEY_SCHEMA,
    "seed": _INT,
    "epoch": _INT,  # counts from 1
    "train_loss": Column(float, optional=True),  # missing: the loss was not a number
    "train_accuracy": _PERCENT,
    "test_accuracy": _PERCENT,
    "config_hash": _TEXT,
}

GRADIENT_SCHEMA: Mapping[str, Column] = {
    **_KEY_SCHEMA,
    "seed": _INT,
    "epoch": _INT,
    "parameter": _TEXT,  # its name in the model, such as "layers.0.weight"
    "gradient_norm": Column(float, optional=True, bounds=(0, math.inf)),  # a mean over the steps of the epoch
    "config_hash": _TEXT,
}

KEYS = tuple(_KEY_SCHEMA)
SEED_COLUMNS = tuple(SEED_SCHEMA)
EPOCH_COLUMNS = tuple(EPOCH_SCHEMA)
GRADIENT_COLUMNS = tuple(GRADIENT_SCHEMA)
NEWER = {name: column for name, column in SEED_SCHEMA.items() if column.newer}


def cell_keys(config: RunConfig) -> dict[str, Any]:
    """Returns the values of `KEYS` for the cell of `config`."""
    own = config.model.columns()
    return {
        "dataset": config.data.dataset if config.data.evaluate_on == "test" else f"{config.data.dataset} validation",
        "classes": "/".join(map(str, config.data.classes)),
        "model": config.model.name,
        **{name: own.get(name) for name in ("reducer", "ansatz", "r", "D", "readout_qubit")},
        "protocol": config.train.protocol,
        "learning_rate": None if config.model.is_fitted else config.train.learning_rate,
        "epochs": config.train.epochs,
    }


def cell_columns(config: RunConfig) -> dict[str, Any]:
    """Returns what per-seed rows say of a cell: the values of `CELL_COLUMNS`."""
    own = config.model.columns()
    return {
        **cell_keys(config),
        "dropout": own.get("dropout"),
        "num_qubits": own.get("num_qubits"),
        "backend": backend_text(config.backend),
        "settings": unusual_settings(config),
        "config_hash": config_hash(config),
    }


def backend_text(backend: AnyBackendConfig) -> str:
    """Returns the backend in words, such as ``exact``, ``aer, 1024 shots, FakeManilaV2`` or ``ibm_fez, …``.

    Depolarizing noise is ``depolarizing 0.01``.
    """
    if isinstance(backend, RuntimeConfig):
        return f"{backend.name}, {backend.shots} shots, mitigation {mitigation_text(backend)}"
    shots = f"{backend.shots} shots" if backend.shots is not None else None
    depolarizing = f"depolarizing {backend.depolarizing}" if backend.depolarizing is not None else None
    return ", ".join(part for part in (backend.name, shots, backend.noise, depolarizing) if part)


_IDLE_WORDS = {"off": None, "waiting": "waiting"}


def mitigation_text(backend: RuntimeConfig) -> str:
    """Returns in words what mitigates the errors of a device, such as ``level 1, DD XY4`` or ``none``."""
    parts = [
        f"level {backend.resilience_level}" if backend.resilience_level else None,
        f"twirling {backend.twirling}" if backend.twirling not in ("auto", "none") else None,
        _IDLE_WORDS.get(backend.dynamical_decoupling, f"DD {backend.dynamical_decoupling}"),
    ]
    return ", ".join(part for part in parts if part) or "none"
