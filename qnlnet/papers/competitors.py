"""How claims about the accuracy of the models of Table 2 are judged, from the seeds of their runs here."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Claim, Finding
from qnlnet.records import dataset_label
from qnlnet.records.configurations import recall
from qnlnet.records.published import is_meant, list_quoted, read_paper
from qnlnet.records.schema import is_missing
from qnlnet.tables.layout import name_model, signed

TABLE, COMMAND = "table2_run", "make table2-run"
RULE = (
    "Of the models of Table 2: an accuracy is reached if the mean of a cell is there, by the model's own recipe or by "
    "the common protocol, or within two standard errors, where these are at most half a point; in part if single seeds "
    "get there. Where a paper counts the epoch that is best on the test images, so does its own recipe here. If it "
    "tells network and recipe only in part, a miss is not held against it. A model is ahead of another one if its mean "
    "is higher by more than two standard errors of the difference."
)
_PAPERS = ("peddireddy2022", "jiang2020", "farhi2018")
_COMMON = "common"
_NARROW = 0.5  # points: two standard errors that are wider say nothing about agreement
Judge = Callable[[pd.DataFrame], Finding | None]


@dataclass(frozen=True)
class _Cell:
    """A cell and its seeds."""

    config: RunConfig
    seeds: pd.DataFrame

    @property
    def is_common(self) -> bool:
        return self.config.train.protocol == _COMMON

    @property
    def is_quantum(self) -> bool:
        return getattr(self.config.model, "layer", None) == "quantum"

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


def list_competitors() -> Iterator[Claim]:
    """Yields the claims: what Table 2 quotes, what its sources say themselves, and that QNL-Net is ahead."""
    for row in list_quoted():
        yield _claim(row.model, row.test_mean, row.words, f"{row.paper}, as quoted in Table 2")
    for paper in _PAPERS:
        content = read_paper(paper)
        for row in content["results"]:
            yield _claim(
                row["model"],
                row["test"][0],
                row["settings"],
                content["source"],
                best_epoch=content["counted"] == "best epoch",
                is_known=content["recipe"] == "known",
            )
    yield Claim(
        "CNN-QNL-Net is ahead of all models of Table 2.",
        "slides of arXiv:2407.18906, Table 2",
        TABLE,
        COMMAND,
        judge_ahead,
        file="seeds.csv",
    )


def _claim(
    model: str, target: float, words: str, source: str, *, best_epoch: bool = False, is_known: bool = False
) -> Claim:
    task = "MNIST 3/6" if "data.classes=[3,6]" in words else "MNIST 0/1"
    judge = judge_reached(words, target, best_epoch=best_epoch, is_known=is_known)
    return Claim(f"{model} reaches {target:.2f} % on {task}.", source, TABLE, COMMAND, judge, file="seeds.csv")


def judge_reached(words: str, target: float, *, best_epoch: bool, is_known: bool) -> Judge:
    """Judges whether a model gets to an accuracy.

    Args:
        words: Its images and settings, in the words of the command line.
        target: Percent.
        best_epoch: Whether the paper counts the epoch that is best on the test images.
        is_known: Whether it tells network and recipe; else a miss is not held against it.
    """

    def judge(rows: pd.DataFrame) -> Finding | None:
        cells = [cell for cell in _cells(rows) if is_meant(cell.config, words)]
        if not cells:
            return None
        best = [_best(some, best_epoch=best_epoch) for some in _by_protocol(cells)]
        measured = ", ".join(_say(cell, best_epoch=best_epoch) for cell in best)
        gaps = [cell.accuracies(best_epoch=best_epoch) - target for cell in best]
        if any(gap.mean() >= -_tolerance(gap) for gap in gaps):
            return Finding(measured, HOLDS, f"A mean is at {target:.2f} %, or within two standard errors.")
        number, seeds = sum(int((gap >= 0).sum()) for gap in gaps), sum(map(len, gaps))
        if number:
            return Finding(measured, PARTLY, f"No mean is there, but {number} of {seeds} seeds are.")
        if is_known:
            return Finding(measured, FAILS, f"None of {seeds} seeds gets there.")
        reason = f"None of {seeds} seeds gets there, but the paper tells network and recipe only in part."
        return Finding(measured, OPEN, reason)

    return judge


def _tolerance(accuracies: pd.Series) -> float:
    """Returns two standard errors where they are narrow, else nothing."""
    margin = 2 * _error(accuracies)
    return margin if margin <= _NARROW else 0.0


def _error(accuracies: pd.Series) -> float:
    return float(accuracies.std(ddof=1)) / math.sqrt(len(accuracies)) if len(accuracies) > 1 else math.inf


def _cells(rows: pd.DataFrame) -> Iterator[_Cell]:
    for digest, seeds in rows.groupby("config_hash", sort=False):
        yield _Cell(recall(str(digest)), seeds)


def _by_protocol(cells: Iterable[_Cell]) -> Iterator[list[_Cell]]:
    listed = list(cells)
    for is_common in (False, True):
        if some := [cell for cell in listed if cell.is_common == is_common]:
            yield some


def _best(cells: Iterable[_Cell], *, best_epoch: bool = False) -> _Cell:
    return max(cells, key=lambda cell: cell.accuracies(best_epoch=best_epoch).mean())


def _say(cell: _Cell, *, best_epoch: bool) -> str:
    accuracies = cell.accuracies(best_epoch=best_epoch)
    recipe = "common protocol" if cell.is_common else "own recipe"
    counted = ", best epochs" if best_epoch and not cell.is_common else ""
    return f"{recipe} {accuracies.mean():.2f} ± {accuracies.std(ddof=1):.2f} % ({len(accuracies)} seeds{counted})"


def judge_ahead(rows: pd.DataFrame) -> Finding | None:
    """Judges whether QNL-Net behind the CNN has a higher mean than every other circuit, and than what has none.

    Each side stands with the better of its two recipes, on the same test images.
    """
    cells = list(_cells(rows))
    said, behind, close, twins = [], [], [], []
    for task, of_task in _by_task(cells):
        mine = [cell for cell in of_task if cell.is_quantum and cell.seeds.reducer.iloc[0] == "cnn"]
        others = [cell for cell in of_task if is_missing(cell.seeds.reducer.iloc[0]) and cell.is_quantum]
        classical = [cell for cell in of_task if not cell.is_quantum]
        if not (mine and others and classical):
            return None
        best = _best(mine)
        rivals, without = (_first_of_each(some) for some in (others, classical))
        nearest, plain = _best(rivals), _best(without)
        said.append(f"{task}: {_apart(best, nearest)} from {nearest.name}, {_apart(best, plain)} from {plain.name}")
        behind += [f"{cell.name} on {task}" for cell in rivals if _gap(best, cell) < -_width(best, cell)]
        close += [f"{cell.name} on {task}" for cell in rivals if abs(_gap(best, cell)) <= _width(best, cell)]
        twins += [f"{cell.name} on {task}" for cell in without if _gap(best, cell) <= _width(best, cell)]
    measured = "; ".join(said)
    if behind:
        return Finding(measured, FAILS, f"Its mean is lower than that of {', '.join(behind)}.")
    if close:
        return Finding(measured, OPEN, f"It is not apart from {', '.join(close)}.")
    if twins:
        reason = f"It is ahead of every other circuit, but not of models without a circuit: {', '.join(twins)}."
        return Finding(measured, PARTLY, reason)
    return Finding(measured, HOLDS, "It is ahead of every other circuit, and of all models without one.")


def _by_task(cells: list[_Cell]) -> Iterator[tuple[str, list[_Cell]]]:
    tasks: dict[str, list[_Cell]] = {}
    for cell in cells:
        task = dataset_label(cell.config.data.dataset, "/".join(map(str, cell.config.data.classes)))
        tasks.setdefault(task, []).append(cell)
    yield from tasks.items()


def _first_of_each(cells: list[_Cell]) -> list[_Cell]:
    """Returns the best cell of each model, whatever its settings."""
    models: dict[str, list[_Cell]] = {}
    for cell in cells:
        reducer = cell.seeds.reducer.iloc[0]
        models.setdefault(f"{cell.config.model.name} {'' if is_missing(reducer) else reducer}", []).append(cell)
    return [_best(some) for some in models.values()]


def _gap(one: _Cell, other: _Cell) -> float:
    return float(one.seeds.test_accuracy.mean() - other.seeds.test_accuracy.mean())


def _width(one: _Cell, other: _Cell) -> float:
    """Returns two standard errors of the difference; of a model without chance only the other one has any."""
    errors = [_error(cell.seeds.test_accuracy) for cell in (one, other)]
    return 2 * math.hypot(*(error for error in errors if math.isfinite(error)))


def _apart(one: _Cell, other: _Cell) -> str:
    return f"{signed(_gap(one, other))} points"
