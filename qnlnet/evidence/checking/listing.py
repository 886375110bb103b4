"""The rows of trained cells, a line each, with the ids by which they can be named."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qnlnet.evidence.checking.seed_tables import SEEDS
from qnlnet.records import (
    dataset_label,
    model_label,
    read_seed_rows,
    reducer_label,
    setting_label,
    settings_in_words,
)
from qnlnet.records.schema import is_missing
from qnlnet.records.stored import row_id


def list_rows(folder: Path) -> Iterator[str]:
    """Yields one line for each row of the folder's seeds.csv; none where there is no such file.

    Raises:
        ResultsError: The table cannot be read.
    """
    if not (folder / SEEDS).is_file():
        return
    for row in read_seed_rows(folder / SEEDS).to_dict("records"):
        task = dataset_label(row["dataset"], row["classes"])
        words = ", ".join(filter(None, [task, *_model_words(row), row["protocol"], *_training_words(row)]))
        yield f"{row_id(row):<16} {folder.name}: {words}, seed {row['seed']}: {row['test_accuracy']:.2f} %"


def _model_words(row: Mapping[str, Any]) -> list[str]:
    if is_missing(row["ansatz"]):
        return [model_label(row["model"]), settings_in_words(row["settings"])]
    return [reducer_label(row["reducer"]), f"ansatz {row['ansatz']}", f"r={row['r']}", f"D={row['D']}"]


def _training_words(row: Mapping[str, Any]) -> list[str]:
    if is_missing(row["learning_rate"]):  # fitted once
        return []
    dropout = [] if is_missing(row["dropout"]) else [f"dropout {row['dropout']:g}"]
    return [f"learning rate {row['learning_rate']:g}", *dropout, setting_label("epochs", row["epochs"])]
