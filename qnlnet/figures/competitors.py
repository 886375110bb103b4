"""Table 2 as a figure: our seeds for each ansatz, the published mean, and the models that Table 2 quotes beside it."""

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from qnlnet import records
from qnlnet.figures.cells import setting_words, wrap_words
from qnlnet.figures.seed_points import NOTHING, add_legend, draw_cell, draw_mean, frame_panel
from qnlnet.figures.style import add_notes, figure_style
from qnlnet.records.published import Quoted, citation, find_published, list_quoted
from qnlnet.records.schema import is_missing
from qnlnet.tables.competitors import TABLE

_QUOTED = "quoted, of another model"


def build_competitors(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure: a panel for each task, with our cells first and then what is quoted for the same task.

    Raises:
        ResultsError: The rows are not acceptable.
    """
    cells = records.split_cells(seed_rows)
    settings = records.distinguishing_columns(records.without_training(pd.DataFrame([cell for cell, _ in cells])))
    tasks: dict[tuple[str, str], list] = {}
    for cell, rows in cells:
        tasks.setdefault((cell["dataset"], cell["classes"]), []).append((cell, rows))
    slots = max(len(members) + len(_quoted(*task)) for task, members in tasks.items())
    with figure_style():
        size = (max(7.2, 0.7 + 1.2 * slots), 2.7 * len(tasks) + 1.5)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.08))
        for index, (task, members) in enumerate(tasks.items()):
            ax = figure.add_subplot(len(tasks), 1, index + 1)
            _draw_panel(ax, task, members, settings)
        figure.align_ylabels()
        _annotate(figure, cells, any(_quoted(*task) for task in tasks))
    return figure


def _quoted(dataset: str, classes: str) -> list[Quoted]:
    return [row for row in list_quoted() if (row.dataset, row.classes) == (dataset, classes)]


def _draw_panel(ax: Axes, task: tuple[str, str], cells: list, settings: list[str]) -> None:
    extent: list[float] = []
    labels = []
    for position, (cell, rows) in enumerate(cells):
        published = find_published(cell, TABLE)
        extent += draw_cell(ax, position, rows, (published.test_mean, published.test_std) if published else NOTHING)
        labels.append("\n".join(_words(cell, settings)))
    for position, row in enumerate(_quoted(*task), start=len(cells)):
        extent += draw_mean(ax, position, (row.test_mean, row.test_std), _QUOTED)
        labels.append("\n".join([*row.model.split(maxsplit=1), f"{row.qubits} qubits"]))
    frame_panel(ax, extent, labels)
    if len(cells) < len(labels):
        ax.axvline(len(cells) - 0.5, color="#BBBBBB", linewidth=0.8)
    official = all(rows["data_official"].all() for _, rows in cells)
    ax.set_title(f"{records.dataset_label(*task)} {records.dataset_mark(task[0], official)}".rstrip(),
                 fontweight="bold", fontsize=10)  # fmt: skip
    ax.set_ylabel("test accuracy (%)")


def _words(cell: dict[str, Any], settings: list[str]) -> list[str]:
    """Returns what stands below one of our cells, a line each."""
    words = setting_words(cell, [name for name in settings if name not in ("model", "num_qubits")])
    if not is_missing(cell["num_qubits"]):
        words.append(f"{int(cell['num_qubits'])} qubits")
    if is_missing(cell["ansatz"]):
        return wrap_words([records.model_label(cell["model"]), *words])
    return [f"{records.reducer_label(cell['reducer'])}, ansatz {cell['ansatz']}", *words]


def _annotate(figure: Figure, cells: list, any_quoted: bool) -> None:
    rows = pd.concat([rows for _, rows in cells])
    published = any(find_published(cell, TABLE) for cell, _ in cells)
    others = {"published mean ± std": published, _QUOTED: any_quoted}
    notes = ["Panels have scales of their own."]
    if published or any_quoted:
        notes.append(f"Published and quoted: {citation(TABLE)}, which names the ansatz of neither row.")
    if any_quoted and any(math.isnan(row.test_std) for row in list_quoted()):
        notes.append("Quoted models were not run here; no bar: no spread is quoted.")
    notes += records.dataset_notes(zip(rows["dataset"], rows["data_official"], strict=True))
    title = "Test accuracy after the last epoch beside the models of Table 2"
    add_legend(figure, rows, [label for label, drawn in others.items() if drawn], title)
    add_notes(figure, notes)
