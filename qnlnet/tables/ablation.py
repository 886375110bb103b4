"""The effect of r, D, ansatz and readout: statistics of each cell, and a grid of r and D for each section."""

from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.files import write_file
from qnlnet.records import CELL_COLUMNS, dataset_notes, split_cells, write_table
from qnlnet.tables.formats import markdown_table, terminal_table
from qnlnet.tables.growth import format_growth, summarise_growth
from qnlnet.tables.layout import MISSING, shared_settings_note, with_std
from qnlnet.tables.sections import split_sections
from qnlnet.tables.summary import summarise_all_columns

ENDINGS = (".csv", ".md", "_growth.csv", "_growth.md")
_PUBLISHED = ("published_train_accuracy", "published_train_std", "published_test_accuracy", "published_test_std",
              "difference", "verdict")  # fmt: skip  # of runs with all epochs
_FULL_EPOCHS = 100  # of the published runs
_DECAY = 0.9  # of the learning rate per epoch, in both protocols
_CONSTANT = "§"
_CONSTANT_NOTE = (
    f"{_CONSTANT} With readout qubit 0 and r = D = 1 the circuit's output is zero whatever its inputs and weights are "
    "(the section on the readout qubit in docs/reproduction.md): what is trained there is one bias."
)


def summarise_ablation(seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per cell, in reading order: `CELL_COLUMNS` and the statistics over its seeds.

    Accuracies are in percent after the last epoch, standard deviations have n − 1 in the denominator, train_seconds
    are wall time of one replica. Nothing is published for other r and D, so nothing is compared.

    Raises:
        ResultsError: Columns are missing, there are no rows, or a seed of a cell appears twice.
    """
    summary = summarise_all_columns(seed_rows).drop(columns=list(_PUBLISHED))
    more = pd.DataFrame([_more(rows) for _, rows in split_cells(seed_rows)], index=summary.index)
    official = summary.pop("data_official")
    return pd.concat([summary, more, official], axis=1)


def _more(rows: pd.DataFrame) -> dict[str, float]:
    test, seconds = rows["test_accuracy"], rows["train_seconds"]
    return {
        "test_accuracy_min": test.min(),
        "test_accuracy_max": test.max(),
        "train_seconds_mean": seconds.mean(),
        "train_seconds_std": seconds.std(ddof=1),
    }


def write_ablation(seed_rows: pd.DataFrame, directory: Path | str, name: str = "ablation") -> list[Path]:
    """Writes `name`.csv, `name`.md, `name`_growth.csv and `name`_growth.md and returns their paths.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    directory = Path(directory)
    summary, growth = summarise_ablation(seed_rows), summarise_growth(seed_rows)
    return [
        write_table(summary, directory / f"{name}.csv"),
        write_file(directory / f"{name}.md", format_ablation(summary).encode("utf-8")),
        write_table(growth, directory / f"{name}_growth.csv"),
        write_file(directory / f"{name}_growth.md", format_growth(growth).encode("utf-8")),
    ]


def format_ablation(summary: pd.DataFrame) -> str:
    """Returns the grids as Markdown, with notes below."""
    parts = ["<!-- Generated from the per-seed rows; do not edit. -->"]
    for title, cells in split_sections(summary):
        header, rows = _grid(cells)
        parts += [f"**{title}**", markdown_table(header, rows, num_text_columns=2).rstrip()]
    return "\n\n".join([*parts, *_notes(summary)]) + "\n"


def format_ablation_terminal(seed_rows: pd.DataFrame) -> str:
    """Returns the grids as plain text for a terminal."""
    parts = []
    for title, cells in split_sections(summarise_ablation(seed_rows)):
        header, rows = _grid(cells)
        parts.append(f"{title}\n{terminal_table(header, rows, num_text_columns=2)}")
    return "\n\n".join(parts)


def is_known_constant(cell: Any) -> bool:
    """Returns whether the output of a cell's circuit is proved to be constant: the paper's ansätze with readout 0.

    Args:
        cell: Values of `CELL_COLUMNS`, as a mapping or a row of a frame.
    """
    is_paper_circuit = cell["ansatz"] in ("0", "1", "2") and cell["num_qubits"] == 4 and not cell.get("settings")
    return bool(is_paper_circuit and cell["readout_qubit"] == 0 and cell["r"] == cell["D"] == 1)


def _grid(cells: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    depths = sorted(cells["D"].unique())
    places = {(cell["ansatz"], cell["r"], cell["D"]): cell for cell in cells.to_dict("records")}
    lines = dict.fromkeys((ansatz, r) for ansatz, r, _ in places)
    header = ["Ansatz", "r", *(f"D = {depth}" for depth in depths)]
    return header, [[ansatz, str(r), *(_text(places.get((ansatz, r, D))) for D in depths)] for ansatz, r in lines]


def _text(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return MISSING
    accuracy = with_std(cell["test_accuracy_mean"], cell["test_accuracy_std"])
    mark = f" {_CONSTANT}" if is_known_constant(cell) else ""
    return f"{accuracy} ({cell['n_converged']}/{cell['n_seeds']}){mark}"


def _notes(summary: pd.DataFrame) -> list[str]:
    notes = [
        "Test accuracy in percent after the last epoch, mean ± standard deviation over all seeds (n − 1 in the "
        "denominator), and in brackets the seeds that converged (test accuracy above data.converged_above and "
        "above always giving the most frequent answer) out of all.",
        *epochs_note(summary),
        *shared_settings_note(summary, "All cells"),
    ]
    if any(is_known_constant(cell) for cell in summary[list(CELL_COLUMNS)].to_dict("records")):
        notes.append(_CONSTANT_NOTE)
    return notes + dataset_notes(zip(summary["dataset"], summary["data_official"], strict=True))


def epochs_note(cells: pd.DataFrame) -> list[str]:
    """Returns why cells have fewer epochs than the published ones, and what that leaves out; nothing if none has.

    The learning rate is a geometric series: after e epochs 0.9^e of the sum over all further epochs is still to come.
    """
    fewer = sorted(epochs for epochs in cells["epochs"].unique() if epochs < _FULL_EPOCHS)
    if not fewer or not set(cells["protocol"]) <= {"released", "corrected"}:
        return []
    spent = [1 - (_DECAY**epochs - _DECAY**_FULL_EPOCHS) / (1 - _DECAY**_FULL_EPOCHS) for epochs in fewer]
    words = ", ".join(f"{epochs} epochs hold {100 * share:.0f} %" for epochs, share in zip(fewer, spent, strict=True))
    return [
        f"Fewer than the published {_FULL_EPOCHS} epochs, since the learning rate falls by a factor of {_DECAY} an "
        f"epoch: {words} of the sum of the learning rates of all {_FULL_EPOCHS}. Accuracies are therefore not "
        "those of Table 1, but may be compared with each other within a section."
    ]
