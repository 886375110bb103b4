"""The published accuracies of Tables 1 and 2, typed once from the source, to compare with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SLIDES = "Gupta, Konar, Aggarwal, arXiv:2407.18906, slides of 2025-03-03"
SOURCE = f"{_SLIDES}, Table 1"
SOURCE_2 = f"{_SLIDES}, Table 2"


@dataclass(frozen=True)
class PublishedAccuracy:
    """One row of Table 1: accuracies in percent, mean ± std of an unstated number of runs."""

    train_mean: float
    train_std: float
    test_mean: float
    test_std: float


@dataclass(frozen=True)
class QuotedModel:
    """One row of Table 2.

    Attributes:
        model: What Table 2 calls it.
        dataset: As in the per-seed rows.
        classes: The two classes as in the per-seed rows, such as ``3/6``.
        qubits: How many it uses.
        test_mean: Its test accuracy, percent.
        test_std: The ± of that; NaN where Table 2 has none.
        paper: Where the model comes from. The numbers are those of Table 2.
    """

    model: str
    dataset: str
    classes: str
    qubits: int
    test_mean: float
    test_std: float
    paper: str


# (dataset, classes, reducer) → the rows of ansatz 0, 1, 2; r = D = 1.
_TABLE_1 = {
    ("mnist", "0/1", "cnn"): ((99.97, 0.02, 99.96, 0.03), (99.96, 0.02, 99.95, 0.02), (99.96, 0.03, 99.95, 0.04)),
    ("mnist", "0/1", "pca"): ((99.65, 0.17, 99.54, 0.16), (99.24, 0.19, 99.18, 0.34), (99.67, 0.23, 99.59, 0.21)),
    ("cifar10", "2/8", "cnn"): ((94.20, 0.77, 93.54, 0.66), (94.13, 0.45, 93.98, 0.37), (94.21, 0.32, 93.76, 0.14)),
    ("cifar10", "2/8", "pca"): ((81.94, 1.51, 81.16, 1.09), (81.79, 0.34, 80.95, 0.35), (81.67, 0.73, 80.86, 0.74)),
}
_ANSAETZE = ("0", "1", "2")
# How the released scripts train.
EPOCHS, READOUT_OF_THE_CODE, _DROPOUT = 100, 3, 0.5
_LEARNING_RATES = {("mnist", "cnn"): 1e-4, ("mnist", "pca"): 1.5e-4, ("cifar10", "cnn"): 3e-4, ("cifar10", "pca"): 4e-4}
_WITHOUT_SHOTS = ("exact", "statevector", "aer")  # three ways to the same expectation values
_BOUND = "data.converged_above"  # says when a seed counts as converged, and changes nothing else

COMPETITORS = (
    QuotedModel("QTN-VQC", "mnist", "0/1", 12, 98.60, math.nan, "Qi, Yang, Chen, arXiv:2110.03861"),
    QuotedModel("Hybrid TTN-MERA", "mnist", "0/1", 8, 99.87, 0.02, "Grant et al., npj Quantum Inf. 4, 65 (2018)"),
    QuotedModel(
        "Tensor Ring VQC", "mnist", "0/1", 4, 99.30, math.nan, "Peddireddy, Bansal, Aggarwal, arXiv:2201.08878"
    ),
    QuotedModel("SQNN", "mnist", "3/6", 64, 97.47, math.nan, "Wu, Tao, Li, arXiv:2208.07719"),
    QuotedModel("QF-hNet-BN", "mnist", "3/6", 12, 98.27, math.nan, "Jiang, Xiong, Shi, arXiv:2006.14815"),
)
# Table 2 names the ansatz of neither row.
_CNN_QNL_NET = tuple(
    QuotedModel("CNN-QNL-Net", "mnist", classes, 4, mean, std, "arXiv:2407.18906")
    for classes, mean, std in (("0/1", 99.96, 0.03), ("3/6", 99.94, 0.02))
)


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
    """Returns what Table 1 says about a model, or None if it is not one of Table 1's; see `is_trained_as_published`."""
    if (cell["r"], cell["D"], cell["num_qubits"]) != (1, 1, 4) or not _is_paper_model(cell):
        return None
    return published_accuracy(cell["dataset"], cell["classes"], cell["reducer"], cell["ansatz"])


def quoted_for_cell(cell: Mapping[str, Any]) -> QuotedModel | None:
    """Returns the row of CNN-QNL-Net in Table 2 that a model is to be compared with, or None where there is none."""
    if (cell["r"], cell["D"], cell["reducer"]) != (1, 1, "cnn") or not _is_paper_model(cell):
        return None
    task = (cell["dataset"], cell["classes"], cell["num_qubits"])
    return next((row for row in _CNN_QNL_NET if (row.dataset, row.classes, row.qubits) == task), None)


def is_trained_as_published(cell: Mapping[str, Any]) -> bool:
    """Returns whether every setting is that of the released scripts: else a difference to their numbers says little.

    Args:
        cell: The columns of a cell: `readout_qubit`, `protocol`, `epochs`, `learning_rate`, `dropout`, `backend` and
            `settings`, beside dataset and reducer.
    """
    rate = _LEARNING_RATES.get((cell["dataset"], cell["reducer"]))
    return (
        cell["readout_qubit"] == READOUT_OF_THE_CODE
        and (cell["protocol"], cell["epochs"]) == ("released", EPOCHS)
        and rate is not None
        and math.isclose(cell["learning_rate"], rate)
        and (cell["reducer"] == "pca" or math.isclose(cell["dropout"], _DROPOUT))
        and cell["backend"] in _WITHOUT_SHOTS
        and not _words(cell) - {_BOUND}
    )


def _is_paper_model(cell: Mapping[str, Any]) -> bool:
    """Returns whether a cell's settings name nothing but its training; an unknown word may name anything."""
    return all(key == _BOUND or key.startswith("train.") for key in _words(cell))


def _words(cell: Mapping[str, Any]) -> set[str]:
    return {word.partition("=")[0] for word in cell.get("settings", "").split()}
