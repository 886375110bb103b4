"""The statistics against numbers computed by hand, the published ones against a second transcription, the formats."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.records import read_seed_rows
from qnlnet.records.published import find_published, is_trained_as_published
from qnlnet.tables import summarise

COLUMNS = (
    "dataset classes model reducer ansatz r D readout_qubit protocol learning_rate epochs settings n_seeds n_converged "
    "train_accuracy_mean train_accuracy_std test_accuracy_mean test_accuracy_std test_accuracy_median "
    "converged_test_accuracy_mean published_train_accuracy published_train_std published_test_accuracy "
    "published_test_std difference verdict data_official"
)
TRAINED = {"learning_rate": 4e-4, "dropout": 0.0}  # PCA on CIFAR-10, in the released scripts
RESULTS = Path(__file__).parents[1] / "results"
# Copied from the slides independently of papers/gupta2024/published.yaml: data, ansatz, reducer, train, test.
TABLE_1 = """
mnist 0/1 | 0 | cnn | 99.97 ± 0.02 | 99.96 ± 0.03
mnist 0/1 | 1 | cnn | 99.96 ± 0.02 | 99.95 ± 0.02
mnist 0/1 | 2 | cnn | 99.96 ± 0.03 | 99.95 ± 0.04
mnist 0/1 | 0 | pca | 99.65 ± 0.17 | 99.54 ± 0.16
mnist 0/1 | 1 | pca | 99.24 ± 0.19 | 99.18 ± 0.34
mnist 0/1 | 2 | pca | 99.67 ± 0.23 | 99.59 ± 0.21
cifar10 2/8 | 0 | cnn | 94.20 ± 0.77 | 93.54 ± 0.66
cifar10 2/8 | 1 | cnn | 94.13 ± 0.45 | 93.98 ± 0.37
cifar10 2/8 | 2 | cnn | 94.21 ± 0.32 | 93.76 ± 0.14
cifar10 2/8 | 0 | pca | 81.94 ± 1.51 | 81.16 ± 1.09
cifar10 2/8 | 1 | pca | 81.79 ± 0.34 | 80.95 ± 0.35
cifar10 2/8 | 2 | pca | 81.67 ± 0.73 | 80.86 ± 0.74
"""


def only(test_accuracies: list[float], **changes: Any) -> dict[str, Any]:
    summary = summarise(frame(seed_rows(*test_accuracies, **changes)))
    assert len(summary) == 1
    return dict(summary.iloc[0])


@pytest.mark.slow
@pytest.mark.parametrize("line", TABLE_1.strip().splitlines())
def test_published_numbers(line: str) -> None:
    task, ansatz, reducer, *accuracies = line.split(" | ")
    numbers = [float(number) for accuracy in accuracies for number in accuracy.split(" ± ")]
    dataset, classes = task.split()
    dropout = 0.0 if reducer == "pca" else 0.5
    (row,) = seed_rows(99.0, dataset=dataset, classes=classes, reducer=reducer, ansatz=ansatz, dropout=dropout)
    found = find_published(row, "Table 1")
    assert found is not None
    assert [found.train_mean, found.train_std, found.test_mean, found.test_std] == numbers


@pytest.mark.parametrize(
    "changes",
    [
        *({"dataset": "digits"}, {"classes": "3/6"}, {"dataset": "mnist validation"}, {"ansatz": "0_ry"}),
        *({"r": 2}, {"D": 2}, {"num_qubits": 6}, {"readout_qubit": 1}, {"settings": "layer=frozen"}),
        *({"settings": "circuit=reuploading"}, {"settings": "data.mean=[0.5]"}, {"config_hash": "0123456789ab"}),
    ],
    ids=str,
)
def test_another_model_meets_no_published_number(changes: dict[str, Any]) -> None:
    assert find_published(seed_rows(99.0, **changes)[0], "Table 1") is None


@pytest.mark.parametrize(
    "changes",
    [
        *({"epochs": 5}, {"protocol": "corrected"}, {"settings": "train.batch_size=4"}, {"backend": "aer, 100 shots"}),
        *({"readout_qubit": 0}, {"settings": "data.converged_above=50"}),
    ],
    ids=str,
)
def test_the_published_model_trained_otherwise_stands_beside_its_number(changes: dict[str, Any]) -> None:
    row = seed_rows(99.0, **changes)[0]
    assert find_published(row, "Table 1") == find_published(seed_rows(99.0)[0], "Table 1")
    assert is_trained_as_published(row) == (changes == {"settings": "data.converged_above=50"})


def test_statistics_by_hand() -> None:
    cell = only([99.9, 100.0, 50.0, 99.5])  # mean 87.35; squared deviations 157.5025 + 160.0225 + 1395.0225 + 147.6225
    assert list(cell) == COLUMNS.split()
    assert (cell["n_seeds"], cell["n_converged"]) == (4, 3)
    assert cell["test_accuracy_mean"] == pytest.approx(87.35)
    assert cell["test_accuracy_std"] == pytest.approx(math.sqrt(1860.17 / 3))
    assert cell["test_accuracy_median"] == pytest.approx(99.7)
    assert cell["converged_test_accuracy_mean"] == pytest.approx(99.8)
    assert (cell["train_accuracy_mean"], cell["train_accuracy_std"]) == (99.0, 0.0)
    assert (cell["published_train_accuracy"], cell["published_train_std"]) == (99.97, 0.02)
    assert cell["difference"] == pytest.approx(87.35 - 99.96)


@pytest.mark.parametrize(
    ("low", "verdict"),
    [
        # low three times and low + 0.8 three times has std² = 0.96/5: the bound is 2 √(0.96/30 + 0.03²) = 0.36277.
        # It would be 0.332 with n in the denominator, 0.358 without the published std and 0.878 without 1/n_seeds.
        (99.198, "agrees"),  # difference −0.362
        (99.196, "differs"),  # difference −0.364
        (99.024, "differs"),
    ],
)
def test_verdict_by_hand(low: float, verdict: str) -> None:
    assert only([low] * 3 + [low + 0.8] * 3)["verdict"] == verdict


@pytest.mark.parametrize(
    ("spread", "verdict"),
    [
        # Six seeds at ± spread have std² = 6/5 spread²: 2 s/√6 = 2 spread/√5 passes 1 point at spread = √5/2 = 1.118.
        (1.11, "agrees"),
        (1.13, "inconclusive"),
    ],
)
def test_a_mean_that_is_hardly_known_agrees_with_nothing(spread: float, verdict: str) -> None:
    cell = {"dataset": "cifar10", "classes": "2/8", "ansatz": "2", "learning_rate": 3e-4}  # 93.76 ± 0.14 published
    assert only([93.76 - spread, 93.76 + spread] * 3, **cell)["verdict"] == verdict


def test_a_published_spread_as_large_as_ours_is_no_reason_for_doubt() -> None:
    seeds = [81.16 - 1.2, 81.16 + 1.2] * 3  # 2 s/√6 = 1.07, below twice the published 1.09
    assert only(seeds, dataset="cifar10", classes="2/8", reducer="pca", **TRAINED)["verdict"] == "agrees"


def test_better_than_published_can_differ() -> None:
    cell = only([99.0, 99.2] * 3, dataset="cifar10", classes="2/8", reducer="pca", **TRAINED)
    assert cell["verdict"] == "differs"


@pytest.mark.parametrize("seeds", [1, 2, 3, 4])
def test_a_few_seeds_have_no_verdict(seeds: int) -> None:
    cell = only([50.0, 51.0, 50.0, 51.0][:seeds])
    assert cell["verdict"] == ""
    assert cell["difference"] < -49


@pytest.mark.parametrize(
    "changes",
    [
        *({"epochs": 99}, {"epochs": 3}, {"protocol": "corrected"}, {"learning_rate": 2e-4}, {"dropout": 0.1}),
        *({"backend": "aer, 10 shots"}, {"readout_qubit": 0}, {"settings": "train.batch_size=4"}),
    ],
)
def test_other_training_has_no_verdict_beside_the_published_number(changes: dict[str, Any]) -> None:
    cell = only([50.0] * 5, **changes)
    assert cell["verdict"] == ""
    assert cell["published_test_accuracy"] == 99.96
    assert only([50.0] * 5, settings="data.converged_above=0.5")["verdict"] == "differs"


def test_every_setting_of_table_1_is_that_of_the_released_scripts() -> None:
    summary = summarise(read_seed_rows(RESULTS / "table1" / "seeds.csv"))
    assert len(summary) == 12
    assert set(summary.verdict) == {"agrees", "differs", "inconclusive"}


def test_one_seed_has_neither_std_nor_verdict() -> None:
    cell = only([99.9])
    assert pd.isna([cell["test_accuracy_std"], cell["train_accuracy_std"]]).all()
    assert cell["verdict"] == ""
    assert cell["difference"] == pytest.approx(-0.06)


@pytest.mark.parametrize(
    "changes",
    [
        *({"r": 2}, {"D": 2}, {"dataset": "digits"}, {"classes": "3/6"}, {"num_qubits": 6}),
        *({"settings": "readout_qubits=[0,1,2,3] circuit=reuploading"}, {"settings": "train.starts=1 layer=none"}),
        {"settings": "something.new=1"},
    ],
)
def test_published_numbers_apply_to_their_cells_only(changes: dict[str, Any]) -> None:
    cell = only([99.9, 99.8], **changes)
    missing = ["published_train_accuracy", "published_test_accuracy", "published_test_std", "difference"]
    assert pd.isna([cell[name] for name in missing]).all()
    assert cell["verdict"] == ""


def test_no_seed_converged() -> None:
    assert math.isnan(only([50.0, 51.0])["converged_test_accuracy_mean"])


def test_cells_are_ordered_and_never_pooled() -> None:
    summary = summarise(
        frame(
            seed_rows(50.0, dataset="digits"),
            seed_rows(50.0, dataset="cifar10"),
            seed_rows(50.0, reducer="pca"),
            seed_rows(50.0, ansatz="1"),
            seed_rows(50.0, 60.0, ansatz="0"),
            seed_rows(70.0, backend="aer, 10 shots"),
        )
    )
    expected = [("mnist", "cnn", "0"), ("mnist", "cnn", "0"), ("mnist", "cnn", "1"), ("mnist", "pca", "0")]
    expected += [("cifar10", "cnn", "0"), ("digits", "cnn", "0")]
    assert list(zip(summary["dataset"], summary["reducer"], summary["ansatz"], strict=True)) == expected
    assert list(summary["n_seeds"]) == [1, 2, 1, 1, 1, 1]


def test_no_rows_are_refused() -> None:
    with pytest.raises(ResultsError, match="at least one per-seed row"):
        summarise(frame())
    with pytest.raises(ResultsError, match="must include dataset"):
        summarise(pd.DataFrame({"seed": [1]}))
