"""Chooses what a configuration leaves open, such as the learning rate, on held-out training images.

The search is the same for every model: all combinations of the candidates train as cells of their own, which see a
fifth of the training images as their test images, and the best mean accuracy wins; of equal ones the first. The real
test images are not looked at.
"""

import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, cell_name, config_hash, with_values
from qnlnet.config.settings import override_value
from qnlnet.records.candidates import CANDIDATE_SCHEMA
from qnlnet.runs.run_folder import Run
from qnlnet.training import describe


@dataclass(frozen=True)
class Candidate:
    """One combination of what may be chosen.

    Attributes:
        cell: What it is a candidate for.
        values: By their dotted keys.
        config: The cell that tries them.
    """

    cell: RunConfig
    values: Mapping[str, Any]
    config: RunConfig

    @property
    def tried(self) -> str:
        """The values as words of the command line."""
        return " ".join(f"{key}={override_value(value)}" for key, value in self.values.items())

    def words(self) -> str:
        """Returns it in words, for the progress of a search."""
        return f"{describe(self.cell)}, {self.tried}"


@dataclass(frozen=True, eq=False)
class Choice:
    """A cell with nothing open.

    Attributes:
        config: The cell.
        candidates: One row for each candidate and seed, with the columns of `CANDIDATE_SCHEMA`; none where nothing
            was open.
    """

    config: RunConfig
    candidates: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CANDIDATE_SCHEMA)))


Train = Callable[[Sequence[Candidate]], list[Run]]


def choose(cells: Sequence[RunConfig], train: Train) -> list[Choice]:
    """Returns the cells with everything chosen that was open; candidates that have trained already are kept.

    Args:
        cells: The cells; those with nothing open stay as they are.
        train: Trains candidates and returns their runs, in order.
    """
    trials = {cell: list_candidates(cell) for cell in dict.fromkeys(cells) if cell.choices}
    if not trials:
        return [Choice(cell) for cell in cells]
    runs = iter(train([candidate for of_cell in trials.values() for candidate in of_cell]))
    chosen = {cell: _choose_one(of_cell, [next(runs).seed_rows() for _ in of_cell]) for cell, of_cell in trials.items()}
    return [chosen.get(cell) or Choice(cell) for cell in cells]


def _choose_one(candidates: Sequence[Candidate], rows: Sequence[pd.DataFrame]) -> Choice:
    scores = [float(of_candidate.test_accuracy.mean()) for of_candidate in rows]
    best = max(range(len(scores)), key=scores.__getitem__)
    winner = candidates[best]
    config = with_values(winner.cell, {**winner.values, "choices": ()})
    print(
        f"{describe(winner.cell)}: {', '.join(winner.tried.split())}, the best of {len(scores)} on held-out training "
        f"images ({scores[best]:.2f} %)",
        file=sys.stderr,
        flush=True,
    )
    cell = config_hash(config)
    pairs = zip(candidates, rows, strict=True)
    return Choice(config, pd.concat([_describe(each, cell, each is winner, of_each) for each, of_each in pairs]))


def _describe(candidate: Candidate, cell: str, is_best: bool, rows: pd.DataFrame) -> pd.DataFrame:
    """Returns what candidates.csv says of a candidate."""
    known = {"cell": cell, "tried": candidate.tried, "chosen": is_best, "validation_accuracy": rows.test_accuracy}
    return rows.assign(**known)[list(CANDIDATE_SCHEMA)]


def list_candidates(cell: RunConfig) -> list[Candidate]:
    """Returns every combination of what may be chosen; each trains in a folder below `candidates`."""
    keys = [key for key, _ in cell.choices]
    folder = Path(cell.output_dir or "outputs") / "candidates"
    found = []
    for options in itertools.product(*(options for _, options in cell.choices)):
        values = dict(zip(keys, options, strict=True))
        usual = {"data.evaluate_on": "validation", "choices": (), "seeds": cell.choice_seeds}
        config = with_values(cell, {**usual, **values})
        name = f"{cell_name(config)}-{config_hash(config)}"
        found.append(Candidate(cell, values, with_values(config, {"output_dir": str(folder / name)})))
    return found
