"""Quantum cells beside their twins: who is whose, and what may be said of so many seeds."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.figures import figure_kind, plot_figures
from qnlnet.records.configurations import remember
from qnlnet.records.schema import cell_columns
from qnlnet.tables.paired import HIGHER, LOWER, TOO_FEW, UNDECIDED, adjust, smallest_adjusted
from qnlnet.tables.twins import format_twins_terminal, summarise_twins, write_twins
from qnlnet.tables.twins_compact import format_compact

BASE = ("model=quanvolution", "circuit=strong", "train.learning_rate=0.01", "train.epochs=2")


def cell(*accuracies: float, words: tuple[str, ...] = (), **changes: Any) -> list[dict[str, Any]]:
    config = load_config("data=digits", *BASE, *words)
    remember(config)
    columns = {**cell_columns(config), "quantum_parameters": 0, "parameters": 406, **changes}
    return seed_rows(*accuracies, **columns)


def summarise(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    return summarise_twins(frame(*cells))


def test_twins_stand_behind_the_quantum_cell_whatever_was_chosen_for_each() -> None:
    quantum = cell(90.0, 80.0, 70.0, words=("layer=quantum",), quantum_parameters=12)
    conv = cell(91.0, 82.0, 73.0, words=("layer=conv", "train.learning_rate=0.03", "train.epochs=1"))
    other = cell(99.0, words=("layer=frozen", "model.filters=2"))
    table = summarise(conv, other, quantum)
    assert list(table.settings.str.extract("layer=([a-z]+)")[0].fillna("frozen")) == ["quantum", "conv", "frozen"]
    assert list(table.twin_of) == ["", quantum[0]["config_hash"], ""]
    twin = table.iloc[1]
    # Differences −1, −2, −3: mean −2, standard error 1/√3; t with 2 degrees of freedom is 4.3027 at 97.5 %.
    assert (twin.difference, twin.n_pairs, twin.better, twin.worse) == (-2.0, 3, 0, 3)
    assert (twin.low, twin.high) == pytest.approx((-2 - 4.302653 / 3**0.5, -2 + 4.302653 / 3**0.5), abs=1e-5)
    assert twin.p == pytest.approx(2 / 2**3)


def test_what_has_no_settings_of_circuits_is_a_twin_of_the_closest() -> None:
    deep = cell(90.0, words=("layer=quantum", "model.layers=3"), quantum_parameters=36)
    usual = cell(80.0, words=("layer=quantum",), quantum_parameters=12)
    bare = cell(70.0, words=("layer=none",))
    filters = cell(60.0, words=("layer=none", "model.filters=2"))
    table = summarise(bare, filters, usual, deep).set_index("config_hash")
    assert table.twin_of[bare[0]["config_hash"]] == usual[0]["config_hash"]
    assert table.twin_of[filters[0]["config_hash"]] == ""


def test_qnl_net_has_twins_as_well() -> None:
    rows = [
        seed_rows(90.0, parameters=9, quantum_parameters=5, settings=""),
        seed_rows(80.0, parameters=4, quantum_parameters=0, settings="layer=none"),
    ]
    table = summarise(*rows)
    assert list(table.twin_of) == ["", rows[0][0]["config_hash"]]


def test_only_seeds_that_both_have_are_compared() -> None:
    table = summarise(cell(90.0, 80.0, words=("layer=quantum",)), cell(70.0, 60.0, 10.0))
    assert (table.n_pairs.iloc[1], table.difference.iloc[1]) == (2, 20.0)


@pytest.mark.parametrize(
    ("seeds", "gain", "verdict"),
    [(5, 3.0, TOO_FEW), (8, 3.0, HIGHER), (8, -3.0, LOWER), (8, 0.0, UNDECIDED)],
)
def test_a_verdict_needs_seeds_that_could_reach_it(seeds: int, gain: float, verdict: str) -> None:
    known = [80 + seed / 8 for seed in range(seeds)]
    quantum = [value + gain + seed / 100 * (-1) ** seed for seed, value in enumerate(known)]
    table = summarise(cell(*quantum, words=("layer=quantum",)), cell(*known))
    assert list(table.verdict) == ["", verdict]


def test_the_smallest_p_is_that_of_seeds_on_one_side_in_every_comparison() -> None:
    p = pd.Series([2 / 2**8] * 5)
    assert adjust(p).iloc[0] == pytest.approx(smallest_adjusted(8, 5))
    assert smallest_adjusted(8, 1) == 2 / 2**8
    assert smallest_adjusted(2, 100) == 1


def test_a_number_of_a_paper_stands_beside_its_model_and_says_what_it_is() -> None:
    words = ("model=hqnn_parallel", "data=mnist", "data.classes=[0,1,2,3,4,5,6,7,8,9]")
    made = [load_config(*words, "protocol=paper", f"layer={layer}") for layer in ("quantum", "linear")]
    columns = {"quantum_parameters": 180, "parameters": 45154}
    rows = [seed_rows(99.0, **{**cell_columns(config), **columns, "config_hash": remember(config)}) for config in made]
    first, second = summarise(*rows).to_dict("records")
    assert first["published_test_accuracy"] == 99.21
    assert first["published_as"].startswith("test accuracy of one run on 15 % of all images; Senokosov")
    assert math.isnan(second["published_test_accuracy"])


def test_the_files_of_a_table_and_its_figure(tmp_path: Path) -> None:
    rows = frame(
        cell(90.0, 80.0, words=("layer=quantum",), quantum_parameters=12, parameters=1406),
        cell(70.0, 60.0),
        cell(75.0, 65.0, words=("layer=none",)),
    )
    paths = write_twins(rows, tmp_path, "twins") + plot_figures(figure_kind("twins"), rows, tmp_path, "twins")
    assert [path.suffix for path in paths] == [".csv", ".md", ".tex", ".md", ".png", ".svg"]
    page = (tmp_path / "twins.md").read_text(encoding="utf-8")
    assert "| Digits 0/1 | Quanvolution | 4 | circuit=strong, layer=quantum | 2 | 1,406 (12) |" in page
    assert "| +20.00 | +20.00 … +20.00 | 2/0 | 0.750 | too few seeds |" in page
    assert "Published" not in page
    assert "+15.00" in format_twins_terminal(rows)
    assert "layer=none" in (tmp_path / "twins.svg").read_text(encoding="utf-8")


def test_a_figure_without_twins_says_so(tmp_path: Path) -> None:
    plot_figures(figure_kind("twins"), frame(cell(90.0)), tmp_path, "alone")
    assert "no twins" in (tmp_path / "alone.svg").read_text(encoding="utf-8")


def test_the_compact_table_has_a_row_for_each_quantum_cell_and_a_column_for_each_thing_in_its_place() -> None:
    deep = cell(90.0, 92.0, words=("layer=quantum", "model.layers=3"), quantum_parameters=36)
    usual = cell(80.0, 82.0, words=("layer=quantum",), quantum_parameters=12)
    conv = cell(81.0, 84.0, words=("layer=conv",))
    alone = cell(60.0, words=("layer=none", "model.filters=2"))
    text = format_compact(summarise(deep, usual, conv, alone))
    assert text.count("### Digits 0/1") == 1
    first, second = (line for line in text.splitlines() if line.startswith("| Quanvolution"))
    assert "| layers=3 |" in second
    assert second.endswith("| 91.00 ± 1.41 | – |")
    assert first.endswith("| 81.00 ± 1.41 | 82.50 ± 2.12 (−1.50, too few seeds) |")
    assert "60.00" not in text  # it stands in place of no quantum cell
