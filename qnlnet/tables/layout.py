"""What a reader sees of a summary: the cells of a compact table as text, and the notes below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qnlnet.records import (
    dataset_label,
    dataset_mark,
    dataset_notes,
    distinguishing_columns,
    model_label,
    reducer_label,
    setting_label,
    settings_in_words,
    without_training,
)
from qnlnet.records.cells import common_settings
from qnlnet.records.published import citation
from qnlnet.records.schema import is_missing
from qnlnet.tables.verdicts import NO_VERDICTS, RULE

SETTING_HEADERS = {
    "model": "Model",
    "readout_qubit": "Readout",
    "protocol": "Protocol",
    "epochs": "Epochs",
    "num_qubits": "Qubits",
    "backend": "Backend",
    "settings": "Settings",
    "learning_rate": "Learning rate",
    "dropout": "Dropout",
    "config_hash": "Configuration",
}
_PARTS = {"ansatz": "Ansatz", "reducer": "Reducer"}  # of models that have them
_HEADERS = {**_PARTS, "model": SETTING_HEADERS["model"]}
MISSING = "–"
_SPREAD = "as mean ± standard deviation over all seeds (n − 1 in the denominator)"
_CONVERGED_NOTE = (
    "Converged: seeds with a test accuracy above the bound that the configuration states (data.converged_above) and "
    "above that of always giving the most frequent answer."
)


@dataclass(frozen=True)
class Layout:
    """A table as text, not yet in any format.

    Attributes:
        header: The names of the columns.
        rows: One text for each column, for each row.
        num_text_columns: How many columns from the left hold words; the others hold numbers.
        notes: Sentences below the table.
    """

    header: list[str]
    rows: list[list[str]]
    num_text_columns: int
    notes: list[str]


def lay_out(summary: pd.DataFrame) -> Layout:
    """Returns the compact table of a summary, with columns for those settings in which its cells differ.

    Published numbers, differences and verdicts have columns where a cell has a published number.

    Args:
        summary: One row per cell, as `summarise` returns it, with or without the remaining `CELL_COLUMNS`.
    """
    summary = without_training(summary)
    settings = distinguishing_columns(summary)
    parts = [name for name in _PARTS if not summary[name].map(is_missing).all()]
    if "model" in settings:  # what a reader asks for first
        parts, settings = ["model", *parts], [name for name in settings if name != "model"]
    header = ["Dataset", *(_HEADERS[name] for name in parts), *(SETTING_HEADERS.get(name, name) for name in settings)]
    numbers = ["Seeds", "Converged", "Train", "Test", "Median test"]
    beside = ["Published test", "Difference"] if _is_published(summary) else []
    beside += ["Verdict"] if _has_verdicts(summary) else []
    rows = [
        [*_row(cell, parts, settings), *_beside_published(cell)[: len(beside)]] for cell in summary.to_dict("records")
    ]
    return Layout(header + numbers + beside, rows, len(header), _notes(summary))


def _is_published(summary: pd.DataFrame) -> bool:
    return bool(summary["published_test_accuracy"].notna().any())


def _has_verdicts(summary: pd.DataFrame) -> bool:
    return bool((summary["verdict"] != "").any())


def _row(cell: dict[str, Any], parts: list[str], settings: list[str]) -> list[str]:
    mark = dataset_mark(cell["dataset"], cell["data_official"])
    return [
        f"{dataset_label(cell['dataset'], cell['classes'])} {mark}".rstrip(),
        *(part_text(name, cell[name]) for name in parts),
        *(setting_text(name, cell[name]) for name in settings),
        str(cell["n_seeds"]),
        f"{cell['n_converged']}/{cell['n_seeds']}",
        with_std(cell["train_accuracy_mean"], cell["train_accuracy_std"]),
        with_std(cell["test_accuracy_mean"], cell["test_accuracy_std"]),
        f"{cell['test_accuracy_median']:.2f}",
    ]


def _beside_published(cell: dict[str, Any]) -> list[str]:
    return [
        with_std(cell["published_test_accuracy"], cell["published_test_std"]),
        *beside_published(cell["difference"], cell["verdict"]),
    ]


def name_model(cell: Mapping[str, Any]) -> str:
    """Returns what a reader calls the model of a cell, with its reducer where it has one."""
    name = model_label(cell["model"])
    return name if is_missing(cell["reducer"]) else f"{reducer_label(cell['reducer'])}-{name}"


def part_text(name: str, value: Any) -> str:
    """Returns a model, an ansatz or a reducer as it stands in a column of its own."""
    if is_missing(value):
        return MISSING
    if name == "model":
        return model_label(value)
    return reducer_label(value) if name == "reducer" else str(value)


def setting_text(name: str, value: Any) -> str:
    """Returns the value of a setting as it stands in a column of its own."""
    if name == "settings":
        return settings_in_words(value)
    if is_missing(value):
        return MISSING
    if name == "model":
        return model_label(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def with_std(mean: float, std: float) -> str:
    """Returns for example ``99.95 ± 0.02``; without the second number where it is missing."""
    if pd.isna(mean):
        return MISSING
    return f"{mean:.2f}" if pd.isna(std) else f"{mean:.2f} ± {std:.2f}"


def signed(points: float) -> str:
    """Returns for example ``+0.25`` or ``−3.51``."""
    return f"{points:+.2f}".replace("-", "−")


def interval_text(low: float, high: float) -> str:
    """Returns for example ``−0.51 … +1.25``."""
    return MISSING if pd.isna(low) else f"{signed(low)} … {signed(high)}"


def beside_published(difference: float, verdict: Any) -> tuple[str, str]:
    """Returns a difference and what it means, such as ``−0.01`` and ``agrees``."""
    return (
        MISSING if pd.isna(difference) else signed(difference),
        MISSING if pd.isna(verdict) or not verdict else str(verdict),
    )


def _notes(summary: pd.DataFrame) -> list[str]:
    notes = [accuracy_note(summary), *shared_settings_note(summary)]
    if _is_published(summary):
        notes += [
            f"Published: {citation('Table 1')} (r = D = 1, 100 epochs).",
            RULE if _has_verdicts(summary) else NO_VERDICTS,
        ]
    return notes + dataset_notes(zip(summary["dataset"], summary["data_official"], strict=True))


def accuracy_note(cells: pd.DataFrame) -> str:
    """Returns what the accuracies of a table are, and which seeds count as converged.

    Args:
        cells: One row per cell, with the columns ``learning_rate`` and ``n_seeds``.
    """
    fitted = cells["learning_rate"].isna()
    spread = f", {_SPREAD}" if (cells["n_seeds"] > 1).any() or not fitted.all() else ""
    if fitted.all():
        return f"Accuracies in percent{spread}; these models are fitted once. {_CONVERGED_NOTE}"
    once = " (of models that are fitted once, after the fit)" if fitted.any() else ""
    return f"Accuracies in percent after the last epoch{once}{spread}. {_CONVERGED_NOTE}"


def shared_settings_note(cells: pd.DataFrame, which: str = "All rows") -> list[str]:
    """Returns a sentence with the settings that all cells share; nothing if there is none."""
    shared = common_settings(cells)
    return [f"{which}: {', '.join(setting_label(name, value) for name, value in shared.items())}."] if shared else []
