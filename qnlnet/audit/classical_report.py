"""What a reader sees of baselines.csv."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.audit.classical import MODELS
from qnlnet.audit.classical_rows import TABLE
from qnlnet.files import write_file
from qnlnet.records import dataset_label, dataset_mark, dataset_notes
from qnlnet.tables import Layout
from qnlnet.tables.formats import markdown_table

PAGE = "baselines.md"
_HEADER = ["Dataset", "Model", "Hyperparameters", "Size", "Cross-validated", "Train", "Test", "Seconds"]


def write_baselines(directory: Path | str, rows: pd.DataFrame) -> Path:
    """Writes baselines.md and returns its path.

    Raises:
        ResultsError: The folder cannot be written.
    """
    layout = lay_out_baselines(rows)
    table = markdown_table(layout.header, layout.rows, layout.num_text_columns).rstrip()
    parts = [f"<!-- Generated from {TABLE}; do not edit. -->", table, *layout.notes]
    return write_file(Path(directory) / PAGE, ("\n\n".join(parts) + "\n").encode("utf-8"))


def lay_out_baselines(rows: pd.DataFrame) -> Layout:
    """Returns the table of baselines.csv."""
    lines = [_line(row) for row in rows.to_dict("records")]
    features = "/".join(str(count) for count in sorted(rows.num_features.unique()))
    folds = "/".join(str(count) for count in sorted(rows.folds.unique()))
    searched = "; ".join(
        f"{dataset_label(dataset, classes)} {own.searched_images.max():,} of {own.train_images.max():,}"
        for (dataset, classes), own in rows.groupby(["dataset", "classes"], sort=False)
    )
    notes = [
        f"The same {features} principal components, and the same scaling, that PCA-QNL-Net gets. Accuracies in "
        f"percent. Hyperparameters by {folds}-fold cross-validation on training images only ({searched} images); then "
        "one fit to all training images. Size: what the fitted model consists of. Seconds: search and fit together.",
        *dataset_notes(zip(rows.dataset, rows.data_official, strict=True)),
    ]
    return Layout(_HEADER, lines, 4, notes)


def _line(row: Mapping[str, Any]) -> list[str]:
    label = f"{dataset_label(row['dataset'], row['classes'])} {dataset_mark(row['dataset'], row['data_official'])}"
    known = MODELS.get(row["model"])
    return [
        label.rstrip(),
        known.label if known else row["model"],
        row["hyperparameters"].replace(" ", ", ").replace("=", " = "),
        f"{row['size']:,} {row['size_of']}",
        *(f"{row[name]:.2f}" for name in ("validated_accuracy", "train_accuracy", "test_accuracy")),
        f"{row['search_seconds'] + row['fit_seconds']:.1f}",
    ]
