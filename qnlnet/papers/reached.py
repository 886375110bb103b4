"""How it is judged, from the seeds of the runs here, whether a model gets to a published accuracy."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Finding, Judge
from qnlnet.records.configurations import recall
from qnlnet.records.published import is_meant
from qnlnet.records.schema import is_missing
from qnlnet.tables.layout import name_model, signed
from qnlnet.tables.protocols import COMMON

_NARROW = 0.5  # points: two standard errors that are wider say nothing about agreement
_ONE_SEED = 2.0  # points that one seed may miss


@dataclass(frozen=True)
class Cell:
    """A cell and its seeds."""

    config: RunConfig
    seeds: pd.DataFrame

    @property
    def is_common(self) -> bool:
        return self.config.train.protocol == COMMON

    @property
    def is_quantum(self) -> bool:
        return getattr(self.config.model, "layer", None) == "quantum"

    @property
    def counts_all_test_images(self) -> bool:
        """Whether no test image is left out, as some recipes do."""
        return not self.config.train.drop_last_test and getattr(self.config.model, "duplicates", "") != "drop"

    def accuracies(self, *, best_epoch: bool) -> pd.Series:
        """Returns one accuracy per seed, of the last epoch; of the best one where its own recipe counts that."""
        return self.seeds["best_epoch_test_accuracy" if best_epoch and not self.is_common else "test_accuracy"]

    @property
    def name(self) -> str:
        reducer = self.seeds.reducer.iloc[0]
        name = name_model({"model": self.config.model.name, "reducer": reducer})
        words = [word for word in self.config.model.words()[1:] if not word.startswith("layer=")]
        words = words if is_missing(reducer) else []
        if not self.is_quantum and (layer := getattr(self.config.model, "layer", None)):
            words.append(f"layer={layer}")
        return f"{name} ({', '.join(words)})" if words else name


def judge_reached(words: str, target: float, *, best_epoch: bool, is_known: bool) -> Judge:
    """Judges whether a model gets to an accuracy.

    Args:
        words: Its images and settings, in the words of the command line.
        target: Percent.
        best_epoch: Whether the paper counts the epoch that is best on the test images.
        is_known: Whether it tells network and recipe; else a miss is not held against it.
    """

    def judge(rows: pd.DataFrame) -> Finding | None:
        cells = [cell for cell in cells_of(rows) if is_meant(cell.config, words)]
        if not cells:
            return None
        best = [best_of(some, best_epoch=best_epoch) for some in _by_protocol(cells)]
        measured = ", ".join(say(cell, best_epoch=best_epoch) for cell in best)
        gaps = [cell.accuracies(best_epoch=best_epoch) - target for cell in best]
        there = [cell for cell, gap in zip(best, gaps, strict=True) if gap.mean() >= -_tolerance(gap)]
        if there:
            only = f", by the {_recipe_of(there[0])} only" if len(there) < len(best) else ""
            return Finding(measured, HOLDS, f"A mean is at {target:.2f} %, or within two standard errors{only}.")
        number, seeds = sum(int((gap >= 0).sum()) for gap in gaps), sum(map(len, gaps))
        if len(best) == seeds and max(map(float, (gap.mean() for gap in gaps))) >= -_ONE_SEED:
            return Finding(measured, OPEN, f"One seed is within {_ONE_SEED:g} points, which says no more.")
        if number:
            passing = sum(int((cell.seeds.best_epoch_test_accuracy >= target).sum()) for cell in best)
            at_times = f"; {passing} are in some epoch" if passing > number else ""
            return Finding(measured, PARTLY, f"No mean is there, but {number} of {seeds} seeds are{at_times}.")
        if is_known:
            return Finding(measured, FAILS, f"None of {seeds} seeds gets there.")
        reason = f"None of {seeds} seeds gets there, but network and recipe are known to us only in part."
        return Finding(measured, OPEN, reason)

    return judge


def _tolerance(accuracies: pd.Series) -> float:
    """Returns two standard errors where they are narrow, else nothing."""
    margin = 2 * _standard_error(accuracies)
    return margin if margin <= _NARROW else 0.0


def _standard_error(accuracies: pd.Series) -> float:
    return float(accuracies.std(ddof=1)) / math.sqrt(len(accuracies)) if len(accuracies) > 1 else math.inf


def cells_of(rows: pd.DataFrame) -> Iterator[Cell]:
    """Yields the cells of per-seed rows."""
    for digest, seeds in rows.groupby("config_hash", sort=False):
        yield Cell(recall(str(digest)), seeds)


def _by_protocol(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    listed = list(cells)
    for is_common in (False, True):
        if some := [cell for cell in listed if cell.is_common == is_common]:
            yield some


def best_of(cells: Iterable[Cell], *, best_epoch: bool = False) -> Cell:
    """Returns the cell with the highest mean."""
    return max(cells, key=lambda cell: cell.accuracies(best_epoch=best_epoch).mean())


def say(cell: Cell, *, best_epoch: bool = False) -> str:
    """Returns the recipe, mean and spread of a cell in words."""
    accuracies = cell.accuracies(best_epoch=best_epoch)
    spread = f" ± {accuracies.std(ddof=1):.2f}" if len(accuracies) > 1 else ""
    seeds = f"{len(accuracies)} seed{'s' if len(accuracies) > 1 else ''}"
    counted = ", best epochs" if best_epoch and not cell.is_common else ""
    return f"{_recipe_of(cell)} {accuracies.mean():.2f}{spread} % ({seeds}{counted})"


def _recipe_of(cell: Cell) -> str:
    changes = [word for word in str(cell.seeds.settings.iloc[0]).split() if word.startswith("train.")]
    own = f"own recipe with {' '.join(changes)}" if changes else "own recipe"
    return "common protocol" if cell.is_common else own


@dataclass(frozen=True)
class Lead:
    """What the mean accuracy of one cell has more than that of another.

    Attributes:
        points: The difference, in percent of the test images.
        margin: Two standard errors of it; of a model without chance, or with one seed, only the other one has any.
    """

    points: float
    margin: float

    @property
    def is_ahead(self) -> bool:
        """Whether it is ahead beyond chance."""
        return self.points > self.margin

    @property
    def is_behind(self) -> bool:
        """Whether it is behind beyond chance."""
        return self.points < -self.margin

    @property
    def is_open(self) -> bool:
        """Whether chance could have made it."""
        return abs(self.points) <= self.margin


def lead(one: Cell, other: Cell, *, best_epoch: bool = False) -> Lead:
    """Returns what the first cell has more than the second."""
    return lead_of(*(cell.accuracies(best_epoch=best_epoch) for cell in (one, other)))


def lead_of(one: pd.Series, other: pd.Series) -> Lead:
    """Returns what some seeds' accuracies have more than those of others, in percent."""
    errors = (error for accuracies in (one, other) if math.isfinite(error := _standard_error(accuracies)))
    return Lead(float(one.mean() - other.mean()), 2 * math.hypot(*errors))


def conclude(
    published: Lead, measured: str, fair: Lead | None = None, difference: str = "", *, least: float = 0.0
) -> Finding:
    """Returns the verdict on a lead as it was published, and on what is left of it in a fairer comparison.

    Args:
        published: The lead as it was compared.
        measured: The numbers, in a few words.
        fair: The lead in a fairer comparison, if there is one.
        difference: What is different there, in a few words.
        least: By how many points the claim says it is ahead.
    """
    said = f"{measured} ({signed(published.points)} points"
    said += f", {signed(fair.points)} with {difference})" if fair else ")"
    if not published.is_ahead or published.points < least - published.margin:
        if published.is_behind or published.points < least - published.margin:
            return Finding(said, FAILS, "It is not as far ahead, even as it was compared.")
        return Finding(said, OPEN, "Chance could have made the difference.")
    if fair is None:
        return Finding(said, HOLDS, "It is ahead as it was compared; nothing fairer was run.")
    if fair.is_ahead and fair.points >= least - fair.margin:
        return Finding(said, HOLDS, f"It is ahead, also with {difference}.")
    return Finding(said, PARTLY, f"It is ahead as it was compared, but not with {difference}.")
