"""The published accuracies of Table 1, typed once from the source, to compare with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = "Gupta, Konar, Aggarwal, arXiv:2407.18906, slides of 2025-03-03, Table 1"


@dataclass(frozen=True)
class PublishedAccuracy:
    """One row of Table 1: accuracies in percent, mean ± std of an unstated number of runs."""

    train_mean: float
    train_std: float
    test_mean: float
    test_std: float


# (dataset, classes, reducer) → the rows of ansatz 0, 1, 2; r = D = 1.
_TABLE_1 = {
    ("mnist", "0/1", "cnn"): ((99.97, 0.02, 99.96, 0.03), (99.96, 0.02, 99.95, 0.02), (99.96, 0.03, 99.95, 0.04)),
    ("mnist", "0/1", "pca"): ((99.65, 0.17, 99.54, 0.16), (99.24, 0.19, 99.18, 0.34), (99.67, 0.23, 99.59, 0.21)),
    ("cifar10", "2/8", "cnn"): ((94.20, 0.77, 93.54, 0.66), (94.13, 0.45, 93.98, 0.37), (94.21, 0.32, 93.76, 0.14)),
    ("cifar10", "2/8", "pca"): ((81.94, 1.51, 81.16, 1.09), (81.79, 0.34, 80.95, 0.35), (81.67, 0.73, 80.86, 0.74)),
}
_ANSAETZE = ("0", "1", "2")


def published_accuracy(dataset: str, classes: str, reducer: str, ansatz: str) -> PublishedAccuracy | None:
    """Returns the row of Table 1 (r = D = 1, four qubits), or None where nothing is published.

    Args:
        dataset: ``mnist`` or ``cifar10``; others have no row.
        classes: The two classes as in the per-seed rows, such as ``0/1``.
        reducer: ``cnn`` or ``pca``.
        ansatz: The name of the ansatz, as text.
    """
    rows = _TABLE_1.get((dataset, classes, reducer))
    return PublishedAccuracy(*rows[_ANSAETZE.index(ansatz)]) if rows and ansatz in _ANSAETZE else None


def published_for_cell(cell: Mapping[str, Any]) -> PublishedAccuracy | None:
    """Returns what Table 1 says about a cell, or None if its r, D or number of qubits is not the one of Table 1."""
    if (cell["r"], cell["D"], cell["num_qubits"]) != (1, 1, 4):
        return None
    return published_accuracy(cell["dataset"], cell["classes"], cell["reducer"], cell["ansatz"])
