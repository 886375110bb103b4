"""Verdicts on made-up tables: each way that a claim can end."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from row_builders import frame, seed_rows
from scipy import stats

from qnlnet.audit.best_of_many import compare_best
from qnlnet.config.comparisons import list_comparisons
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, judge_claims, write_claims
from qnlnet.papers.gupta2024.claims import CLAIMS
from qnlnet.papers.gupta2024.contribution import REMOVED, can_be_significant
from qnlnet.papers.gupta2024.finished import FINISHED_RULE
from qnlnet.papers.gupta2024.repetitions import arrange_repetitions
from qnlnet.records import read_seed_rows, write_table
from qnlnet.tables import write_tables
from qnlnet.tables.layout import signed

RESULTS = Path(__file__).parents[2] / "results"
PCA = "PCA-QNL-Net reaches 99.2 to 99.6 % on MNIST 0/1, ± 0.16 to 0.34."
READOUT = "The output of Table 1's circuits, r = D = 1, is read out on qubit 0."
PAIRS = "Entanglement brings pairwise relationships of the features in, with r = D = 1 as in Table 1."
ACCURACY = "Its accuracy is cutting-edge: above those that Table 2 quotes for other quantum classifiers."
QUBITS = "It uses fewer qubits than the other models of Table 2."
SCALES = "It scales where the cost of classical non-local blocks grows with the square of the features."
LAYER = "Behind PCA the quantum layer contributes to the accuracy."
TRAINED = {"learning_rate": 1.5e-4, "dropout": 0.0}  # PCA on MNIST, in the released scripts
REPETITIONS = "One repetition of encoder and ansatz is enough."


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[[str], Any]:
    """Returns a function that gives the row of a claim."""

    def of(claim: str) -> Any:
        claims = judge_claims(tmp_path, CLAIMS)
        (row,) = claims[claims.claim == claim].itertuples()
        return row

    return of


def write_table_1(results: Path, *accuracies: list[float], **changes: Any) -> None:
    cells = [
        seed_rows(*values, reducer="pca", ansatz=str(ansatz), **{**TRAINED, **changes})
        for ansatz, values in enumerate(accuracies)
    ]
    write_tables(frame(*cells), results / "table1", "table1")


def test_without_tables_everything_is_open_and_says_how_to_make_them(tmp_path: Path) -> None:
    claims = judge_claims(tmp_path, CLAIMS)
    assert len(claims) == len(CLAIMS) >= 10
    assert set(claims.verdict) == {OPEN}
    for row in claims.itertuples():
        assert row.command in row.reason


@pytest.mark.slow
def test_rows_that_all_agree_hold(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, [99.5, 99.6] * 3, [99.1, 99.2] * 3, [99.5, 99.7] * 3)
    found = verdict(PCA)
    assert found.verdict == HOLDS
    assert found.measured == "99.15 to 99.60 %; 18 of 18 seeds converge"


def test_a_row_that_differs_does_not_hold(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, [99.5, 99.6] * 3, [99.1, 99.2] * 3, [97.0, 97.1] * 3)
    assert verdict(PCA).verdict == FAILS
    assert verdict(PCA).reason.startswith("Ansatz 2: more than two standard errors away; ansatz 0, 1: within two")


def test_rows_that_agree_only_because_seeds_fail_are_open(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_table_1(tmp_path, [99.5, 60.0] * 3, [99.1, 60.0] * 3, [99.6, 99.6] * 3)
    assert verdict(PCA).verdict == FAILS  # 20 points are more than any spread of six seeds
    write_table_1(tmp_path, [*[99.6] * 5, 90.0], [*[99.1] * 5, 90.0], [99.6, 99.6] * 3)
    assert verdict(PCA).verdict == OPEN
    assert verdict(PCA).reason.startswith(
        "Ansatz 0, 1: within two standard errors only because the seeds differ so much"
    )


@pytest.mark.parametrize("changes", [{"epochs": 20}, {"settings": "train.batch_size=4"}])
def test_rows_that_were_trained_otherwise_are_open(
    changes: dict[str, Any], tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_table_1(tmp_path, *[[99.5, 99.6] * 3] * 3, **changes)
    assert verdict(PCA).verdict == OPEN
    assert "no verdict, as settings differ" in verdict(PCA).reason


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
    ("cells", "expected"),
    [
        ([(-3.0, -1.0, 0.01), (-2.0, -0.5, 0.01)], HOLDS),
        ([(-3.0, -1.0, 0.01), (-1.0, 1.0, 0.9)], PARTLY),
        ([(-3.0, -1.0, 0.01), (-0.1, 0.1, 0.9)], PARTLY),
        ([(0.5, 1.0, 0.01), (0.1, 0.2, 0.01)], FAILS),
        ([(-0.4, 0.4, 0.9), (-0.1, 0.1, 0.9)], FAILS),
        ([(-0.6, 0.4, 0.9), (-0.1, 0.1, 0.9)], OPEN),
        ([(-3.0, -1.0, 0.06), (-3.0, -1.0, 0.06)], OPEN),
    ],
)
def test_the_layer_contributes_where_cells_are_worse_without_it(
    cells: list[tuple[float, float, float]], expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_contribution(tmp_path, cells)
    assert verdict(LAYER).verdict == expected
    assert verdict(LAYER.replace("PCA", "the CNN")).measured == "not measured"


@pytest.mark.parametrize(("seeds", "expected"), [(3, OPEN), (6, OPEN), (7, HOLDS), (20, HOLDS)])
def test_a_verdict_that_so_few_seeds_could_not_have_reached_is_none(
    seeds: int, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    # Two pairs: the smallest p is 1.5 · 2 / 2ⁿ, 0.047 for six seeds; with ten more pairs 2.93 · 2 / 2⁶ = 0.097.
    write_contribution(tmp_path, [(-3.0, -1.0, 0.01)] * 2, others=8 if seeds == 6 else 0, seeds=seeds)
    assert verdict(LAYER).verdict == expected
    assert ("no difference could have been significant" in verdict(LAYER).reason) == (expected == OPEN)


@pytest.mark.parametrize("seeds", [4, 5, 6, 9, 10])
@pytest.mark.parametrize("comparisons", [1, 2, 12, 78])
def test_the_smallest_p_is_what_the_statistics_give(seeds: int, comparisons: int) -> None:
    smallest = stats.wilcoxon(-np.arange(1.0, seeds + 1)).pvalue
    adjusted = stats.false_discovery_control([smallest] * comparisons, method="by")[0]
    assert can_be_significant(seeds, comparisons) == (adjusted < 0.05)


def test_unfinished_runs_decide_nothing_about_the_layer(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_contribution(tmp_path, [(-3.0, -1.0, 0.01)], epochs=10)
    assert (verdict(LAYER).verdict, verdict(LAYER).reason) == (OPEN, "Not all of these runs are finished.")


@pytest.mark.slow
def test_the_change_has_the_label_that_it_is_found_by() -> None:
    labels = {pair.change for pair in list_comparisons("contribution", [])}
    assert REMOVED in labels


def write_contribution(
    results: Path, cells: list[tuple[float, float, float]], others: int = 0, seeds: int = 20, epochs: int = 40
) -> None:
    removed = [
        {"change": REMOVED, "difference": (low + high) / 2, "low": low, "high": high, "p_adjusted": p}
        for low, high, p in cells
    ]
    more = [{"change": "Another", "difference": 0.0, "low": 0.0, "high": 0.0, "p_adjusted": 1.0}] * others
    table = pd.DataFrame(removed + more).assign(
        dataset="mnist", classes="0/1", reducer="pca", ansatz="2", n_seeds=seeds, epochs=epochs
    )
    write_table(table, results / "contribution" / "contribution.csv")


def write_ablation(results: Path, gains: list[float], noise: float, epochs: int = 20, **changes: Any) -> None:
    """Rows of r = D = 1 at 80 % and of others that gain so much; seeds differ by `noise` from cell to cell."""
    random = np.random.default_rng(1)
    common = {"dataset": "cifar10", "classes": "2/8", "reducer": "pca", "epochs": epochs, **changes}
    cells = [
        seed_rows(*(80.0 + gain + random.normal(0, noise, 20)), r=1 + index // 3, D=1 + index % 3, **common)
        for index, gain in enumerate([0.0, *gains])
    ]
    write_table(frame(*cells), results / "ablation" / "seeds.csv")


@pytest.mark.parametrize(
    ("gains", "noise", "expected"),
    [([0.1, 0.2, -0.1], 0.1, HOLDS), ([0.1, 2.0, 0.0], 0.5, FAILS), ([0.1, 0.3, 0.0], 2.0, OPEN)],
)
def test_one_repetition_is_enough_if_no_other_can_be_a_point_better(
    gains: list[float], noise: float, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_ablation(tmp_path, gains, noise)
    found = verdict(REPETITIONS)
    assert found.verdict == expected
    assert found.measured.startswith("PCA on CIFAR-10 2/8: the best of 4 gains ")


def test_repetitions_are_not_judged_from_unfinished_runs(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    write_ablation(tmp_path, [9.0, 9.0], 0.1, epochs=10)
    assert verdict(REPETITIONS).verdict == OPEN
    assert verdict(REPETITIONS).measured == "PCA not judged: stopped at epoch 10"


def test_the_test_of_the_best_counts_all_orders() -> None:
    """Three seeds and three cells have 6³ orders: the sampled p is the counted one, within four standard errors."""
    accuracies = np.array([[80.0, 81.0, 83.0], [82.0, 81.5, 84.0], [79.0, 80.0, 78.0]])

    def largest(table: np.ndarray) -> float:
        return float(table.mean(axis=0).max() - table[:, 0].mean())

    orders = itertools.product(*(list(itertools.permutations(row)) for row in accuracies))
    reached = [largest(np.array(order)) >= largest(accuracies) - 1e-9 for order in orders]
    assert len(reached) == 216
    share = np.mean(reached)
    found = compare_best(accuracies)
    assert found.gain == pytest.approx(largest(accuracies))
    assert found.p == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 10_000))
    assert 0.05 < share < 0.95


def test_the_best_of_nine_on_mnist_is_no_finding() -> None:
    rows = read_seed_rows(RESULTS / "ablation" / "seeds.csv")
    rows = rows[(rows.readout_qubit == 3) & (rows.reducer == "pca") & (rows.dataset == "mnist")]
    found = [compare_best(arrange_repetitions(cells)).p for _, cells in rows.groupby("ansatz")]
    assert found == pytest.approx([0.36, 0.20, 0.105], abs=0.02)


@pytest.mark.parametrize(("inputs", "expected"), [((3, 2, 2), HOLDS), ((3, 1, 2), PARTLY), ((1, 1, 0), FAILS)])
def test_pairs_need_two_inputs_in_every_circuit_of_table_1(
    inputs: tuple[int, ...], expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    common = {"r": 1, "D": 1, "readout_qubit": 3, "num_inputs": 4, "num_live_weights": 1, "num_weights": 5}
    rows = [{"ansatz": str(ansatz), **common, "num_live_inputs": live} for ansatz, live in enumerate(inputs)]
    rows += [{"ansatz": "0", **common, "D": 2, "num_live_inputs": 1}]
    write_table(pd.DataFrame(rows), tmp_path / "light_cones" / "light_cones.csv")
    assert verdict(PAIRS).verdict == expected
    assert f"ansatz 1: {inputs[1]} of 4 inputs" in verdict(PAIRS).measured


@pytest.mark.parametrize(("mean", "expected"), [(99.95, HOLDS), (99.88, OPEN), (99.80, FAILS)])
def test_accuracy_is_held_to_every_quoted_model(
    mean: float, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_table_2(tmp_path, mean=mean)
    assert verdict(ACCURACY).verdict == expected
    assert f"{signed(mean - 99.87)} points" in verdict(ACCURACY).measured


@pytest.mark.parametrize(("qubits", "expected"), [(8, HOLDS), (4, PARTLY), (3, FAILS)])
def test_qubits_are_held_to_every_quoted_model(
    qubits: int, expected: str, tmp_path: Path, verdict: Callable[[str], Any]
) -> None:
    write_table_2(tmp_path, qubits=qubits)
    assert verdict(QUBITS).verdict == expected
    assert verdict(QUBITS).measured == f"4 qubits against {qubits}"


def write_table_2(results: Path, mean: float = 99.95, qubits: int = 8) -> None:
    rows = [
        {"model": "Other", "num_qubits": qubits, "test_accuracy_mean": 99.87, "test_accuracy_std": 0.02},
        {"model": "CNN-QNL-Net", "num_qubits": 4, "test_accuracy_mean": 99.96},
        {"model": "CNN-QNL-Net, ours", "num_qubits": 4, "test_accuracy_mean": mean, "n_seeds": 5}
        | {"test_accuracy_std": 0.04},
    ]
    table = pd.DataFrame(rows).assign(dataset="mnist", classes="0/1", ansatz="0", verdict="agrees")
    write_table(table, results / "table2" / "table2.csv")


def test_scaling_stays_open_with_what_was_measured(tmp_path: Path, verdict: Callable[[str], Any]) -> None:
    numbers = {"low": -1.0, "high": 1.0, "p_adjusted": 1.0, "reducer": "pca"}
    rows = [{"change": "Non-local block on the features", "difference": value, **numbers} for value in (-0.5, 1.25)]
    write_table(pd.DataFrame(rows), tmp_path / "contribution" / "contribution.csv")
    assert verdict(SCALES).verdict == OPEN
    assert "−0.50 to +1.25 points" in verdict(SCALES).measured


def test_verdicts_are_written_for_programs_and_readers(tmp_path: Path) -> None:
    claims = judge_claims(tmp_path, CLAIMS)
    table, page = write_claims(claims, tmp_path / "claims", FINISHED_RULE)
    assert pd.read_csv(table).equals(claims)
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(CLAIMS)
