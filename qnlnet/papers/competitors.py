"""How claims about the accuracy of the models of Table 2 are judged, from the seeds of their runs here."""

from collections.abc import Iterator

import pandas as pd

from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Claim, Finding
from qnlnet.papers.reached import Cell, best_of, cells_of, judge_reached, lead
from qnlnet.records import dataset_label
from qnlnet.records.published import list_quoted, read_paper
from qnlnet.records.schema import is_missing
from qnlnet.tables.layout import signed

TABLE, COMMAND = "table2_run", "make table2-run"
RULE = (
    "Of the models of Table 2: an accuracy is reached if the mean of a cell is there, by the model's own recipe or by "
    "the common protocol, or within two standard errors, where these are at most half a point; in part if single seeds "
    "get there. An own recipe is ours where none is known. Where a paper counts the epoch that is best on the test "
    "images, so does its own recipe here. Where network and recipe are known to us only in part, a miss is not held "
    "against a paper. A model is ahead of another one if its mean is higher by more than two standard errors of the "
    "difference."
)
_PAPERS = ("peddireddy2022", "jiang2020", "farhi2018")


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
        "arXiv:2407.18906, implied by Table 2",
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


def judge_ahead(rows: pd.DataFrame) -> Finding | None:
    """Judges whether QNL-Net behind the CNN has a higher mean than every other circuit, and than what has none.

    Each side stands with the better of its two recipes; recipes that leave test images out do not count.
    """
    cells = [cell for cell in cells_of(rows) if cell.counts_all_test_images]
    said, behind, close, twins = [], [], [], []
    for task, of_task in _by_task(cells):
        mine = [cell for cell in of_task if cell.is_quantum and cell.seeds.reducer.iloc[0] == "cnn"]
        others = [cell for cell in of_task if is_missing(cell.seeds.reducer.iloc[0]) and cell.is_quantum]
        classical = [cell for cell in of_task if not cell.is_quantum]
        if not (mine and others and classical):
            return None
        best = best_of(mine)
        rivals, without = (_first_of_each(some) for some in (others, classical))
        nearest, plain = best_of(rivals), best_of(without)
        said.append(f"{task}: {_apart(best, nearest)} from {nearest.name}, {_apart(best, plain)} from {plain.name}")
        behind += [f"{cell.name} on {task}" for cell in rivals if lead(best, cell).is_behind]
        close += [f"{cell.name} on {task}" for cell in rivals if lead(best, cell).is_open]
        twins += [f"{cell.name} on {task}" for cell in without if not lead(best, cell).is_ahead]
    measured = "; ".join(said)
    if behind:
        return Finding(measured, FAILS, f"Its mean is lower than that of {', '.join(behind)}.")
    if close:
        return Finding(measured, OPEN, f"It is not apart from {', '.join(close)}.")
    if twins:
        reason = f"It is ahead of every other circuit, but not of models without a circuit: {', '.join(twins)}."
        return Finding(measured, PARTLY, reason)
    return Finding(measured, HOLDS, "It is ahead of every other circuit, and of all models without one.")


def _by_task(cells: list[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    tasks: dict[str, list[Cell]] = {}
    for cell in cells:
        task = dataset_label(cell.config.data.dataset, "/".join(map(str, cell.config.data.classes)))
        tasks.setdefault(task, []).append(cell)
    yield from tasks.items()


def _first_of_each(cells: list[Cell]) -> list[Cell]:
    """Returns the best cell of each model, whatever its settings."""
    models: dict[str, list[Cell]] = {}
    for cell in cells:
        reducer = cell.seeds.reducer.iloc[0]
        models.setdefault(f"{cell.config.model.name} {'' if is_missing(reducer) else reducer}", []).append(cell)
    return [best_of(some) for some in models.values()]


def _apart(one: Cell, other: Cell) -> str:
    return f"{signed(lead(one, other).points)} points"
