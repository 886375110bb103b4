"""How accuracy, convergence and training time grow with r, and with D: all seeds of all cells of one r, or one D."""

from typing import Any

import pandas as pd

from qnlnet.records import CELL_COLUMNS, dataset_notes, split_cells
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING
from qnlnet.tables.sections import GRID, split_sections

ALL = "all"  # ansätze together
VARIED = ("r", "D")
TIME_NOTE = (
    "Seconds: wall time of one replica (train_seconds in the rows) while as many train side by side as the machine "
    "has cores, two where the committed rows were made; they say how time grows, not how fast one replica is alone."
)
_NUMBERS = (
    *("n_cells", "n_seeds", "n_converged", "test_accuracy_mean", "test_accuracy_std"),
    *("train_seconds_mean", "train_seconds_std", "data_official"),
)
_SECTION = tuple(name for name in CELL_COLUMNS if name not in (*GRID, "config_hash"))
GROWTH_COLUMNS = (*_SECTION, "section", "ansatz", "varied", "value", *_NUMBERS)


def summarise_growth(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row for each section, ansatz (and all of them together) and value of r, then of D.

    Every seed of every cell that shares the value counts once: the row of r = 2 holds all D.

    Raises:
        ResultsError: The rows are not acceptable, or two cells would stand in the same place of a section.
    """
    in_order = pd.concat([rows for _, rows in split_cells(seed_rows)])
    rows = []
    for title, section in split_sections(in_order):
        own = {name: section[name].iloc[0] for name in _SECTION}
        for ansatz in (ALL, *sorted(section["ansatz"].unique())):
            chosen = section if ansatz == ALL else section[section["ansatz"] == ansatz]
            for varied in VARIED:
                for value, group in chosen.groupby(varied, sort=True):
                    place = {"section": title, "ansatz": ansatz, "varied": varied, "value": value}
                    rows.append({**own, **place, **_statistics(group)})
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))


def _statistics(rows: pd.DataFrame) -> dict[str, Any]:
    test, seconds = rows["test_accuracy"], rows["train_seconds"]
    return {
        "n_cells": rows["config_hash"].nunique(),
        "n_seeds": len(rows),
        "n_converged": int(rows["converged"].sum()),
        "test_accuracy_mean": test.mean(),
        "test_accuracy_std": test.std(ddof=1),
        "train_seconds_mean": seconds.mean(),
        "train_seconds_std": seconds.std(ddof=1),
        "data_official": bool(rows["data_official"].all()),
    }


def format_growth(growth: pd.DataFrame) -> str:
    """Returns the rows of all ansätze together as Markdown: sections and measures downwards, r and D across."""
    together = growth[growth["ansatz"] == ALL]
    columns = [(varied, value) for varied in VARIED
               for value in sorted(together["value"][together["varied"] == varied].unique())]  # fmt: skip
    lines = []
    for title, section in together.groupby("section", sort=False):
        places = {(row["varied"], row["value"]): row for row in section.to_dict("records")}
        found = [places.get(column) for column in columns]
        for measure, text in _MEASURES.items():
            lines.append([str(title), measure, *(MISSING if row is None else text(row) for row in found)])
    header = ["Section", "Measure", *(f"{varied} = {value}" for varied, value in columns)]
    notes = [
        "All ansätze together; a column r = … holds all seeds of all cells with that r, whatever their D, and the "
        "other way round. With readout qubit 0 the columns r = 1 and D = 1 include circuits whose output is constant.",
        TIME_NOTE,
        *dataset_notes(zip(growth["dataset"], growth["data_official"], strict=True)),
    ]
    body = markdown_table(header, lines, num_text_columns=2).rstrip()
    return "\n\n".join(["<!-- Generated from the per-seed rows; do not edit. -->", body, *notes]) + "\n"


_MEASURES = {
    "test accuracy (%)": lambda row: f"{row['test_accuracy_mean']:.2f}",
    "converged": lambda row: f"{row['n_converged']}/{row['n_seeds']}",
    "seconds": lambda row: f"{row['train_seconds_mean']:.3g}",
}
