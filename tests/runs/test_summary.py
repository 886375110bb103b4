"""What a person reads at the end of a sweep."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError, RequestRefusedError
from qnlnet.runs import Outcome, format_outcomes


def outcome(status: Any = "trained", error: str = "", seeds: int = 3, **columns: list[Any]) -> Outcome:
    """An outcome with rows of these columns, or without any."""
    config = load_config("data=digits", f"seeds={seeds}")
    usual = {"converged": [True] * seeds, "train_seconds": [1.0] * seeds}
    rows = pd.DataFrame({**usual, **columns}) if "test_accuracy" in columns else pd.DataFrame()
    return Outcome(config, Path("folder"), status, rows, error)


def table(*outcomes: Outcome | Exception) -> list[list[str]]:
    """Returns the cells of the table, without head and rule; labels are a, b, …"""
    text = format_outcomes([chr(ord("a") + number) for number in range(len(outcomes))], list(outcomes))
    head, rule, *lines = text.split("\n\n")[0].splitlines()
    assert head.split() == ["Cell", "Status", "Seeds", "Converged", "Accuracy", "(%)", "Training", "time"]
    assert set(rule) == {"-", " "}
    return [line.split("  ") if "  " in line else [line] for line in lines]


def cells(line: list[str]) -> list[str]:
    return [word.strip() for word in line if word.strip()]


def test_a_line_holds_the_statistics_of_the_rows() -> None:
    accuracies = [90.0, 94.0, 95.0]
    (line,) = table(outcome(test_accuracy=accuracies, converged=[True, False, True], train_seconds=[1.0, 2.5, 0.25]))
    mean = sum(accuracies) / 3
    deviation = math.sqrt(sum((accuracy - mean) ** 2 for accuracy in accuracies) / 2)
    assert cells(line) == ["a", "trained", "3/3", "2/3", f"{mean:.2f} ± {deviation:.2f}", "3.8 s"]


def test_a_single_seed_has_no_deviation() -> None:
    (line,) = table(outcome("kept", seeds=1, test_accuracy=[97.125]))
    assert cells(line) == ["a", "kept", "1/1", "1/1", "97.12", "1.0 s"]


def test_a_failed_cell_shows_what_there_is() -> None:
    some = outcome("failed", "The disk is full.", test_accuracy=[90.0], converged=[True], train_seconds=[2.0], seeds=3)
    lines = table(some, outcome("failed", "No images."), ArgumentError("Argument `r` must be …"))
    assert cells(lines[0]) == ["a", "failed", "1/3", "1/1", "90.00", "2.0 s"]
    assert cells(lines[1]) == ["b", "failed", "0", "–", "–", "–"]
    assert cells(lines[2]) == ["c", "failed", "0", "–", "–", "–"]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (59.9, "59.9 s"), (60, "1.0 min"), (3599, "60.0 min"), (3600, "1.0 h"), (90_000, "25.0 h")],
)
def test_times_have_a_unit_that_suits_them(seconds: float, expected: str) -> None:
    (line,) = table(outcome(seeds=1, test_accuracy=[90.0], train_seconds=[seconds]))
    assert cells(line)[-1] == expected


def test_reasons_are_told_once_and_in_order() -> None:
    outcomes = [
        outcome("failed", "The disk is full."),
        outcome(test_accuracy=[90.0] * 3),
        RequestRefusedError("More than the budget.", 403),
        outcome("failed", "The disk is full."),
        ArgumentError("The disk is full."),
        RuntimeError(),
    ]
    text = format_outcomes(list("abcdef"), outcomes)
    assert text.split("\n\n")[1:] == [
        "a and 2 more: The disk is full.",
        "c: More than the budget.",
        "f: RuntimeError",
    ]


def test_without_failures_there_are_no_reasons() -> None:
    assert "\n\n" not in format_outcomes(["a"], [outcome(test_accuracy=[90.0] * 3)])


def test_columns_are_as_wide_as_their_longest_word() -> None:
    text = format_outcomes(["a", "a much longer label"], [outcome(test_accuracy=[90.0] * 3)] * 2)
    lines = text.splitlines()
    assert len({line.index("trained") for line in lines[2:]}) == 1
    assert len(set(map(len, lines))) == 1


def test_an_outcome_shows_itself_without_its_rows() -> None:
    assert "test_accuracy" not in repr(outcome(test_accuracy=[90.0] * 3))
