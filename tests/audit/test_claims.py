"""Verdicts on made-up tables: each way that a claim can end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.audit.claims import FAILS, HOLDS, OPEN, judge_claims, write_claims
from qnlnet.audit.paper_claims import CLAIMS
from qnlnet.audit.tables import signed
from qnlnet.records import write_table
from qnlnet.tables import write_tables

PCA = "PCA-QNL-Net reaches 99.2 to 99.6 % on MNIST 0/1, ± 0.16 to 0.34."
READOUT = "The output is read out on qubit 0."
PAIRS = "Entanglement brings pairwise relationships of the features in."
ACCURACY = "Its accuracy is cutting-edge among quantum classifiers."
QUBITS = "It uses fewer qubits than they do."
SCALES = "It scales where the cost of classical non-local blocks grows with the square of the features."
LAYER = "The quantum layer contributes to the accuracy."
REPETITIONS = "One repetition of encoder and ansatz is enough."


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[[str], Any]:
    """Returns a function that gives the row of a claim."""

    def of(claim: str) -> Any:
        claims = judge_claims(tmp_path, CLAIMS)
        (row,) = claims[claims.claim == claim].itertuples()
        return row

    return of


def write_table_1(results: Path, *accuracies: tuple[float, ...]) -> None:
    cells = [
        seed_rows(*values, reducer="pca", ansatz=str(ansatz), config_hash=f"{ansatz:012d}")
        for ansatz, values in enumerate(accuracies)
    ]
    write_tables(frame(*cells), results / "table1", "table1")


def test_without_tables_everything_is_open_and_says_how_to_make_them(tmp_path: Path) -> None:
    claims = judge_claims(tmp_path, CLAIMS)
    assert len(claims) == len(CLAIMS) >= 10
    assert set(claims.verdict) == {OPEN}
    for row in claims.itertuples():
        assert row.command in row.reason


def test_rows_that_all_agree_hold(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, (99.5, 99.6), (99.1, 99.2), (99.5, 99.7))
    found = verdict(PCA)
    assert found.verdict == HOLDS
    assert found.measured == "99.15 to 99.60 %; 6 of 6 seeds converge"


def test_a_row_that_differs_does_not_hold(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, (99.5, 99.6), (99.1, 99.2), (97.0, 97.1))
    assert verdict(PCA).verdict == FAILS
    assert verdict(PCA).reason.startswith("Ansatz 2: ")


def test_rows_that_agree_only_because_seeds_fail_are_open(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, (99.5, 50.0), (99.1, 60.0), (99.5, 50.0))
    assert verdict(PCA).verdict == OPEN
    assert "3 of 6 seeds converge" in verdict(PCA).measured


@pytest.mark.parametrize(("constant", "expected"), [("yes", FAILS), ("no", HOLDS)])
def test_the_readout_is_judged_by_whether_the_output_is_constant(
    constant: str, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    rows = [{"ansatz": "0", "r": 1, "D": 1, "readout_qubit": 0, "constant": constant}]
    rows += [{"ansatz": "0", "r": 2, "D": 1, "readout_qubit": 0, "constant": "no"}]
    numbers = {"num_live_inputs": 1, "num_inputs": 4, "num_live_weights": 1, "num_weights": 5}
    write_table(pd.DataFrame([{**row, **numbers} for row in rows]), tmp_path / "light_cones" / "light_cones.csv")
    assert verdict(READOUT).verdict == expected


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [([(-3.0, -1.0), (-2.0, -0.5)], HOLDS), ([(-3.0, -1.0), (-1.0, 1.0)], FAILS), ([(0.5, 1.0), (0.1, 0.2)], FAILS)],
)
def test_the_layer_contributes_if_every_cell_is_worse_without_it(
    intervals: list[tuple[float, float]], expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    rows = [
        {
            **{
                "change": "Removed: Linear(4, 1)",
                "dataset": "mnist",
                "classes": "0/1",
                "reducer": "pca",
                "ansatz": "2",
            },
            "n_seeds": 20,
            "difference": (low + high) / 2,
            "low": low,
            "high": high,
            "p_adjusted": 0.01,
        }
        for low, high in intervals
    ]
    write_table(pd.DataFrame(rows), tmp_path / "contribution" / "contribution.csv")
    assert verdict(LAYER).verdict == expected


@pytest.mark.parametrize(("best", "expected"), [(80.9, HOLDS), (82.5, FAILS)])
def test_one_repetition_is_enough_if_no_other_is_a_point_better(
    best: float, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    common = {"dataset": "cifar10", "reducer": "pca", "ansatz": "0", "readout_qubit": 3}
    rows = [
        {**common, "r": 1, "D": 1, "test_accuracy_mean": 80.0, "test_accuracy_median": 81.0},
        {**common, "r": 2, "D": 3, "test_accuracy_mean": best, "test_accuracy_median": 81.25},
    ]
    write_table(pd.DataFrame(rows), tmp_path / "ablation" / "ablation.csv")
    assert verdict(REPETITIONS).verdict == expected
    assert verdict(REPETITIONS).measured == f"PCA: up to {best - 80:+.2f} points"
    assert "the median seed gains 0.25 points at most" in verdict(REPETITIONS).reason


@pytest.mark.parametrize(("inputs", "expected"), [((3, 2, 2), HOLDS), ((3, 1, 2), FAILS)])
def test_pairs_need_two_inputs_in_every_circuit_of_table_1(
    inputs: tuple[int, ...], expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    common = {"r": 1, "D": 1, "readout_qubit": 3, "num_inputs": 4, "num_live_weights": 1, "num_weights": 5}
    rows = [{"ansatz": str(ansatz), **common, "num_live_inputs": live} for ansatz, live in enumerate(inputs)]
    rows += [{"ansatz": "0", **common, "D": 2, "num_live_inputs": 1}]
    write_table(pd.DataFrame(rows), tmp_path / "light_cones" / "light_cones.csv")
    assert verdict(PAIRS).verdict == expected
    assert f"ansatz 1: {inputs[1]} of 4 inputs" in verdict(PAIRS).measured


@pytest.mark.parametrize(("mean", "expected"), [(99.95, HOLDS), (99.80, FAILS)])
def test_accuracy_is_held_to_every_quoted_model(
    mean: float, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_table_2(tmp_path, mean=mean)
    assert verdict(ACCURACY).verdict == expected
    assert f"{signed(mean - 99.87)} points" in verdict(ACCURACY).measured


@pytest.mark.parametrize(("qubits", "expected"), [(8, HOLDS), (4, FAILS)])
def test_qubits_are_held_to_every_quoted_model(
    qubits: int, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_table_2(tmp_path, qubits=qubits)
    assert verdict(QUBITS).verdict == expected
    assert verdict(QUBITS).measured == f"4 qubits against {qubits}"


def write_table_2(results: Path, mean: float = 99.95, qubits: int = 8) -> None:
    rows = [
        {"model": "Other", "num_qubits": qubits, "test_accuracy_mean": 99.87},
        {"model": "CNN-QNL-Net", "num_qubits": 4, "test_accuracy_mean": 99.96},
        {"model": "CNN-QNL-Net, ours", "num_qubits": 4, "test_accuracy_mean": mean, "n_seeds": 5},
    ]
    table = pd.DataFrame(rows).assign(dataset="mnist", classes="0/1", ansatz="0", agrees=True)
    write_table(table, results / "table2" / "table2.csv")


def test_scaling_stays_open_with_what_was_measured(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    numbers = {"low": -1.0, "high": 1.0, "p_adjusted": 1.0}
    rows = [{"change": "Non-local block on the features", "difference": value, **numbers} for value in (-0.5, 1.25)]
    write_table(pd.DataFrame(rows), tmp_path / "contribution" / "contribution.csv")
    assert verdict(SCALES).verdict == OPEN
    assert "−0.50 to +1.25 points" in verdict(SCALES).measured


def test_verdicts_are_written_for_programs_and_readers(tmp_path: Path) -> None:
    claims = judge_claims(tmp_path, CLAIMS)
    table, page = write_claims(claims, tmp_path / "claims")
    assert pd.read_csv(table).equals(claims)
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(CLAIMS)
