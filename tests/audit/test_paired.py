"""Paired comparisons against numbers that can be worked out by hand, and against scipy's own test."""

import math

import numpy as np
import pandas as pd
import pytest
from row_builders import seed_rows
from scipy import stats

from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.errors import ResultsError
from qnlnet.tables import format_markdown

BASE, CHANGED, OTHER = "a" * 12, "b" * 12, "c" * 12


def rows(config: str, accuracies: dict[int, float], **columns: object) -> list[dict[str, object]]:
    made = seed_rows(*accuracies.values(), config_hash=config, settings="", **columns)
    return [{**row, "seed": seed} for row, seed in zip(made, accuracies, strict=True)]


def test_the_numbers_of_a_small_pair() -> None:
    # Differences 1, 2, 3: mean 2, standard error 1/√3; t with 2 degrees of freedom is 4.3027 at 97.5 %.
    table = pd.DataFrame(rows(BASE, {0: 90.0, 1: 80.0, 2: 70.0}) + rows(CHANGED, {0: 91.0, 1: 82.0, 2: 73.0, 9: 0.0}))
    (found,) = compare(table, [Pair("more", BASE, CHANGED)]).to_dict("records")
    assert found["n_seeds"] == 3  # seed 9 has nothing to be paired with
    assert (found["base_accuracy"], found["changed_accuracy"], found["difference"]) == (80.0, 82.0, 2.0)
    assert found["low"] == pytest.approx(2 - 4.302653 / math.sqrt(3), abs=1e-5)
    assert found["high"] == pytest.approx(2 + 4.302653 / math.sqrt(3), abs=1e-5)
    assert found["p"] == pytest.approx(2 / 2**3)  # of all signs that three differences can have, two are as clear
    assert (found["better"], found["worse"]) == (3, 0)


def test_twenty_seeds_that_are_all_better_are_clear_however_unevenly_they_are() -> None:
    base = dict.fromkeys(range(20), 99.0) | dict.fromkeys(range(6), 85.0)  # six did not converge
    changed = {seed: 99.7 + seed / 1000 for seed in range(20)}
    found = compare(pd.DataFrame(rows(BASE, base) + rows(CHANGED, changed)), [Pair("x", BASE, CHANGED)])
    assert found.p.item() == pytest.approx(2 / 2**20)


def test_the_interval_is_that_of_scipys_paired_test() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(80, 3, 20), random.normal(81, 3, 20)
    table = pd.DataFrame(rows(BASE, dict(enumerate(first))) + rows(CHANGED, dict(enumerate(second))))
    (found,) = compare(table, [Pair("x", BASE, CHANGED)]).to_dict("records")
    reference = stats.ttest_rel(second, first)
    interval = reference.confidence_interval()
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))


def test_p_values_are_adjusted_for_all_pairs_together() -> None:
    table = pd.DataFrame(
        rows(BASE, {0: 90.0, 1: 80.0, 2: 70.0})
        + rows(CHANGED, {0: 91.0, 1: 82.0, 2: 73.0})
        + rows(OTHER, {0: 90.5, 1: 79.0, 2: 71.0})
    )
    found = compare(table, [Pair("x", BASE, CHANGED), Pair("y", BASE, OTHER)])
    low, high = sorted(found.p)
    harmonic = 1 + 1 / 2
    assert sorted(found.p_adjusted) == pytest.approx(
        [min(1, 2 * low * harmonic, high * harmonic), min(1, high * harmonic)]
    )


def test_equal_seeds_leave_no_doubt_and_an_equal_shift_no_width() -> None:
    base = dict.fromkeys(range(8), 90.0)
    shift = dict.fromkeys(range(8), 90.1)
    table = pd.DataFrame(rows(BASE, base) + rows(CHANGED, base) + rows(OTHER, shift))
    same, shifted = compare(table, [Pair("x", BASE, CHANGED), Pair("y", BASE, OTHER)]).to_dict("records")
    assert (same["difference"], same["low"], same["high"], same["p"]) == (0, 0, 0, 1)
    assert (shifted["low"], shifted["high"]) == pytest.approx((0.1, 0.1))
    assert shifted["p"] == pytest.approx(2 / 2**8)


def test_one_seed_has_no_interval() -> None:
    table = pd.DataFrame(rows(BASE, {0: 90.0}) + rows(CHANGED, {0: 91.0}))
    found = compare(table, [Pair("x", BASE, CHANGED)])
    assert found.low.isna().all()
    assert "| x | MNIST 0/1 | CNN | 0 | 1 | 90.00 | 91.00 | +1.00 | – | – | 1/0 |" in format_markdown(
        lay_out_comparisons(found)
    )


@pytest.mark.parametrize(
    ("seeds", "message"), [({}, "must have rows, but has none"), ({7: 90.0}, "must share a seed, but share none")]
)
def test_pairs_without_common_rows_are_refused(seeds: dict[int, float], message: str) -> None:
    table = pd.DataFrame(rows(BASE, {0: 90.0}) + rows(CHANGED, seeds))
    with pytest.raises(ResultsError, match=message):
        compare(table, [Pair("x", BASE, CHANGED)])
