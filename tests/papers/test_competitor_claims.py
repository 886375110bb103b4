"""Claims about the models of Table 2, on made-up seeds: each way that a claim can end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, judge_claims
from qnlnet.papers.competitors import RULE, list_competitors
from qnlnet.papers.gupta2024.claims import CLAIMS as GUPTA
from qnlnet.papers.listed import list_claims
from qnlnet.records import write_table
from qnlnet.records.configurations import remember, write_configurations
from qnlnet.records.schema import cell_columns

TREE = ("model=tree", "model.structure=hybrid", "model.unitary=general_complex", "data=mnist")
HNET = ("model=quantum_flow", "data=mnist", "data.classes=[3,6]")
HYBRID, SHEET, AHEAD = (
    "Hybrid TTN-MERA reaches 99.87 % on MNIST 0/1.",
    "QF-hNet reaches 97.21 % on MNIST 3/6.",
    "CNN-QNL-Net is ahead of all models of Table 2.",
)
Rows = list[dict[str, Any]]


def cell(accuracies: Sequence[float], *words: str, best: float = 0.0) -> Rows:
    fitted = "model=lookup_table" in words
    config = load_config(*(() if fitted else ("train.learning_rate=0.01", "train.epochs=2")), *words)
    remember(config)
    rows = seed_rows(*accuracies, **cell_columns(config))
    return [{**row, "best_epoch_test_accuracy": max(best, row["test_accuracy"])} for row in rows]


def verdict(folder: Path, claim: str, *cells: Rows) -> Any:
    rows = frame(*cells)
    write_table(rows, folder / "table2_run/seeds.csv")
    write_configurations(folder / "table2_run", rows.config_hash)
    claims = judge_claims(folder, list_claims(folder)[0])
    (row,) = claims[claims.claim == claim].itertuples()
    return row


def test_they_are_listed_where_their_table_is(tmp_path: Path) -> None:
    assert list_claims(tmp_path)[0] == GUPTA
    (tmp_path / "table2_run").mkdir()
    listed, rules = list_claims(tmp_path)
    assert len(listed) == len(GUPTA) + len(list(list_competitors())) == len(GUPTA) + 14
    assert rules.endswith(RULE)


@pytest.mark.parametrize(
    ("own", "common", "ending"),
    [
        ([99.9, 99.88], [99.0, 99.0], HOLDS),  # above by its own recipe
        ([99.0, 99.0], [99.8, 99.9, 99.85], HOLDS),  # 99.85, two standard errors 0.06
        ([99.0, 99.9], [99.0, 99.1], PARTLY),  # two standard errors are 0.9 points: they excuse nothing
        ([99.0, 99.1], [99.0, 99.1], OPEN),  # the paper does not tell its recipe
    ],
)
def test_a_quoted_number_is_reached_by_either_recipe(
    own: list[float], common: list[float], ending: str, tmp_path: Path
) -> None:
    found = verdict(
        tmp_path, HYBRID, cell(own, *TREE, "protocol=paper"), cell(common, *TREE), cell([100.0], "model=tree")
    )
    assert found.verdict == ending
    assert "100.00" not in found.measured


@pytest.mark.parametrize(("best", "ending"), [(97.3, HOLDS), (97.0, OPEN)])
def test_the_best_epoch_counts_where_the_paper_counts_it(best: float, ending: str, tmp_path: Path) -> None:
    own = cell([90.0, 95.0], *HNET, "protocol=paper", best=best)
    assert verdict(tmp_path, SHEET, own, cell([94.0, 95.0], *HNET, best=99.0)).verdict == ending


def test_without_rows_of_the_model_nothing_was_measured(tmp_path: Path) -> None:
    found = verdict(tmp_path, HYBRID, cell([99.9], "model=tree", "data=mnist"))
    assert (found.verdict, found.measured) == (OPEN, "not measured")


@pytest.mark.parametrize(
    ("rival", "twin", "ending", "named"),
    [
        (98.0, 98.5, HOLDS, "all models without one"),
        (98.0, 99.96, PARTLY, "CNN-QNL-Net (layer=none) on MNIST 0/1"),
        (99.96, 98.0, OPEN, "TTN and MERA"),
        (99.99, 98.0, FAILS, "TTN and MERA"),
    ],
)
def test_ahead_is_judged_beside_circuits_and_beside_what_has_none(
    rival: float, twin: float, ending: str, named: str, tmp_path: Path
) -> None:
    spread = (-0.01, 0.0, 0.01)
    cells = [
        cell([99.96 + s for s in spread], "reducer=cnn", "data=mnist"),
        cell([twin + s for s in spread], "reducer=cnn", "layer=none", "data=mnist"),
        cell([rival + s for s in spread], *TREE),
        cell([90.0], "model=lookup_table", "data=mnist"),
    ]
    found = verdict(tmp_path, AHEAD, *cells)
    assert (found.verdict, named in found.reason) == (ending, True)
    assert verdict(tmp_path / "alone", AHEAD, cells[0]).measured == "not measured"


def test_recipes_that_leave_test_images_out_are_ahead_of_nobody(tmp_path: Path) -> None:
    cells = [
        cell([99.96, 99.97], "reducer=cnn", "data=mnist"),
        cell([98.0, 98.0], "reducer=cnn", "layer=none", "data=mnist"),
        cell([98.0, 98.1], *TREE),
        cell([99.99, 100.0], "model=sqnn", "data=mnist", "protocol=paper"),
    ]
    assert verdict(tmp_path, AHEAD, *cells).verdict == HOLDS
