"""qnlnet: QNL-Net in Qiskit, reproduced and audited.

The names below are loaded when they are first used, so that ``import qnlnet`` is quick.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "ExactEstimatorQNN": "qnlnet.backends",
    "ExactSimulator": "qnlnet.simulator",
    "Circuit": "qnlnet.circuits",
    "QuantumLayer": "qnlnet.backends",
    "RunConfig": "qnlnet.config",
    "RuntimeConfig": "qnlnet.config",
    "build_model": "qnlnet.models",
    "build_qnl_circuit": "qnlnet.circuits",
    "build_qnn": "qnlnet.backends",
    "build_quantum_layer": "qnlnet.backends",
    "circuit_from_config": "qnlnet.circuits",
    "format_outcomes": "qnlnet.runs",
    "load_config": "qnlnet.config",
    "load_dataset": "qnlnet.data",
    "load_model": "qnlnet.checkpoints",
    "predict": "qnlnet.training",
    "prepare_features": "qnlnet.models",
    "read_rows": "qnlnet.records",
    "run": "qnlnet.runs",
    "summarise": "qnlnet.tables",
    "train_cells": "qnlnet.runs",
}
__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'qnlnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
