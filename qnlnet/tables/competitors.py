"""Table 2: our cells beside the published CNN-QNL-Net and the models that the paper compares it with.

Quoted rows come from qnlnet/published.py and never stand among the per-seed rows.
"""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.records import (
    CELL_COLUMNS,
    dataset_label,
    dataset_mark,
    dataset_notes,
    distinguishing_columns,
    without_training,
)
from qnlnet.records.published import Quoted, citation, find_published, list_quoted
from qnlnet.records.schema import SEED_SCHEMA, is_missing
from qnlnet.tables.formats import format_layout
from qnlnet.tables.layout import (
    MISSING,
    SETTING_HEADERS,
    Layout,
    accuracy_note,
    beside_published,
    name_model,
    part_text,
    setting_text,
    shared_settings_note,
    with_std,
)
from qnlnet.tables.summary import summarise_all_columns, verdict_on_cell
from qnlnet.tables.verdicts import RULE
from qnlnet.tables.write import write_layout

TABLE = "Table 2"
_OWN_PAPER = "arXiv:2407.18906"
MEASURED, QUOTED = "measured", "quoted"
_OF_TABLE_1 = ("published_train_accuracy", "published_train_std", "published_test_accuracy", "published_test_std")
_HEADER = ("Seeds", "Converged", "Test", "Median test", "Difference", "Verdict")


def summarise_competitors(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns for each task the quoted rows of Table 2 and then our cells, told apart by the column `row`.

    Quoted rows have `model`, the task, `num_qubits`, `test_accuracy_mean`, `test_accuracy_std` and `source`; all else
    is missing there. `difference` and `verdict` compare a cell with the quoted CNN-QNL-Net of its task, by the rule of
    Table 1.

    Raises:
        ResultsError: Columns are missing, there are no rows, or a seed of a cell appears twice.
    """
    cells = summarise_all_columns(seed_rows)
    names = [f"{name_model(cell)}, ours" for cell in cells.to_dict("records")]
    cells = cells.drop(columns=["model", *_OF_TABLE_1]).assign(model=names)  # `model` is that of Table 2 here
    rows: list[dict[str, Any]] = []
    for (dataset, classes), group in cells.groupby(["dataset", "classes"], sort=False):
        measured = [_measured(cell) for cell in group.to_dict("records")]
        found = dict.fromkeys((row, cell["num_qubits"]) for cell in measured if (row := find_published(cell, TABLE)))
        published = [
            Quoted(row.model, dataset, classes, qubits, row.test_mean, row.test_std, _OWN_PAPER)
            for row, qubits in found
        ]
        others = [row for row in list_quoted() if (row.dataset, row.classes) == (dataset, classes)]
        rows += [*map(_quoted, (*others, *published)), *measured]
    frame = pd.DataFrame(rows, columns=["row", "model", *cells.columns[:-1], "source"])
    whole = [name for name in frame if _is_whole(cells.get(name), name)]
    return frame.astype({**dict.fromkeys(whole, "Int64"), "data_official": "boolean"})


def _is_whole(values: pd.Series | None, name: str) -> bool:
    is_count = name in SEED_SCHEMA and SEED_SCHEMA[name].kind is int  # models without a circuit have no qubits
    return values is not None and (is_count or bool(pd.api.types.is_integer_dtype(values)))


def _measured(cell: dict[str, Any]) -> dict[str, Any]:
    published = find_published(cell, TABLE)
    difference = cell["test_accuracy_mean"] - published.test_mean if published else math.nan
    return {
        "row": MEASURED,
        **cell,
        "difference": difference,
        "verdict": verdict_on_cell(cell, difference, cell["test_accuracy_std"], cell["n_seeds"], published),
        "source": "seeds.csv",
    }


def _quoted(row: Quoted) -> dict[str, Any]:
    return {
        "row": QUOTED,
        "model": row.model,
        "dataset": row.dataset,
        "classes": row.classes,
        "num_qubits": row.qubits,
        "test_accuracy_mean": row.test_mean,
        "test_accuracy_std": row.test_std,
        "source": row.paper,
    }


def write_competitors(seed_rows: pd.DataFrame, directory: Path | str, name: str = "table2") -> list[Path]:
    """Writes `name`.csv (all statistics), `name`.md and `name`.tex (compact) and returns their paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    summary = summarise_competitors(seed_rows)
    return write_layout(lay_out_competitors(summary), summary, directory, name)


def format_competitors_terminal(seed_rows: pd.DataFrame) -> str:
    """Returns the compact table as plain text for a terminal."""
    return format_layout(lay_out_competitors(summarise_competitors(seed_rows)))


def lay_out_competitors(summary: pd.DataFrame) -> Layout:
    """Returns the compact table of what `summarise_competitors` returns."""
    measured = without_training(_cells(summary))
    settings = [name for name in distinguishing_columns(measured) if name not in ("model", "num_qubits")]
    header = ["Dataset", "Model", "Source", "Ansatz", *(SETTING_HEADERS.get(name, name) for name in settings)]
    fitted = (summary["row"] == MEASURED) & summary["learning_rate"].isna()
    shown = summary.assign(epochs=summary["epochs"].mask(fitted))
    rows = [_row(row, settings) for row in shown.to_dict("records")]
    notes = [accuracy_note(measured), *shared_settings_note(measured.drop(columns="model"), "Our rows")]
    if (summary["row"] == QUOTED).any():
        notes += [
            f"Quoted rows: numbers as they stand in {citation(TABLE)}, with the papers that the models come from; "
            "nothing of them was run here.",
            "Table 2 names the ansatz of neither CNN-QNL-Net row, and no learning rate for 3/6: all ansätze are shown, "
            "with the learning rate of 0/1. Our rows of 0/1 are those of Table 1.",
            f"Difference: our mean minus the quoted CNN-QNL-Net of the same task. {RULE}",
        ]
    notes += dataset_notes(zip(measured["dataset"], measured["data_official"], strict=True))
    return Layout([*header, "Qubits", *_HEADER], rows, len(header), notes)


def _cells(summary: pd.DataFrame) -> pd.DataFrame:
    """Returns our cells with their `CELL_COLUMNS` as in a standard summary."""
    measured = summary[summary["row"] == MEASURED]
    whole = {
        name: "int64"
        for name in CELL_COLUMNS
        if name in measured and measured[name].dtype == "Int64" and measured[name].notna().all()
    }
    return measured.astype({**whole, "data_official": "bool"})


def _row(row: dict[str, Any], settings: list[str]) -> list[str]:
    quoted = row["row"] == QUOTED
    mark = "" if quoted else dataset_mark(row["dataset"], row["data_official"])
    ours = [MISSING] * 2 if quoted else [str(row["n_seeds"]), f"{row['n_converged']}/{row['n_seeds']}"]
    return [
        f"{dataset_label(row['dataset'], row['classes'])} {mark}".rstrip(),
        row["model"],
        f"quoted: {row['source']}" if quoted else "measured",
        ("not stated" if "QNL-Net" in row["model"] else MISSING) if quoted else part_text("ansatz", row["ansatz"]),
        *(MISSING if quoted else setting_text(name, row[name]) for name in settings),
        MISSING if is_missing(row["num_qubits"]) else str(row["num_qubits"]),
        *ours,
        with_std(row["test_accuracy_mean"], row["test_accuracy_std"]),
        MISSING if quoted else f"{row['test_accuracy_median']:.2f}",
        *beside_published(row["difference"], row["verdict"]),
    ]
