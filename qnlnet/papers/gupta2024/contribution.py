"""Does the quantum layer contribute: how a claim is judged when a linear unit takes the layer's place."""

import pandas as pd

from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Finding, Judge
from qnlnet.papers.gupta2024.finished import is_finished
from qnlnet.records import dataset_label
from qnlnet.tables.layout import signed

REMOVED = "Removed: Linear(4, 1)"  # the label of the change in configs/contribution.yaml
MARGIN = 0.5  # percentage points: less is no contribution
_LEVEL = 0.05

WORSE, BETTER, EQUAL, UNDECIDED = "worse", "better", "equal", "undecided"


def judge_layer(reducer: str) -> Judge:
    """Judges by what happens when Linear(4, 1) takes the place of the quantum layer behind a reducer.

    A cell is worse without the layer if the interval of the difference lies below zero and its adjusted p below 0.05;
    equal if the whole interval lies within ±0.5 points, as a difference that is not significant is no proof of
    equality; else it is undecided. Where too few seeds were trained for any p to be that small, nothing was asked.
    """

    def judge(comparisons: pd.DataFrame) -> Finding | None:
        rows = comparisons[(comparisons.change == REMOVED) & (comparisons.reducer == reducer)]
        if rows.empty:
            return None
        seeds = int(rows.n_seeds.min())
        lowest, highest = signed(rows.difference.min()), signed(rows.difference.max())
        states = rows.apply(lambda row: decide(row.low, row.high, row.p_adjusted), axis=1)
        measured = f"Linear(4, 1) in its place changes the accuracy by {lowest} to {highest} points ({seeds} seeds)" + (
            "".join(f"; {words}: {_where(rows[states == state])}" for state, words in _WORDS if (states == state).any())
        )
        if not all(map(is_finished, rows.epochs)):
            return Finding(measured, OPEN, "Not all of these runs are finished.")
        if not can_be_significant(seeds, len(comparisons)):
            return Finding(
                measured, OPEN, f"With {seeds} seeds no difference could have been significant, however large."
            )
        return Finding(measured, *conclude(set(states)))

    return judge


_WORDS = (
    (WORSE, "clearly worse"),
    (EQUAL, f"the same within {MARGIN:g} points"),
    (BETTER, "clearly better"),
    (UNDECIDED, "undecided"),
)


def decide(low: float, high: float, p_adjusted: float) -> str:
    """Returns what a cell shows: WORSE, BETTER, EQUAL or UNDECIDED.

    Args:
        low: Lower end of the 95 % interval of the difference without the layer, percentage points.
        high: Its upper end.
        p_adjusted: p of no difference, adjusted for all comparisons.
    """
    if p_adjusted < _LEVEL and (high < 0 or low > 0):
        return WORSE if high < 0 else BETTER
    return EQUAL if low >= -MARGIN and high <= MARGIN else UNDECIDED


def can_be_significant(seeds: int, comparisons: int) -> bool:
    """Returns whether Wilcoxon's signed ranks could give an adjusted p below 0.05, whatever the data.

    With n seeds p is at least 2 / 2ⁿ, and the adjustment multiplies the p-values by 1 + 1/2 + … + 1/m at least, if all
    m are equally small.
    """
    return 2.0 ** (1 - seeds) * sum(1 / k for k in range(1, comparisons + 1)) < _LEVEL


def conclude(states: set[str]) -> tuple[str, str]:
    """Returns the verdict of cells in these states, and why."""
    if states == {WORSE}:
        return HOLDS, "Without the layer every cell is worse."
    if WORSE in states:
        return PARTLY, "Some cells are worse without the layer and others are not."
    if UNDECIDED in states:
        return OPEN, f"No cell is clearly worse without the layer, and more than {MARGIN:g} points cannot be excluded."
    return FAILS, "No cell is worse without the layer by more than the margin."


def _where(rows: pd.DataFrame) -> str:
    return "; ".join(
        f"{dataset_label(dataset, classes)}, ansatz {', '.join(cells.ansatz)}"
        for (dataset, classes), cells in rows.groupby(["dataset", "classes"], sort=False)
    )
