"""Quantum models beside their twins: the same network with something else where its circuits stand, seed by seed.

The setting ``layer`` of a model says what stands there. A cell is a twin of one with ``layer=quantum`` where what is
unusual of its images, model and training is unusual of that one in the same way, but for ``layer`` and for what is
chosen for each cell by the same search; settings of circuits may be missing, as nothing else has them.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, flat_identity
from qnlnet.files import write_file
from qnlnet.records import (
    KEYS,
    dataset_label,
    dataset_mark,
    dataset_notes,
    model_label,
    settings_in_words,
    split_cells,
)
from qnlnet.records.cells import distinguishing_columns, without_training
from qnlnet.records.configurations import recall
from qnlnet.records.published import find_published
from qnlnet.records.schema import is_missing
from qnlnet.tables.formats import format_layout
from qnlnet.tables.layout import (
    MISSING,
    SETTING_HEADERS,
    Layout,
    accuracy_note,
    interval_text,
    setting_text,
    shared_settings_note,
    signed,
    with_std,
)
from qnlnet.tables.paired import CLEAR, NO_PAIRS, adjust, pair, verdict_of
from qnlnet.tables.protocols import OWN
from qnlnet.tables.twins_compact import format_compact
from qnlnet.tables.write import write_layout

QUANTUM = "quantum"
STATISTICS = (
    *("quantum_parameters", "parameters", "n_seeds", "train_accuracy_mean", "train_accuracy_std"),
    *("test_accuracy_mean", "test_accuracy_std", "train_seconds", "twin_of", "n_pairs", "difference", "low", "high"),
    *("p", "p_adjusted", "better", "worse", "verdict", "published_test_accuracy", "published_test_std"),
    *("published_as", "data_official", "config_hash"),
)
_ORDER = ["dataset", "classes", "model"]
# What stands there, and what the search chooses where there is one; QNL-Net's settings have no sections.
_PLACE = ("model.layer", "layer")
_SEARCHED = ("train.learning_rate", "train.epochs", "learning_rate", "epochs")
Cell = dict[str, Any]
_NOTES = (
    "Parameters: trained ones, and how many of them the circuits have. Seconds: median wall time of a replica.",
    "Circuit: test accuracy with the trained circuits minus that of the row, paired seed by seed, with the 95 % "
    "interval of Student's t; better/worse counts seeds. p: of no difference, by Wilcoxon's signed ranks, adjusted for "
    "all rows together (false discovery rate, Benjamini and Yekutieli). Verdict on the circuits: “higher” or “lower” "
    f"where that is below {CLEAR:g}; “too few seeds” where so many seeds could not have reached it, however they "
    "differ; else “undecided”.",
)


def summarise_twins(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per cell: statistics, whose twin it is, and what the circuits add over it.

    Accuracies are in percent after the last epoch. `twin_of` is the hash of the cell with ``layer=quantum``;
    `difference` is the accuracy of that one minus the row's, over the seeds that both have. Each quantum cell stands
    before its twins.

    Raises:
        ResultsError: Columns are missing, there are no rows, a seed of a cell appears twice, or a cell's settings are
            not known.
    """
    cells = [(cell, rows, _Place(recall(cell["config_hash"]))) for cell, rows in split_cells(seed_rows)]
    quantum = [(cell, rows, place) for cell, rows, place in cells if place.layer == QUANTUM]
    table = pd.DataFrame(_row_of(rank, *each, quantum) for rank, each in enumerate(cells))
    table = table.sort_values([*_ORDER, "_group", "_is_twin", "_rank"], kind="stable", ignore_index=True)
    table["p_adjusted"] = adjust(table.p)
    comparisons = int(table.p.notna().sum())
    table["verdict"] = [
        verdict_of(row["n_pairs"], row["p_adjusted"], row["difference"], comparisons) if row["twin_of"] else ""
        for row in table.to_dict("records")
    ]
    return table[[*KEYS, "num_qubits", "settings", *STATISTICS]]


class _Place:
    """What stands in the place of a cell's circuits, and what is unusual of the cell beside that."""

    def __init__(self, config: RunConfig) -> None:
        self.layer = getattr(config.model, "layer", None)
        open_keys = _PLACE if config.train.protocol == OWN else (*_PLACE, *_SEARCHED)
        flat = flat_identity(config).items()
        self.settings = {key: json.dumps(value) for key, value in flat if key not in open_keys}

    def is_beside(self, other: "_Place") -> bool:
        """Whether this cell is a twin of the other."""
        agree = self.settings.items() <= other.settings.items()
        return self.layer not in (None, QUANTUM) and agree and self._others() == other._others()

    def _others(self) -> dict[str, str]:
        return {key: value for key, value in self.settings.items() if not key.startswith("model.")}


def _row_of(rank: int, cell: Cell, rows: pd.DataFrame, place: _Place, quantum: list) -> dict[str, Any]:
    """Returns the numbers of a cell, with what it is sorted by: beside the first of the closest quantum cells."""
    near = [number for number, (_, _, other) in enumerate(quantum) if place.is_beside(other)]
    mine = next((number for number, (other, _, _) in enumerate(quantum) if other is cell), None)
    found = min(near, key=lambda number: len(quantum[number][2].settings), default=None)
    train, test = rows.train_accuracy, rows.test_accuracy
    published = find_published(cell)
    group = found if mine is None else mine
    return {
        **cell,
        "_rank": rank,
        "_group": len(quantum) if group is None else group,
        "_is_twin": mine is None,
        "quantum_parameters": rows.quantum_parameters.iloc[0],
        "parameters": rows.parameters.iloc[0],
        "n_seeds": len(rows),
        "train_accuracy_mean": train.mean(),
        "train_accuracy_std": train.std(ddof=1),
        "test_accuracy_mean": test.mean(),
        "test_accuracy_std": test.std(ddof=1),
        "train_seconds": rows.train_seconds.median(),
        **_compare(rows, None if found is None else quantum[found]),
        "published_test_accuracy": published.test_mean if published else math.nan,
        "published_test_std": published.test_std if published else math.nan,
        "published_as": f"{published.what}; {published.source}" if published else "",
        "data_official": bool(rows.data_official.all()),
    }


def _compare(rows: pd.DataFrame, quantum: tuple[Cell, pd.DataFrame, _Place] | None) -> dict[str, Any]:
    if quantum is None:
        return {"twin_of": "", **NO_PAIRS}
    return {"twin_of": quantum[0]["config_hash"], **pair(quantum[1], rows)}


def lay_out_twins(table: pd.DataFrame) -> Layout:
    """Returns the compact table of `summarise_twins`, with columns for those settings in which its cells differ."""
    table = without_training(table)
    settings = [name for name in distinguishing_columns(table) if name not in ("model", "config_hash")]
    header = ["Dataset", "Model", *(SETTING_HEADERS.get(name, name) for name in settings)]
    is_published = table.published_as.ne("").any()
    numbers = ["Seeds", "Parameters", "Train", "Test", "Seconds", "Circuit", "95 % interval", "Better/worse", "p"]
    numbers += ["Verdict", *(["Published"] if is_published else [])]
    rows = [_row(row, settings)[: len(header) + len(numbers)] for row in table.to_dict("records")]
    sources = dict.fromkeys(text for text in table.published_as if text)
    notes = [accuracy_note(table), *shared_settings_note(table), *_NOTES]
    notes += [f"Published: {'. '.join(sources)}."] if is_published else []
    notes += dataset_notes(zip(table.dataset, table.data_official, strict=True))
    return Layout(header + numbers, rows, len(header), notes)


def _row(row: dict[str, Any], settings: list[str]) -> list[str]:
    is_twin = bool(row["twin_of"])
    mark = dataset_mark(row["dataset"], row["data_official"])
    return [
        f"{dataset_label(row['dataset'], row['classes'])} {mark}".rstrip(),
        model_label(row["model"]),
        *(say_settings(row) if name == "settings" else setting_text(name, row[name]) for name in settings),
        str(row["n_seeds"]),
        _parameters(row),
        with_std(row["train_accuracy_mean"], row["train_accuracy_std"]),
        with_std(row["test_accuracy_mean"], row["test_accuracy_std"]),
        f"{row['train_seconds']:.1f}",
        MISSING if pd.isna(row["difference"]) else signed(row["difference"]),
        interval_text(row["low"], row["high"]),
        f"{row['better']}/{row['worse']}" if is_twin else MISSING,
        MISSING if pd.isna(row["p_adjusted"]) else f"{row['p_adjusted']:.3f}",
        row["verdict"] or MISSING,
        with_std(row["published_test_accuracy"], row["published_test_std"]),
    ]


def say_settings(row: Mapping[str, Any]) -> str:
    """Returns in words what is unusual of a cell, and what stands in the place of circuits even where that is usual."""
    words = [word for word in settings_in_words(row["settings"]).split(", ") if word]
    layer = getattr(recall(row["config_hash"]).model, "layer", None)
    is_said = layer is None or any("layer=" in word for word in words) or settings_in_words(f"layer={layer}") in words
    return ", ".join(words if is_said else [*words, f"layer={layer}"]) or MISSING


def _parameters(row: dict[str, Any]) -> str:
    if is_missing(row["parameters"]):
        return MISSING
    quantum = row["quantum_parameters"]
    return f"{row['parameters']:,}" + (f" ({quantum:,})" if not is_missing(quantum) and quantum else "")


def write_twins(seed_rows: pd.DataFrame, directory: Path | str, name: str) -> list[Path]:
    """Writes `name`.csv (all numbers), `name`.md and `name`.tex, and `name`_compact.md; returns their paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    table = summarise_twins(seed_rows)
    compact = Path(directory) / f"{name}_compact.md"
    return [
        *write_layout(lay_out_twins(table), table, directory, name),
        write_file(compact, format_compact(table).encode("utf-8")),
    ]


def format_twins_terminal(seed_rows: pd.DataFrame) -> str:
    """Returns the table as plain text."""
    return format_layout(lay_out_twins(summarise_twins(seed_rows)))
