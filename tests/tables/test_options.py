"""What single options change: which cells are compared, in which direction, and what is written."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.records.configurations import remember
from qnlnet.records.schema import cell_columns
from qnlnet.tables.kinds import table_kind
from qnlnet.tables.options import ENDINGS, summarise_options


def cell(*accuracies: float, words: tuple[str, ...] = (), model: str = "shahzad") -> list[dict[str, Any]]:
    config = load_config("data=digits", f"model={model}", *(words or ("protocol=paper",)))
    remember(config)
    return seed_rows(*accuracies, **cell_columns(config))


def paper(*words: str) -> tuple[str, ...]:
    return ("protocol=paper", *words)


def summarise(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    return summarise_options(frame(*cells))


def test_one_option_is_compared_seed_by_seed_with_the_usual_cell() -> None:
    table = summarise(
        cell(91.0, 82.0, 73.0, words=paper("train.augmentation_fill=black")),
        cell(90.0, 80.0, 70.0),
    )
    (row,) = table.to_dict("records")
    assert (row["option"], row["usual"], row["changed"]) == ("train.augmentation_fill", "mean", "black")
    assert (row["difference"], row["n_pairs"], row["better"], row["verdict"]) == (2.0, 3, 3, "too few seeds")
    # Differences 1, 2, 3: mean 2, standard error 1/√3; t with 2 degrees of freedom is 4.3027 at 97.5 %.
    assert (row["low"], row["high"]) == pytest.approx((2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5), abs=1e-5)


def test_two_options_layers_lengths_and_other_protocols_are_not_compared() -> None:
    table = summarise(
        cell(90.0),
        cell(90.0, words=paper("train.augmentation=none", "train.augmentation_fill=black")),
        cell(90.0, words=paper("layer=none")),
        cell(90.0, words=paper("train.epochs=3")),
        cell(90.0, words=("protocol=common", "train.learning_rate=0.01", "train.epochs=5")),
        cell(90.0, words=("protocol=common", "train.learning_rate=0.01", "train.epochs=5", "model.layers=3")),
    )
    assert table.empty


def test_a_recipe_may_bring_other_settings_of_the_training_with_it_but_not_the_length() -> None:
    own, other = (
        cell(90.0, 91.0, words=paper("layer=classical")),
        cell(95.0, 95.0, words=paper("layer=classical", "model.recipe=hybrid")),
    )
    (row,) = summarise(own, other).to_dict("records")
    assert (row["option"], {row["usual"], row["changed"]}) == ("model.recipe", {"hybrid", "classical"})
    assert abs(row["difference"]) == 4.5
    longer = cell(95.0, words=paper("layer=classical", "model.recipe=hybrid", "train.epochs=3"))
    assert summarise(own, longer).empty


def test_what_a_recipe_has_is_usual_even_where_others_call_something_else_so() -> None:
    changes = ((), ("train.restart_unit=epochs",), ("train.weight_decay=0",))
    table = summarise(*(cell(90.0, words=paper("layer=classical", *each)) for each in changes))
    assert sorted(zip(table.option, table.usual, table.changed, strict=True)) == [
        ("train.restart_unit", "steps", "epochs"),
        ("train.weight_decay", "0.005", "0.0"),
    ]


def test_values_that_the_recipe_has_neither_of_are_not_compared_with_each_other() -> None:
    hadamards = [
        cell(90.0, model="autoencoder_5q", words=paper(f"model.hadamard={word}")) for word in ("first", "none", "all")
    ]
    table = summarise(*hadamards)
    assert sorted(zip(table.usual, table.changed, strict=True)) == [("first", "all"), ("first", "none")]


def test_files_are_written_with_those_of_the_twins(tmp_path: Path) -> None:
    rows = frame(cell(90.0, 80.0), cell(91.0, 82.0, words=paper("train.augmentation_fill=black")))
    paths = table_kind("options").write(rows, tmp_path, "field")
    assert [path.name for path in paths] == [f"field{ending}" for ending in ENDINGS]
    line = next(
        line for line in (tmp_path / "field_options.md").read_text().splitlines() if "augmentation_fill" in line
    )
    assert "| mean | black | 2 | 85.00 ± 7.07 | 86.50 ± 6.36 | +1.50 |" in line


def test_rows_without_pairs_give_an_empty_table(tmp_path: Path) -> None:
    table_kind("options").write(frame(cell(90.0)), tmp_path, "field")
    assert pd.read_csv(tmp_path / "field_options.csv").empty
