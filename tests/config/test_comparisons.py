"""Pairs of cells from a file of bases and changes."""

import pytest

from qnlnet.config import config_hash, load_config
from qnlnet.config.comparisons import list_comparisons
from qnlnet.errors import ArgumentError


@pytest.fixture(scope="module")
def small() -> list[tuple[str, str, str]]:
    overrides = ["data=mnist", "ansatz=2", "seeds=1"]
    return [
        (pair.change, config_hash(pair.base), config_hash(pair.changed))
        for pair in list_comparisons("choices", overrides)
    ]


def hashed(*overrides: str) -> str:
    return config_hash(load_config("reducer=pca", "ansatz=2", "train.epochs=40", *overrides))


@pytest.mark.slow
def test_each_change_is_compared_with_table_1s_cell(small: list[tuple[str, str, str]]) -> None:
    changes = {change: (base, changed) for change, base, changed in small}
    assert len(changes) == len(small)  # overrides leave one base
    assert changes["Bounded loss"] == (hashed(), hashed("train.loss=cross_entropy"))
    assert changes["D = 2"] == (hashed(), hashed("D=2"))
    assert changes["These and the learning rate (corrected)"] == (hashed(), hashed("protocol=corrected"))


def test_a_change_may_be_compared_with_another_one(small: list[tuple[str, str, str]]) -> None:
    changes = {change: (base, changed) for change, base, changed in small}
    assert changes["Readout 0, both with D = 2"] == (hashed("D=2"), hashed("D=2", "readout_qubit=0"))


def test_an_override_that_names_a_choice_picks_bases_and_leaves_changes_as_they_are() -> None:
    (pair,) = [pair for pair in list_comparisons("choices", ["data=mnist", "ansatz=1"]) if pair.change == "RY first"]
    assert (pair.base.model.ansatz.name, pair.changed.model.ansatz.name) == ("1", "1_ry")


def test_a_choice_is_picked_with_all_that_it_sets() -> None:
    pairs = list_comparisons("reuploading_parts", ["data=cifar10", "ansatz=2"])
    assert {pair.base.train.learning_rate for pair in pairs} == {1e-3}
    assert {pair.changed.data.name for pair in pairs} == {"cifar10"}


def test_any_other_override_wins_over_bases_and_changes_alike() -> None:
    pairs = list_comparisons("choices", ["data=mnist", "ansatz=1", "train.epochs=3", "D=2"])
    assert {cell.model.ansatz_reps for pair in pairs for cell in (pair.base, pair.changed)} == {2}
    assert {cell.train.epochs for pair in pairs for cell in (pair.base, pair.changed)} == {3}


@pytest.mark.slow
def test_braces_stand_for_the_option_of_the_base() -> None:
    pairs = [pair for pair in list_comparisons("choices", ["data=mnist"]) if pair.change == "RY first"]
    assert [(pair.base.model.ansatz.name, pair.changed.model.ansatz.name) for pair in pairs] == [
        *(("0", "0_ry"), ("1", "1_ry"), ("2", "2_ry")),
    ]
    for pair in pairs:
        first, *rest = pair.changed.model.ansatz.rotations
        assert (first.gate, pair.base.model.ansatz.rotations[0].gate) == ("ry", "rz")
        assert tuple(rest) == pair.base.model.ansatz.rotations[1:]
        assert pair.changed.model.ansatz.entangling == pair.base.model.ansatz.entangling
        assert pair.changed.model.ansatz.closing_rotations == pair.base.model.ansatz.closing_rotations


@pytest.mark.slow
def test_the_layers_of_the_contribution_share_data_seeds_and_protocol() -> None:
    pairs = list_comparisons("contribution", ["data=mnist"])
    assert {pair.changed.model.layer for pair in pairs} == {
        "frozen",
        "closed_form",
        "none",
        "linear_tanh",
        "sine",
        "nonlocal",
    }
    for pair in pairs:
        assert pair.base.model.layer == "quantum"
        same = {
            "layer": "quantum",
            "ansatz": pair.base.model.ansatz,
            "reducer": pair.base.model.reducer,
            "seeds": pair.base.model.seeds,
        }
        assert pair.changed.model_copy(update={"model": pair.changed.model.model_copy(update=same)}) == pair.base


@pytest.mark.slow
def test_a_change_may_be_made_to_some_bases_only() -> None:
    pairs = list_comparisons("contribution", ["data=mnist"])
    with_block = [pair for pair in pairs if pair.changed.model.reducer.name == "cnn_nonlocal"]
    assert [
        (pair.base.model.reducer.name, pair.base.model.ansatz.name, pair.changed.model.layer) for pair in with_block
    ] == [("cnn", ansatz, "none") for ansatz in "012"]


def test_a_file_without_changes_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"configs/train.yaml must have `bases` and `changes`"):
        list_comparisons("train")
