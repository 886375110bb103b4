"""Claims about circuits in place of convolutions, on made-up tables: each way that a claim can end."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from judge_claims import main
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, judge_claims
from qnlnet.papers.convolutions import RULE
from qnlnet.papers.gupta2024.claims import CLAIMS as GUPTA
from qnlnet.papers.listed import list_claims
from qnlnet.records import KEYS, read_gradient_rows, upsert, write_table
from qnlnet.records.configurations import remember, write_configurations
from qnlnet.records.schema import cell_columns
from qnlnet.tables.twins import write_twins

TEN = "data.classes=[0,1,2,3,4,5,6,7,8,9]"
PARALLEL = ("model=hqnn_parallel", "protocol=paper")
POINTWISE = ("model=quantum_pointwise", "train.learning_rate=1e-3", "train.epochs=10")
SIZED = (*POINTWISE, "model.network=resnet20", "model.channels=16")
RESQUNN = ("model=resqunn", "data=digits", "train.learning_rate=0.01", "train.epochs=2", "train.gradient_norms=true")
MNIST, OVER_82, OVER_95, NINETY, GRADIENT, HEAD = (
    "HQNN-Parallel reaches 99.21 % on MNIST.",
    "HQNN-Parallel reaches over 82 % on CIFAR-10.",
    "Quantum pointwise convolution reaches over 95 % on Fashion-MNIST.",
    "Quantum pointwise convolution reaches 90 % on CIFAR-10.",
    "Without skips no gradient reaches the earlier of two quanvolutions.",
    "In ResQuNN trained circuits make the accuracy, not the classical head.",
)
Rows = list[dict[str, Any]]
Verdict = Callable[..., Any]


def cell(accuracies: Sequence[float], *words: str) -> Rows:
    config = load_config(*words)
    remember(config)
    trained = 4 if getattr(config.model, "layer", None) == "quantum" else 0
    return seed_rows(*accuracies, **{**cell_columns(config), "parameters": 9, "quantum_parameters": trained})


@pytest.fixture
def verdict(tmp_path: Path) -> Verdict:
    """Returns a function that writes cells as a table and gives the row of a claim."""

    def of(claim: str, *cells: Rows) -> Any:
        folder = tmp_path / "convolutions"
        folder.mkdir(exist_ok=True)
        if cells:
            rows = frame(*cells)
            write_twins(rows, folder, "convolutions")
            write_configurations(folder, rows.config_hash)
        claims = judge_claims(tmp_path, list_claims(tmp_path)[0])
        (row,) = claims[claims.claim == claim].itertuples()
        return row

    return of


def test_without_the_folder_only_the_other_claims_are_listed(tmp_path: Path) -> None:
    assert list_claims(tmp_path)[0] == GUPTA
    (tmp_path / "convolutions").mkdir()
    listed, rules = list_claims(tmp_path)
    assert len(listed) == len(GUPTA) + 9
    assert rules.endswith(RULE)
    assert main(["--results", str(tmp_path)]) == 0
    text = (tmp_path / "claims/claims.md").read_text(encoding="utf-8")
    assert text.count("Its rows are not there: make convolutions.") == 9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("accuracies", "ending"),
    [
        ([99.2, 99.3, 99.25], HOLDS),  # above
        ([99.1, 99.2, 99.25], HOLDS),  # 99.18, two standard errors 0.09
        ([99.0, 99.1, 99.05], FAILS),
        ([98.0, 99.0, 100.0], OPEN),  # two standard errors 1.15: no agreement
    ],
)
def test_a_published_accuracy_is_reached_or_not(accuracies: list[float], ending: str, verdict: Verdict) -> None:
    found = verdict(MNIST, cell(accuracies, *PARALLEL, "data=mnist", TEN))
    assert found.verdict == ending
    assert "3 seeds" in found.measured


@pytest.mark.parametrize(
    ("accuracies", "ending"), [([82.5, 82.6, 82.4], HOLDS), ([82.1, 82.9, 81.5], OPEN), ([81.0, 81.1, 81.2], FAILS)]
)
def test_over_means_over(accuracies: list[float], ending: str, verdict: Verdict) -> None:
    assert verdict(OVER_82, cell(accuracies, *PARALLEL, "data=cifar10", TEN)).verdict == ending


def test_other_classes_and_protocols_are_not_what_was_published(verdict: Verdict) -> None:
    pair = cell([90.0, 91.0], *PARALLEL, "data=mnist")
    assert verdict(MNIST, pair).measured == "not measured"
    common = cell([90.0, 91.0], "model=hqnn_parallel", "train.learning_rate=1e-3", "train.epochs=2", "data=mnist", TEN)
    found = verdict(MNIST, common)
    assert (found.verdict, found.reason.split()[:2]) == (OPEN, ["No", "cell"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quantum", "twin", "ending"),
    [
        ([91.0], [92.0], HOLDS),
        ([89.0], [92.0], OPEN),  # within the two points that one seed leaves open
        ([85.0], [92.0], FAILS),
        ([85.0], [86.0], OPEN),  # the twin does not get there
        ([85.0], None, OPEN),
    ],
)
def test_a_miss_with_an_unknown_network_counts_where_the_twin_gets_there(
    quantum: list[float], twin: list[float] | None, ending: str, verdict: Verdict
) -> None:
    cells = [cell(quantum, *SIZED, "data=cifar10", TEN)]
    cells += [cell(twin, *SIZED, "layer=conv", "data=cifar10", TEN)] if twin else []
    assert verdict(NINETY, *cells).verdict == ending


def test_a_small_network_can_only_confirm(verdict: Verdict) -> None:
    small = (*POINTWISE, "data=fashion_mnist", TEN)
    assert verdict(OVER_95, cell([90.0, 90.1, 90.2], *small)).verdict == OPEN
    assert verdict(OVER_95, cell([96.0, 96.1, 96.2], *small)).verdict == HOLDS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frozen", "none", "ending"),
    [
        (-9.0, -9.0, HOLDS),
        (-9.0, 0.0, PARTLY),
        (0.0, 0.0, FAILS),
        (5.0, 5.0, FAILS),
        (0.0, "scattered", OPEN),
    ],
)
def test_circuits_make_the_accuracy_where_it_falls_without_them(
    frozen: float, none: float | str, ending: str, verdict: Verdict
) -> None:
    words = (*RESQUNN[:-1], "model.skip=all")
    quantum = [90 + 0.1 * seed for seed in range(10)]

    def moved(shift: float | str) -> list[float]:
        return [
            value + (0.01 * (-1) ** seed + shift if isinstance(shift, float) else 4.0 * (-1) ** seed)
            for seed, value in enumerate(quantum)
        ]

    cells = [cell(quantum, *words), cell(moved(frozen), *words, "layer=frozen")]
    cells += [cell(moved(none), *RESQUNN[:-1], "layer=none")]
    found = verdict(HEAD, *cells)
    assert found.verdict == ending, found
    assert "the layer" not in found.reason


def test_a_linear_twin_is_not_asked_and_few_seeds_decide_nothing(verdict: Verdict) -> None:
    words = (*RESQUNN[:-1], "model.skip=all")
    assert verdict(HEAD, cell([90.0] * 9, *words), cell([80.0] * 9, *words, "layer=conv")).measured == "not measured"
    few = verdict(HEAD, cell([90.0, 91.0], *words), cell([80.0, 79.0], *words, "layer=frozen"))
    assert (few.verdict, few.reason.split()[:3]) == (OPEN, ["So", "few", "seeds"])


def store_gradients(results: Path, norms: dict[tuple[str, ...], float]) -> None:
    rows = []
    for words, norm in norms.items():
        for seed in cell([90.0, 91.0], *RESQUNN, *words):
            keys = {name: seed[name] for name in (*KEYS, "seed", "config_hash")}
            named = (("layers.0.circuit.weight", norm), ("layers.1.circuit.weight", 1.0))
            rows += [
                {
                    **keys,
                    "epoch": epoch,
                    "parameter": name,
                    "gradient_norm": value if seed["seed"] else min(norm, value),
                }
                for epoch in (1, 2)
                for name, value in named
            ]
    frame_of_all = upsert(read_gradient_rows("missing.csv", missing_ok=True), rows)
    write_table(frame_of_all, results / "convolutions/gradients.csv.gz")
    write_configurations(results / "convolutions", frame_of_all.config_hash)


PLAIN, BLOCKS = "model.detach_between_layers=true", "model.head=blocks"


@pytest.mark.parametrize(
    ("norms", "ending", "word"),
    [
        ({(): 0.5, (PLAIN,): 0.0}, FAILS, "not measurement"),
        ({(): 0.5}, FAILS, "every epoch of every seed."),
        ({(): 0.0, (PLAIN,): 0.0}, HOLDS, "No gradient"),
        ({(): 0.5, (BLOCKS,): 0.0}, PARTLY, "In some cells"),
        ({(PLAIN,): 0.0, ("model.skip=all",): 1.0, ("layer=conv",): 1.0}, OPEN, "not there"),
    ],
)
def test_whether_gradients_reach_the_earlier_layer(
    norms: dict[tuple[str, ...], float], ending: str, word: str, tmp_path: Path, verdict: Verdict
) -> None:
    store_gradients(tmp_path, norms)
    found = verdict(GRADIENT)
    assert found.verdict == ending
    assert word in found.reason
