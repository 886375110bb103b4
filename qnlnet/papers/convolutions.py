"""How claims about circuits in place of convolutions are judged, from the table of twins."""

import math
from collections.abc import Callable

import pandas as pd

from qnlnet.papers.claims import FAILS, HOLDS, OPEN, Finding
from qnlnet.papers.gupta2024.contribution import BETTER, EQUAL, MARGIN, UNDECIDED, WORSE, conclude, decide
from qnlnet.records import dataset_label
from qnlnet.records.configurations import recall
from qnlnet.tables.layout import signed
from qnlnet.tables.paired import TOO_FEW

TABLE, COMMAND = "convolutions", "make convolutions"
TEN = "0/1/2/3/4/5/6/7/8/9"
RULE = (
    "Of circuits in place of convolutions: an accuracy is reached if the mean of a cell is there, or within two "
    "standard errors where these are at most half a point; one that is to be exceeded must be exceeded by two. With "
    "one seed two points stand for these. Where the paper tells neither network nor recipe, a miss counts only if the "
    "classical twin gets there. Circuits make the accuracy if it is lower without them or with untrained ones."
)
_ONE_SEED = 2.0  # points that stand for two standard errors where there are none
_NARROW = 0.5  # points: two standard errors that are wider say nothing about agreement
_WITHOUT = ("frozen", "none")  # what stands in place of trained circuits where only the rest is trained
Judge = Callable[[pd.DataFrame], Finding | None]


def judge_accuracy(family: str, dataset: str, target: float, *, exceed: bool, is_known: bool) -> Judge:
    """Judges whether the best cell with trained circuits gets to an accuracy on all ten classes.

    Only cells that stand beside a published number count, if there are any: those have the paper's settings, or what
    is nearest to them. Where its recipe is known, they have that, too.

    Args:
        family: The name of the models.
        dataset: As in the rows.
        target: Percent.
        exceed: Whether the claim is to be above it.
        is_known: Whether network and recipe are known; else a miss is held against the paper only if a twin gets there.
    """

    def judge(table: pd.DataFrame) -> Finding | None:
        of_family = table[(table.model == family) & (table.dataset == dataset) & (table.classes == TEN)]
        rows = of_family[of_family.quantum_parameters > 0]
        if rows.empty:
            return None
        published = rows[rows.published_test_accuracy.notna()]
        published = published[published.protocol == "paper"] if is_known else published
        best = (rows if published.empty else published).sort_values("test_accuracy_mean").iloc[-1]
        gap, margin = best.test_accuracy_mean - target, _margin(best)
        measured = f"{_say_mean(best)}, {signed(gap)} points"
        if gap >= (margin if exceed else 0):
            return Finding(measured, HOLDS, "The mean of the best cell is there.")
        if exceed and gap >= -margin:
            return Finding(measured, OPEN, "The mean is not apart from the claim by two standard errors.")
        if gap >= -margin:
            verdict, word = (HOLDS, "are at most") if margin <= _NARROW else (OPEN, "are more than")
            return Finding(measured, verdict, f"Within two standard errors, which {word} {_NARROW:g} points.")
        if published.empty:
            return Finding(measured, OPEN, "No cell has the settings of the paper, or what is nearest to them.")
        if is_known:
            return Finding(measured, FAILS, "The mean is lower by more than two standard errors.")
        return Finding(measured, *_beside_twins(of_family[of_family.twin_of == best.config_hash], target))

    return judge


def _margin(cell: pd.Series) -> float:
    """Returns two standard errors of a mean, or what stands for them."""
    return _ONE_SEED if cell.n_seeds < 2 else 2 * cell.test_accuracy_std / math.sqrt(cell.n_seeds)


def _say_mean(cell: pd.Series) -> str:
    seeds = f"{cell.n_seeds} seed{'s' if cell.n_seeds > 1 else ''}"
    spread = "" if pd.isna(cell.test_accuracy_std) else f" ± {cell.test_accuracy_std:.2f}"
    return f"{cell.test_accuracy_mean:.2f}{spread} % ({seeds}, {cell.epochs} epochs)"


def _beside_twins(twins: pd.DataFrame, target: float) -> tuple[str, str]:
    trained = twins[[_place(digest) not in _WITHOUT for digest in twins.config_hash]]
    unknown = "The paper tells neither network nor recipe"
    if trained.empty:
        return OPEN, f"{unknown}, and no classical twin shows whether these here suffice."
    best = trained.test_accuracy_mean.max()
    if best < target:
        return OPEN, f"{unknown}; with these here the classical twin does not get there either ({best:.2f} %)."
    return FAILS, f"{unknown}; with these here the classical twin gets there ({best:.2f} %) and the circuits do not."


def judge_circuits(family: str) -> Judge:
    """Judges by the twins with frozen circuits and without circuits whether trained ones make the accuracy."""

    def judge(table: pd.DataFrame) -> Finding | None:
        twins = table[(table.model == family) & table.twin_of.notna() & table.twin_of.ne("")]
        twins = twins[[_place(digest) in _WITHOUT for digest in twins.config_hash]]
        if twins.empty:
            return None
        states = twins.apply(_state, axis=1)
        low, high = signed(-twins.difference.max()), signed(-twins.difference.min())
        seen = "".join(
            f"; {words}: {_where(twins[states == state])}" for state, words in _WORDS if (states == state).any()
        )
        measured = (
            f"frozen or left out, the accuracy changes by {low} to {high} points in {len(twins)} comparisons{seen}"
        )
        if twins.verdict.eq(TOO_FEW).all():
            return Finding(measured, OPEN, "So few seeds could not have shown a difference, however large.")
        verdict, reason = conclude(set(states))
        return Finding(measured, verdict, reason.replace("the layer", "trained circuits"))

    return judge


_WORDS = ((WORSE, "clearly worse"), (EQUAL, f"the same within {MARGIN:g} points"), (BETTER, "clearly better"),
          (UNDECIDED, "undecided"))  # fmt: skip


def _state(twin: pd.Series) -> str:
    """Returns what a twin shows; the table has the difference with circuits minus without."""
    if twin.verdict == TOO_FEW:
        return UNDECIDED
    return decide(-twin.high, -twin.low, twin.p_adjusted)


def _where(twins: pd.DataFrame) -> str:
    tasks = twins.assign(place=[_place(digest) for digest in twins.config_hash])
    groups = tasks.groupby(["dataset", "classes", "place"], sort=False).size()
    return ", ".join(
        f"{_short(dataset, classes)} {place}{f' ×{number}' if number > 1 else ''}"
        for (dataset, classes, place), number in groups.items()
    )


def _short(dataset: str, classes: str) -> str:
    return dataset_label(dataset, "" if classes == TEN else classes)


def _place(digest: str) -> str:
    """Returns what stands in place of trained circuits in a cell."""
    return str(getattr(recall(digest).model, "layer", ""))
