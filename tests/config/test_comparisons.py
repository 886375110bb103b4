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
    return config_hash(load_config("reducer=pca", "ansatz=2", *overrides))


def test_each_change_is_compared_with_table_1s_own_cell(small: list[tuple[str, str, str]]) -> None:
    changes = {change: (base, changed) for change, base, changed in small}
    assert len(changes) == len(small)  # overrides leave one base
    assert changes["Bounded loss"] == (hashed(), hashed("train.loss=cross_entropy"))
    assert changes["D = 2"] == (hashed(), hashed("D=2"))
    assert changes["These and the learning rate (corrected)"] == (hashed(), hashed("protocol=corrected"))


def test_a_change_may_be_compared_with_another_one(small: list[tuple[str, str, str]]) -> None:
    changes = {change: (base, changed) for change, base, changed in small}
    assert changes["Readout 0, both with D = 2"] == (hashed("D=2"), hashed("D=2", "readout_qubit=0"))


def test_an_override_wins_over_bases_and_changes_alike(small: list[tuple[str, str, str]]) -> None:
    (pair,) = [pair for pair in list_comparisons("choices", ["data=mnist", "ansatz=1"]) if pair.change == "RY first"]
    assert pair.base.ansatz == pair.changed.ansatz == load_config("ansatz=1").ansatz


def test_braces_stand_for_the_option_of_the_base() -> None:
    pairs = [pair for pair in list_comparisons("choices", ["data=mnist"]) if pair.change == "RY first"]
    assert [(pair.base.ansatz.name, pair.changed.ansatz.name) for pair in pairs] == [
        *(("0", "0_ry"), ("1", "1_ry"), ("2", "2_ry")),
    ]
    for pair in pairs:
        first, *rest = pair.changed.ansatz.rotations
        assert (first.gate, pair.base.ansatz.rotations[0].gate) == ("ry", "rz")
        assert tuple(rest) == pair.base.ansatz.rotations[1:]
        assert pair.changed.ansatz.entangling == pair.base.ansatz.entangling
        assert pair.changed.ansatz.closing_rotations == pair.base.ansatz.closing_rotations


def test_the_layers_of_the_contribution_share_data_seeds_and_protocol() -> None:
    pairs = list_comparisons("contribution", ["data=mnist"])
    assert {pair.changed.layer for pair in pairs} == {
        "frozen",
        "closed_form",
        "none",
        "linear_tanh",
        "sine",
        "nonlocal",
    }
    for pair in pairs:
        assert pair.base.layer == "quantum"
        same = {"layer": "quantum", "ansatz": pair.base.ansatz, "reducer": pair.base.reducer}
        assert pair.changed.model_copy(update=same) == pair.base


def test_a_change_may_be_made_to_some_bases_only() -> None:
    pairs = list_comparisons("contribution", ["data=mnist"])
    with_block = [pair for pair in pairs if pair.changed.reducer.name == "cnn_nonlocal"]
    assert [(pair.base.reducer.name, pair.base.ansatz.name, pair.changed.layer) for pair in with_block] == [
        ("cnn", ansatz, "none") for ansatz in "012"
    ]


def test_a_file_without_changes_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"configs/train.yaml must have `bases` and `changes`"):
        list_comparisons("train")
