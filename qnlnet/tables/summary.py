"""The statistics of each cell over its seeds, beside the published ones."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from qnlnet.records import CELL_COLUMNS, KEYS, split_cells
from qnlnet.records.published import Published, find_published, is_trained_as_published
from qnlnet.tables.verdicts import judge_difference

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
    "verdict",
    "data_official",
)
SUMMARY_COLUMNS = (*KEYS, "settings", *STATISTICS)


def summarise(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per cell, in reading order, with the columns of `SUMMARY_COLUMNS`.

    Accuracies are in percent after the last epoch. Standard deviations have n − 1 in the denominator and are missing
    for one seed. `difference` is our mean test accuracy minus the published one of the same model, and `verdict` what
    it means (`qnlnet.tables.verdicts.RULE`). Cells that differ only in what these columns do not show, such as the
    backend, are separate rows.

    Raises:
        ResultsError: Columns are missing, there are no rows, or a seed of a cell appears twice.
    """
    return summarise_all_columns(seed_rows)[list(SUMMARY_COLUMNS)]


def summarise_all_columns(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns `summarise` with the remaining `CELL_COLUMNS` between the keys and the statistics."""
    rows = [{**cell, **_statistics(cell, rows)} for cell, rows in split_cells(seed_rows)]
    return pd.DataFrame(rows, columns=[*CELL_COLUMNS, *STATISTICS])


def verdict_on_cell(
    cell: Mapping[str, Any],
    difference: float,
    std: float,
    n_seeds: int,
    published: Published | None,
) -> str:
    """Returns the verdict on a cell; none where it was not trained as the published runs were."""
    if published is None or not is_trained_as_published(cell):
        return ""
    return judge_difference(difference, std, n_seeds, published.test_std)


def _statistics(cell: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    train, test = rows["train_accuracy"], rows["test_accuracy"]
    published = find_published(cell, "Table 1")
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
        "verdict": verdict_on_cell(cell, difference, test.std(ddof=1), len(rows), published),
        "data_official": bool(rows["data_official"].all()),
    }
