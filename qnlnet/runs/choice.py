"""Chooses what a configuration leaves open, such as the learning rate, on held-out training images.

The search is the same for every model: all combinations of the candidates train as cells of their own, which see a
fifth of the training images as their test images, and the best mean accuracy wins; of equal ones the first. The real
test images are not looked at.
"""

import itertools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qnlnet.config import RunConfig, cell_name, config_hash, with_values
from qnlnet.runs.run_folder import Run
from qnlnet.training import describe

Train = Callable[[Sequence[RunConfig]], list[Run]]


def choose(cells: Sequence[RunConfig], train: Train) -> list[RunConfig]:
    """Returns the cells with everything chosen that was open; candidates that have trained already are kept.

    Args:
        cells: The cells; those with nothing open stay as they are.
        train: Trains cells and returns their runs, in order.
    """
    trials = {cell: list_candidates(cell) for cell in dict.fromkeys(cells) if cell.choices}
    if not trials:
        return list(cells)
    candidates = [candidate for of_cell in trials.values() for _, candidate in of_cell]
    runs = iter(train(candidates))
    chosen = {}
    for cell, of_cell in trials.items():
        scores = [float(next(runs).seed_rows().test_accuracy.mean()) for _ in of_cell]
        best = max(range(len(scores)), key=scores.__getitem__)
        values = of_cell[best][0]
        chosen[cell] = with_values(cell, {**values, "choices": ()})
        words = ", ".join(f"{key}={value}" for key, value in values.items())
        print(
            f"{describe(chosen[cell])}: {words}, the best of {len(scores)} on held-out training images "
            f"({scores[best]:.2f} %)",
            file=sys.stderr,
            flush=True,
        )
    return [chosen.get(cell, cell) for cell in cells]


def list_candidates(cell: RunConfig) -> list[tuple[dict[str, Any], RunConfig]]:
    """Returns every combination of what may be chosen, as its values and as the cell that tries them."""
    keys = [key for key, _ in cell.choices]
    found = []
    for options in itertools.product(*(options for _, options in cell.choices)):
        values = dict(zip(keys, options, strict=True))
        usual = {"data.evaluate_on": "validation", "choices": (), "seeds": cell.choice_seeds, "output_dir": None}
        candidate = with_values(cell, {**usual, **values})
        if cell.output_dir is not None:
            name = f"{cell_name(candidate)}-{config_hash(candidate)}"
            candidate = with_values(candidate, {"output_dir": str(Path(cell.output_dir) / "candidates" / name)})
        found.append((values, candidate))
    return found
