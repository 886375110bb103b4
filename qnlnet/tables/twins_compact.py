"""Quantum models beside their twins at a glance: a table for each task, a row for each quantum cell."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from qnlnet.records import dataset_label, dataset_mark, dataset_notes, model_label, settings_in_words
from qnlnet.records.configurations import recall
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING, signed, with_std

_QUANTUM = "quantum"  # what the setting `layer` calls trained circuits
_TASK = ["dataset", "classes"]
_NOTE = (
    "Test accuracy in percent after the last epoch, mean ± standard deviation over seeds; a column for each thing that "
    "stands where the trained circuits do. In brackets: what the trained circuits have more, seed by seed, and whether "
    "that is clear after all comparisons of the full table are adjusted together."
)


def format_compact(table: pd.DataFrame) -> str:
    """Returns the tables of `qnlnet.tables.twins.summarise_twins` as Markdown, under a heading for each task.

    Cells that stand in place of no quantum cell are in the full table only.
    """
    places = {digest: str(getattr(recall(digest).model, "layer", "")) for digest in table["config_hash"]}
    table = table.assign(_place=table["config_hash"].map(places))
    usual = _words_of_all(table["settings"])
    parts = []
    for (dataset, classes), cells in table.groupby(_TASK, sort=False):
        quantum = cells[cells["_place"] == _QUANTUM]
        if quantum.empty:
            continue
        columns = list(dict.fromkeys(cells["_place"][cells["twin_of"] != ""]))
        rows = [_row(cell, cells, columns, usual) for cell in quantum.to_dict("records")]
        header = ["Model", "Settings", "Seeds", "Epochs", "Trained circuits", *columns]
        mark = dataset_mark(dataset, bool(cells["data_official"].all()))
        parts.append(
            f"### {dataset_label(dataset, classes)} {mark}".rstrip() + f"\n\n{markdown_table(header, rows, 2)}"
        )
    notes = [_NOTE, *dataset_notes(zip(table["dataset"], table["data_official"], strict=True))]
    return "<!-- Generated from the per-seed rows; do not edit. -->\n\n" + "\n".join(
        [*parts, *(f"{n}\n" for n in notes)]
    )


def _words_of_all(settings: pd.Series) -> set[str]:
    """Returns the words that all cells have, and so tell none apart."""
    return set.intersection(*(set(words.split()) for words in settings)) if len(settings) else set()


def _row(cell: dict[str, Any], cells: pd.DataFrame, columns: Sequence[str], usual: set[str]) -> list[str]:
    words = " ".join(word for word in cell["settings"].split() if word not in usual and not _says_place(word))
    protocol = [] if cell["protocol"] == "common" else [f"{cell['protocol']} protocol"]
    settings = ", ".join(filter(None, [settings_in_words(words), *protocol]))
    twins = cells[cells["twin_of"] == cell["config_hash"]].drop_duplicates("_place").set_index("_place")
    return [
        model_label(cell["model"]),
        settings or "as usual",
        str(cell["n_seeds"]),
        str(cell["epochs"]),
        with_std(cell["test_accuracy_mean"], cell["test_accuracy_std"]),
        *(_twin(twins.loc[place]) if place in twins.index else MISSING for place in columns),
    ]


def _says_place(word: str) -> bool:
    """Whether a word names what stands in place of the circuits, or only that norms of gradients were kept."""
    return word.startswith(("layer=", "model.layer=", "train.gradient_norms="))


def _twin(twin: pd.Series) -> str:
    accuracy = with_std(twin["test_accuracy_mean"], twin["test_accuracy_std"])
    return accuracy if pd.isna(twin["difference"]) else f"{accuracy} ({signed(twin['difference'])}, {twin['verdict']})"
