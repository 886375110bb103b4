"""How things grow with r and D: means over the other against closed forms."""

import pandas as pd
import pytest
from row_builders import ablation_frame

from qnlnet.tables import summarise_growth
from qnlnet.tables.growth import GROWTH_COLUMNS, format_growth


def linear(r: int, D: int) -> float:
    return 60.0 + 10 * r + D


@pytest.fixture(name="growth")
def _growth() -> pd.DataFrame:
    return summarise_growth(ablation_frame(linear))


def test_all_seeds_of_all_cells_of_a_value_count_once(growth: pd.DataFrame) -> None:
    assert list(growth.columns) == list(GROWTH_COLUMNS)
    together, single = growth[growth["ansatz"] == "all"], growth[growth["ansatz"] != "all"]
    assert set(together["n_cells"]) == {9}
    assert set(together["n_seeds"]) == {27}
    assert set(single["n_cells"]) == {3}
    assert len(growth) == 4 * 6


def test_means_by_hand(growth: pd.DataFrame) -> None:
    for row in growth.to_dict("records"):
        value = row["value"]  # the mean over the other one of 1, 2, 3 is that of 2; the mean of the seeds adds one
        expected = linear(value, 2) + 1 if row["varied"] == "r" else linear(2, value) + 1
        assert row["test_accuracy_mean"] == pytest.approx(expected)
        assert row["train_seconds_mean"] == pytest.approx(2 * value)
    by_r = growth[(growth["ansatz"] == "all") & (growth["varied"] == "r")]
    # Above 90: r = 3 gives 91, 92, 93 and up to two more, always; r = 2 gives at most 85.
    assert list(by_r["n_converged"]) == [0, 0, 27]


def test_sections_are_kept_apart() -> None:
    growth = summarise_growth(ablation_frame(linear, readouts=(3, 0)))
    assert set(growth["readout_qubit"]) == {0, 3}
    assert set(growth["n_seeds"][growth["ansatz"] == "all"]) == {27}


def test_markdown_has_a_line_for_each_measure(growth: pd.DataFrame) -> None:
    lines = [line for line in format_growth(growth).splitlines() if line.startswith("| ")]
    title = "MNIST 0/1, CNN, readout qubit 3, 100 epochs"
    assert lines[0] == "| Section | Measure | r = 1 | r = 2 | r = 3 | D = 1 | D = 2 | D = 3 |"
    assert lines[2:] == [
        f"| {title} | test accuracy (%) | 73.00 | 83.00 | 93.00 | 82.00 | 83.00 | 84.00 |",
        f"| {title} | converged | 0/27 | 0/27 | 27/27 | 9/27 | 9/27 | 9/27 |",
        f"| {title} | seconds | 2 | 4 | 6 | 2 | 4 | 6 |",
    ]


def test_times_are_explained(growth: pd.DataFrame) -> None:
    text = format_growth(growth)
    assert "wall time of one replica" in text
    assert "side by side" in text


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = ablation_frame(linear)
    pd.testing.assert_frame_equal(summarise_growth(rows), summarise_growth(rows.sample(frac=1, random_state=0)))
