"""Models by their own recipe and by the common one: a line for each, with what is quoted of it beside both.

Cells are of one line where they have the same images and the same model, but for those of its settings that follow from
the protocol, and are trained as that says.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, load_config
from qnlnet.config.model.registry import section_of
from qnlnet.errors import ArgumentError
from qnlnet.records import (
    KEYS,
    dataset_label,
    dataset_mark,
    dataset_notes,
    settings_in_words,
    split_cells,
)
from qnlnet.records.configurations import recall
from qnlnet.records.published import find_quoted
from qnlnet.records.schema import is_missing
from qnlnet.tables.formats import format_layout
from qnlnet.tables.layout import MISSING, Layout, name_model, with_std
from qnlnet.tables.write import write_layout

COMMON, OWN = "common", "paper"  # protocols: one for all models, and each one's recipe
STATISTICS = (
    *("gates", "quantum_parameters", "parameters", "n_seeds", "at_chance", "train_accuracy_mean"),
    *("test_accuracy_mean", "test_accuracy_std", "test_accuracy_median", "best_epoch_test_accuracy_mean"),
    *("train_seconds", "line", "words", "quoted_model", "quoted_accuracy", "quoted_std", "quoted_paper"),
    *("data_official", "config_hash"),
)
_ORDER = ["dataset", "classes", "model", "reducer"]
_ABOVE_CHANCE = 5.0  # points above an even share of the classes up to which a seed has learnt nothing
_NOTES = (
    "Test: accuracy in percent after the last epoch, as mean ± standard deviation over all seeds (n − 1 in the "
    "denominator), and the median. Own: the recipe of the model's authors or, where none is public, ours, with the "
    "images that it takes. Common: official images, learning rate and epochs chosen on held-out training images. "
    "At chance: seeds that end at most five points above an even share of the classes.",
    "Parameters: trained ones, and how many of them circuits have. Gates: of one circuit of each kind. Seconds: median "
    "wall time of a replica, by the own recipe and by the common one.",
)


def summarise_protocols(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per cell: statistics, which line it belongs to, and what is quoted of it.

    Raises:
        ResultsError: Columns are missing, there are no rows, a seed of a cell appears twice, or a cell's settings are
            not known.
    """
    cells = [(cell, rows, recall(cell["config_hash"])) for cell, rows in split_cells(seed_rows)]
    lines: dict[str, int] = {}
    table = [_row_of(cell, rows, config, lines) for cell, rows, config in cells]
    for line in range(len(lines)):
        _say_of_line([row for row in table if row["line"] == line])
    frame = pd.DataFrame(table).assign(is_twin=lambda rows: rows.quantum_parameters.eq(0))
    frame = frame.sort_values([*_ORDER, "is_twin", "line"], kind="stable", ignore_index=True)
    return frame[[*KEYS, "num_qubits", "settings", *STATISTICS]]


def _row_of(cell: Mapping[str, Any], rows: pd.DataFrame, config: RunConfig, lines: dict[str, int]) -> dict[str, Any]:
    from qnlnet.models import family_of  # torch: only where it is needed

    test = rows.test_accuracy
    quoted = find_quoted(config)
    even = 100 / len(config.data.classes)
    return {
        **cell,
        "gates": "/".join(str(circuit.circuit.size()) for circuit in family_of(config).circuits(config)),
        "quantum_parameters": rows.quantum_parameters.iloc[0],
        "parameters": rows.parameters.iloc[0],
        "n_seeds": len(rows),
        "at_chance": int((test <= even + _ABOVE_CHANCE).sum()),
        "train_accuracy_mean": rows.train_accuracy.mean(),
        "test_accuracy_mean": test.mean(),
        "test_accuracy_std": test.std(ddof=1),
        "test_accuracy_median": test.median(),
        "best_epoch_test_accuracy_mean": rows.best_epoch_test_accuracy.mean(),
        "train_seconds": rows.train_seconds.median(),
        "line": lines.setdefault(_line_of(cell, config), len(lines)),
        "words": _words(cell, config),
        "quoted_model": quoted.model if quoted else "",
        "quoted_accuracy": quoted.test_mean if quoted else math.nan,
        "quoted_std": quoted.test_std if quoted else math.nan,
        "quoted_paper": quoted.paper if quoted else "",
        "data_official": bool(rows.data_official.all()),
    }


def _words(cell: Mapping[str, Any], config: RunConfig) -> list[str]:
    settings = _training_of(cell) if is_missing(cell["reducer"]) else cell["settings"]
    return [*config.model.words()[1:], *([settings_in_words(settings)] if settings else [])]


def _say_of_line(cells: list[dict[str, Any]]) -> None:
    """Puts the words of all cells of a line together: what they share, and what only one protocol has."""
    shared = [word for word in cells[0]["words"] if all(word in cell["words"] for cell in cells)]
    alone = {
        "common" if cell["protocol"] == COMMON else "own": ", ".join(w for w in cell["words"] if w not in shared)
        for cell in cells
    }
    told = ", ".join(f"{which}: {words}" for which, words in alone.items() if words)
    for cell in cells:
        cell["words"] = ", ".join(shared) + (f" ({told})" if told else "")


def _training_of(cell: Mapping[str, Any]) -> str:
    """Returns what of the training is not as the protocol has it, beside rate and epochs, which may be chosen."""
    return " ".join(word for word in cell["settings"].split() if word.startswith("train."))


def _line_of(cell: Mapping[str, Any], config: RunConfig) -> str:
    """Returns what cells of one line have in common."""
    model = config.model.model_dump(mode="json", exclude={"seeds", *_settings_of_protocols(config.model.name)})
    return json.dumps([config.data.dataset, config.data.classes, model, _training_of(cell)], sort_keys=True)


@cache
def _settings_of_protocols(name: str) -> frozenset[str]:
    """Returns the settings of a family that its own recipe has another value of than the common protocol."""
    own = section_of(name).usual_protocol
    if own == COMMON:
        own = OWN
    try:
        usual = [load_config(f"model={name}", f"protocol={protocol}").model for protocol in (own, COMMON)]
    except ArgumentError:  # there is no other recipe
        return frozenset()
    first, second = (model.model_dump() for model in usual)
    return frozenset(key for key, value in first.items() if second[key] != value)


def lay_out_protocols(table: pd.DataFrame) -> Layout:
    """Returns the compact table of `summarise_protocols`."""
    header = ["Dataset", "Model", "Settings", "Qubits", "Gates", "Parameters", "Quoted"]
    header += [f"{which}: {what}" for which in ("Own", "Common") for what in ("test", "median", "seeds", "at chance")]
    header.append("Seconds")
    rows = [_row(lines.to_dict("records")) for _, lines in table.groupby(["dataset", "classes", "line"], sort=False)]
    notes = [*_NOTES, *_say_quoted(table), *dataset_notes(zip(table.dataset, table.data_official, strict=True))]
    return Layout(header, rows, 3, notes)


def _say_quoted(table: pd.DataFrame) -> list[str]:
    """Returns which papers the quoted numbers stand for."""
    quoted = table[table.quoted_model != ""].drop_duplicates("quoted_model")
    papers = ", ".join(f"{row.quoted_model} ({row.quoted_paper})" for row in quoted.itertuples())
    note = "Quoted: as it stands in Table 2 of arXiv:2407.18906, of {}. Images, protocols and counting differ."
    return [note.format(papers)] if papers else []


def _row(cells: list[dict[str, Any]]) -> list[str]:
    first = cells[0]
    own = next((cell for cell in cells if cell["protocol"] != COMMON), None)
    common = next((cell for cell in cells if cell["protocol"] == COMMON), None)
    quoted = next((cell for cell in cells if cell["quoted_model"]), first)
    parameters, quantum = first["parameters"], first["quantum_parameters"]
    mark = dataset_mark(first["dataset"], first["data_official"])
    return [
        f"{dataset_label(first['dataset'], first['classes'])} {mark}".rstrip(),
        name_model(first),
        first["words"] or MISSING,
        MISSING if is_missing(first["num_qubits"]) else str(int(first["num_qubits"])),
        first["gates"] or MISSING,
        MISSING if is_missing(parameters) else f"{parameters:,}" + (f" ({quantum:,})" if quantum else ""),
        with_std(quoted["quoted_accuracy"], quoted["quoted_std"]),
        *_numbers(own),
        *_numbers(common),
        " / ".join(MISSING if cell is None else f"{cell['train_seconds']:.1f}" for cell in (own, common)),
    ]


def _numbers(cell: dict[str, Any] | None) -> list[str]:
    if cell is None:
        return [MISSING] * 4
    test = with_std(cell["test_accuracy_mean"], cell["test_accuracy_std"])
    return [test, f"{cell['test_accuracy_median']:.2f}", str(cell["n_seeds"]), str(cell["at_chance"])]


def write_protocols(seed_rows: pd.DataFrame, directory: Path | str, name: str) -> list[Path]:
    """Writes `name`.csv (all numbers), `name`.md and `name`.tex and returns their paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    table = summarise_protocols(seed_rows)
    return write_layout(lay_out_protocols(table), table, directory, name)


def format_protocols_terminal(seed_rows: pd.DataFrame) -> str:
    """Returns the table as plain text."""
    return format_layout(lay_out_protocols(summarise_protocols(seed_rows)))
