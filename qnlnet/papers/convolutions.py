"""How claims about circuits in place of convolutions are judged, from the table of twins."""

import math

import pandas as pd

from qnlnet.papers.circuits import TEN, WITHOUT, place_of
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, Finding, Judge
from qnlnet.tables.layout import signed

TABLE, COMMAND = "convolutions", "make convolutions"
RULE = (
    "Of circuits in place of convolutions: an accuracy is reached if the mean of a cell is there, or within two "
    "standard errors where these are at most half a point; one that is to be exceeded must be exceeded by two. With "
    "one seed two points stand for these. Where the paper tells neither network nor recipe, a miss counts only if the "
    "classical twin gets there. Circuits make the accuracy if it is lower without them or with untrained ones."
)
_ONE_SEED = 2.0  # points that stand for two standard errors where there are none
_NARROW = 0.5  # points: two standard errors that are wider say nothing about agreement


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
    trained = twins[[place_of(digest) not in WITHOUT for digest in twins.config_hash]]
    unknown = "The paper tells neither network nor recipe"
    if trained.empty:
        return OPEN, f"{unknown}, and no classical twin shows whether these here suffice."
    best = trained.test_accuracy_mean.max()
    if best < target:
        return OPEN, f"{unknown}; with these here the classical twin does not get there either ({best:.2f} %)."
    return FAILS, f"{unknown}; with these here the classical twin gets there ({best:.2f} %) and the circuits do not."
