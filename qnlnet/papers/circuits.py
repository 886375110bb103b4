"""How the claim is judged that trained circuits make the accuracy of a model, from the table of twins."""

import pandas as pd

from qnlnet.papers.claims import OPEN, Finding, Judge
from qnlnet.papers.gupta2024.contribution import BETTER, EQUAL, MARGIN, UNDECIDED, WORSE, conclude, decide
from qnlnet.records import dataset_label
from qnlnet.records.configurations import recall
from qnlnet.tables.layout import signed
from qnlnet.tables.paired import TOO_FEW

TEN = "0/1/2/3/4/5/6/7/8/9"
WITHOUT = ("frozen", "none")  # what stands in place of trained circuits where only the rest is trained


def judge_circuits(family: str) -> Judge:
    """Judges by the twins with frozen circuits and without circuits whether trained ones make the accuracy."""

    def judge(table: pd.DataFrame) -> Finding | None:
        twins = table[(table.model == family) & table.twin_of.notna() & table.twin_of.ne("")]
        twins = twins[[place_of(digest) in WITHOUT for digest in twins.config_hash]]
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
    tasks = twins.assign(place=[place_of(digest) for digest in twins.config_hash])
    groups = tasks.groupby(["dataset", "classes", "place"], sort=False).size()
    return ", ".join(
        f"{_short(dataset, classes)} {place}{f' ×{number}' if number > 1 else ''}"
        for (dataset, classes, place), number in groups.items()
    )


def _short(dataset: str, classes: str) -> str:
    return dataset_label(dataset, "" if classes == TEN else classes)


def place_of(digest: str) -> str:
    """Returns what stands in place of trained circuits in a cell."""
    return str(getattr(recall(digest).model, "layer", ""))
