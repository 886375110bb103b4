"""Claims about the rest of the field, on made-up seeds: each way that a claim can end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, judge_claims
from qnlnet.papers.field import RULE, list_field
from qnlnet.papers.gupta2024.claims import CLAIMS as GUPTA
from qnlnet.papers.listed import list_claims
from qnlnet.records import write_table
from qnlnet.records.configurations import remember, write_configurations
from qnlnet.records.schema import cell_columns
from qnlnet.tables.twins import write_twins

TEN, EIGHT = "data.classes=[0,1,2,3,4,5,6,7,8,9]", "data.classes=[0,1,2,3,4,5,6,7]"
EMBEDDING, QCNN = ("model=hamiltonian_embedding", "model.layers=20", EIGHT), ("model=qcnn", EIGHT)
SHAHZAD, CREEP = ("model=shahzad", TEN), ("model=creep_in", TEN)
CREEPS_IN, EMBEDDED, HYBRID, QKAN = (
    "On MNIST “Creep In” gains from its third quantum part.",
    "Hamiltonian embedding is up to 40 points ahead of a QCNN on MNIST.",
    "Shahzad's hybrid is ahead of its classical network on MNIST.",
    "On MNIST QKAN is ahead of an MLP.",
)
Rows = list[dict[str, Any]]


def cell(accuracy: float, *words: str, protocol: str = "paper", spread: Sequence[float] = (-0.1, 0.0, 0.1)) -> Rows:
    searched = ("train.learning_rate=0.01", "train.epochs=2") if protocol == "common" else ()
    config = load_config("data=mnist", f"protocol={protocol}", *searched, *words)
    remember(config)
    parameters = {"parameters": 100, "quantum_parameters": 8}
    return seed_rows(*(accuracy + each for each in spread), **{**cell_columns(config), **parameters})


def verdict(folder: Path, claim: str, *cells: Rows) -> Any:
    rows = frame(*cells)
    write_table(rows, folder / "field/seeds.csv")
    write_configurations(folder / "field", rows.config_hash)
    write_twins(rows, folder / "field", "field")
    claims = judge_claims(folder, list_claims(folder)[0])
    (row,) = claims[claims.claim == claim].itertuples()
    return row


def test_they_are_listed_where_their_table_is(tmp_path: Path) -> None:
    assert list_claims(tmp_path)[0] == GUPTA
    (tmp_path / "field").mkdir()
    listed, rules = list_claims(tmp_path)
    assert len(listed) == len(GUPTA) + len(list(list_field())) == len(GUPTA) + 19
    assert rules.endswith(RULE)


@pytest.mark.parametrize(
    ("accuracy", "spread", "ending"),
    [(97.0, (-0.1, 0.1), HOLDS), (96.0, (-0.1, 0.1), FAILS), (96.0, (0.0,), OPEN), (94.0, (0.0,), FAILS)],
)
def test_one_seed_may_miss_by_two_points(
    accuracy: float, spread: tuple[float, ...], ending: str, tmp_path: Path
) -> None:
    found = verdict(
        tmp_path,
        "Level 2 of “Creep In” reaches 96.92 % on MNIST.",
        cell(accuracy, *CREEP, "model.level=2", spread=spread),
    )
    assert found.verdict == ending
    assert "nan" not in found.measured


@pytest.mark.parametrize(
    ("two", "one", "relu", "ending"),
    [(97.0, 92.0, 96.0, HOLDS), (97.0, 92.0, 98.0, PARTLY), (92.0, 92.1, 90.0, OPEN), (91.0, 92.0, 90.0, FAILS)],
)
def test_a_level_gains_where_a_relu_does_not(two: float, one: float, relu: float, ending: str, tmp_path: Path) -> None:
    cells = [
        cell(two, *CREEP, "model.level=2"),
        cell(one, *CREEP),
        cell(relu, *CREEP, "model.level=0", "layer=relu"),
        cell(80.0, *CREEP, protocol="common"),
    ]
    assert verdict(tmp_path, CREEPS_IN, *cells).verdict == ending


@pytest.mark.parametrize(
    ("embedding", "short", "longer", "ending"),
    [(91.0, 47.0, 49.0, HOLDS), (91.0, 47.0, 53.0, PARTLY), (80.0, 47.0, 53.0, FAILS)],
)
def test_forty_points_must_be_left_with_as_many_updates(
    embedding: float, short: float, longer: float, ending: str, tmp_path: Path
) -> None:
    cells = [cell(embedding, *EMBEDDING), cell(short, *QCNN), cell(longer, *QCNN, "train.batch_size=1000")]
    found = verdict(tmp_path, EMBEDDED, *cells)
    assert (found.verdict, f"train.batch_size=1000 {longer:.2f}" in found.measured) == (ending, True)


@pytest.mark.parametrize(
    ("own", "same", "ending"), [(98.0, 98.5, HOLDS), (98.0, 99.3, PARTLY), (99.3, 99.0, OPEN), (99.6, 99.6, FAILS)]
)
def test_one_recipe_for_both_decides_what_two_recipes_show(
    own: float, same: float, ending: str, tmp_path: Path
) -> None:
    cells = [
        cell(99.3, *SHAHZAD),
        cell(99.2, *SHAHZAD, "train.epochs=10"),
        cell(10.0, *SHAHZAD, "train.epochs=10", "train.augmentation_fill=black"),
        cell(own, *SHAHZAD, "layer=classical"),
        cell(same, *SHAHZAD, "layer=classical", "model.recipe=hybrid", "train.epochs=10"),
        cell(50.0, *SHAHZAD, protocol="common"),
    ]
    assert verdict(tmp_path, HYBRID, *cells).verdict == ending


def test_qkan_is_judged_beside_what_its_qubits_compute(tmp_path: Path) -> None:
    words = ("model=qkan", TEN)
    cells = [cell(96.0, *words), cell(95.5, *words, "layer=mlp"), cell(96.0, *words, "layer=fourier")]
    assert verdict(tmp_path, QKAN, *cells).verdict == PARTLY


def test_without_rows_nothing_was_measured(tmp_path: Path) -> None:
    for claim in (CREEPS_IN, EMBEDDED, HYBRID, QKAN):
        assert verdict(tmp_path, claim, cell(90.0, "model=vqc", "data.classes=[3,6]")).measured == "not measured"


def test_trained_circuits_are_judged_by_the_twins(tmp_path: Path) -> None:
    claim = "In Shahzad's hybrid trained circuits make the accuracy, not the classical rest."
    cells = [cell(90.0, *SHAHZAD, *words, spread=range(8)) for words in ((), ("layer=frozen",))]
    assert verdict(tmp_path, claim, *cells).verdict == FAILS
