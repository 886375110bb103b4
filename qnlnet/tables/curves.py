"""Training loss and test accuracy by epoch: means and spreads over the seeds of each cell."""

from collections.abc import Sequence

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.records import CELL_COLUMNS, split_cells

MEASURES = ("train_loss", "test_accuracy")
_PLACE = (*CELL_COLUMNS, "data_official")
CURVE_COLUMNS = (
    *_PLACE,
    *("epoch", "n_seeds"),
    *(f"{measure}_{number}" for measure in MEASURES for number in ("mean", "std", "min", "max")),
)


def summarise_curves(seed_rows: pd.DataFrame, epoch_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row for each cell and epoch, in reading order, with the columns of `CURVE_COLUMNS`.

    Losses are means over the training images as the protocol defines them, accuracies are in percent. Standard
    deviations have n − 1 in the denominator. A loss that was not a number in one seed is missing here.

    Args:
        seed_rows: The per-seed rows of the cells.
        epoch_rows: Their per-epoch rows.

    Raises:
        ResultsError: The rows are not acceptable, or the epochs are not those of the seeds.
    """
    check_same_seeds(seed_rows, epoch_rows)
    frames = []
    for cell, rows in split_cells(seed_rows):
        epochs = epoch_rows[epoch_rows["config_hash"] == cell["config_hash"]]
        frame = _statistics(epochs)
        official = bool(rows["data_official"].all())
        frames.append(frame.assign(**cell, data_official=official)[list(CURVE_COLUMNS)])
    return pd.concat(frames, ignore_index=True)


def _statistics(epochs: pd.DataFrame) -> pd.DataFrame:
    groups = epochs.groupby("epoch", sort=True)
    columns = {"n_seeds": groups.size()}
    for measure in MEASURES:
        whole = groups[measure].count() == columns["n_seeds"]
        for number in ("mean", "std", "min", "max"):
            columns[f"{measure}_{number}"] = groups[measure].agg(number).where(whole)
    return pd.DataFrame(columns).reset_index()


def check_same_seeds(seed_rows: pd.DataFrame, epoch_rows: pd.DataFrame) -> None:
    """Raises a `ResultsError` unless the epochs are those of the seeds, each seed with all its epochs."""
    split_cells(seed_rows)  # complains of rows that are no cells
    identity = ["config_hash", "seed"]
    wanted = seed_rows.set_index(identity)["epochs"]
    found = epoch_rows.groupby(identity)["epoch"].agg(["size", "nunique", "max"])
    _check_none(wanted.index.difference(found.index), "have epochs, but has none")
    _check_none(found.index.difference(wanted.index), "have a row in seeds.csv, as its epochs are there, but has none")
    expected = wanted.reindex(found.index)
    is_whole = (found["size"] == expected) & (found["nunique"] == expected) & (found["max"] == expected)
    _check_none(found.index[~is_whole], "have each of its epochs once, but has not")


def _check_none(seeds: Sequence[tuple[str, int]], problem: str) -> None:
    if len(seeds):
        config, seed = seeds[0]
        others = f" (and {len(seeds) - 1} more)" if len(seeds) > 1 else ""
        raise ResultsError(f"The seed {config}-{seed}{others} must {problem}. Make the table again.")
