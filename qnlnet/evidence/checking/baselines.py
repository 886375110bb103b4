"""The rows of classical models, which stand beside those of the cells that they are compared with, or alone."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from qnlnet.evidence.checking.baselines_files import NOTES, PAGE, TABLE
from qnlnet.evidence.checking.derived import check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.evidence.checking.origins import check_origins, describe_origins

_ROUNDING = 1e-9  # of a percentage: a share of images times 100


def check_baselines(folder: Path, finding: Finding) -> None:
    """Checks baselines.csv and baselines.md of one folder and notes what was found."""
    from qnlnet.audit.classical_report import write_baselines  # scikit-learn and torch: only where there is a table
    from qnlnet.audit.classical_rows import read_baseline_rows

    if (rows := read_table(read_baseline_rows, folder / TABLE, finding)) is None:
        return
    finding.facts.append(f"{count(len(rows), 'row')} of classical models, {PAGE} made again")
    ids = rows.dataset + " " + rows.classes + " " + rows.model
    finding.problems += _check_values(rows, ids)
    finding.problems += check_origins(rows, ids, folder, NOTES)
    finding.problems += check_texts(folder, lambda target: [write_baselines(target, rows)], TABLE)
    finding.facts += describe_origins(rows)


def check_lone_baselines(folder: Path, finding: Finding) -> None:
    """Checks a folder that holds nothing but baselines."""
    check_baselines(folder, finding)
    finding.problems += check_strays(folder, ())


def _check_values(rows: pd.DataFrame, ids: pd.Series) -> Iterator[str]:
    """Yields rows whose numbers cannot be true."""
    for row in ids[rows.duplicated(["dataset", "classes", "num_features", "pca_scaling", "model"])]:
        yield f"{row}: each model must have one row for the same features, but has more."
    for split in ("train", "test"):
        right = rows[f"{split}_accuracy"] * rows[f"{split}_images"] / 100
        for row in ids[(right - right.round()).abs() > _ROUNDING * rows[f"{split}_images"]]:
            yield f"{row}: `{split}_accuracy` must be a whole number of images, but is not."
    for row in ids[rows.searched_images > rows[["train_images", "search_images"]].max(axis=1)]:
        yield f"{row}: the search must see training images only, but `searched_images` says more."
