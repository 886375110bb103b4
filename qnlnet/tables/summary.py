"""The statistics of each cell over its seeds, beside the published ones."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from qnlnet.published import published_for_cell
from qnlnet.records import CELL_COLUMNS, KEYS, split_cells

STATISTICS = (
    "n_seeds",
    "n_converged",
    "train_accuracy_mean",
    "train_accuracy_std",
    "test_accuracy_mean",
    "test_accuracy_std",
    "test_accuracy_median",
    "converged_test_accuracy_mean",
    "published_train_accuracy",
    "published_train_std",
    "published_test_accuracy",
    "published_test_std",
    "difference",
    "agrees",
    "data_official",
)
SUMMARY_COLUMNS = (*KEYS, "settings", *STATISTICS)


def summarise(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per cell, in reading order, with the columns of `SUMMARY_COLUMNS`.

    Accuracies are in percent after the last epoch. Standard deviations have n − 1 in the denominator and are missing
    for one seed. `difference` is our mean test accuracy minus the published one; `agrees` is whether it lies within
    two standard errors, 2 √(std²/n_seeds + published_std²), and missing where nothing is published or there is one
    seed. Cells that differ only in what these columns do not show, such as the backend, are separate rows.

    Raises:
        ResultsError: Columns are missing, there are no rows, or a seed of a cell appears twice.
    """
    return summarise_all_columns(seed_rows)[list(SUMMARY_COLUMNS)]


def summarise_all_columns(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns `summarise` with the remaining `CELL_COLUMNS` between the keys and the statistics."""
    rows = [{**cell, **_statistics(cell, rows)} for cell, rows in split_cells(seed_rows)]
    summary = pd.DataFrame(rows, columns=[*CELL_COLUMNS, *STATISTICS])
    return summary.astype({"agrees": "boolean"})


def agrees(difference: float, std: float, n_seeds: int, published_std: float) -> bool | None:
    """Returns whether `difference` (percent) is within two standard errors; None if one of the numbers is missing."""
    if math.isnan(difference) or math.isnan(std):
        return None
    return bool(abs(difference) <= 2 * math.sqrt(std**2 / n_seeds + published_std**2))


def _statistics(cell: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    train, test = rows["train_accuracy"], rows["test_accuracy"]
    published = published_for_cell(cell)
    difference = test.mean() - published.test_mean if published else math.nan
    return {
        "n_seeds": len(rows),
        "n_converged": int(rows["converged"].sum()),
        "train_accuracy_mean": train.mean(),
        "train_accuracy_std": train.std(ddof=1),
        "test_accuracy_mean": test.mean(),
        "test_accuracy_std": test.std(ddof=1),
        "test_accuracy_median": test.median(),
        "converged_test_accuracy_mean": test[rows["converged"]].mean(),
        "published_train_accuracy": published.train_mean if published else math.nan,
        "published_train_std": published.train_std if published else math.nan,
        "published_test_accuracy": published.test_mean if published else math.nan,
        "published_test_std": published.test_std if published else math.nan,
        "difference": difference,
        "agrees": agrees(difference, test.std(ddof=1), len(rows), published.test_std if published else math.nan),
        "data_official": bool(rows["data_official"].all()),
    }
