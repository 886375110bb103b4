"""Our accuracies against the published ones: every seed as a point, beside the two means."""

import math
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from qnlnet import records
from qnlnet.figures.seed_points import MIN_SLOTS, NOTHING, add_legend, draw_cell, frame_panel
from qnlnet.figures.style import add_notes, figure_style, write_figure
from qnlnet.records.published import citation, find_published
from qnlnet.records.schema import is_missing

Cell = tuple[dict[str, Any], pd.DataFrame]

_WIDTH = 17  # letters of a line below a cell


def plot_table(seed_rows: pd.DataFrame, directory: Path | str, name: str = "table1") -> list[Path]:
    """Draws the test accuracies of all cells, a panel for each dataset and reducer; returns the paths written.

    Args:
        seed_rows: Per-seed rows of any cells.
        directory: Where `name`.png and `name`.svg go. Equal rows give equal files.
        name: Their name without the ending.

    Raises:
        ResultsError: The rows are not acceptable, or the folder cannot be written.
    """
    return write_figure(build_figure(seed_rows), directory, name)


def build_figure(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure that `plot_table` writes; it takes no settings from a style of the user's.

    Raises:
        ResultsError: The rows are not acceptable.
    """
    with figure_style():
        return _draw(records.split_cells(seed_rows))


def _draw(cells: list[Cell]) -> Figure:
    settings = records.distinguishing_columns(records.without_training(pd.DataFrame([cell for cell, _ in cells])))
    panels: dict[Any, list[Cell]] = {}
    for cell, rows in cells:
        panels.setdefault((cell["dataset"], cell["classes"], cell["reducer"]), []).append((cell, rows))
    num_slots = max(MIN_SLOTS, *map(len, panels.values()))
    num_columns = 2 if len(panels) > 1 and num_slots <= 6 else 1
    num_lines = math.ceil(len(panels) / num_columns)
    size = (max(6.4, (0.7 + 1.1 * num_slots) * num_columns), 2.7 * num_lines + 1.5)
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.08))
    for index, members in enumerate(panels.values()):
        ax = figure.add_subplot(num_lines, num_columns, index + 1)
        _draw_panel(ax, members, settings)
        if index % num_columns == 0:
            ax.set_ylabel("test accuracy (%)")
    figure.align_ylabels()
    _annotate(figure, cells)
    return figure


def _draw_panel(ax: Axes, cells: list[Cell], settings: list[str]) -> None:
    extent: list[float] = []
    labels = []
    for position, (cell, rows) in enumerate(cells):
        published = find_published(cell, "Table 1")
        extent += draw_cell(ax, position, rows, (published.test_mean, published.test_std) if published else NOTHING)
        labels.append("\n".join([*_words(cell, settings), f"{rows['converged'].sum()}/{len(rows)} converged"]))
    frame_panel(ax, extent, labels)
    first, official = cells[0][0], all(rows["data_official"].all() for _, rows in cells)
    title = ", ".join(
        filter(
            None, [records.dataset_label(first["dataset"], first["classes"]), records.reducer_label(first["reducer"])]
        )
    )
    mark = records.dataset_mark(first["dataset"], official)
    ax.set_title(f"{title} {mark}".rstrip(), fontweight="bold", fontsize=10)


def _words(cell: dict[str, Any], settings: list[str]) -> list[str]:
    """Returns what stands below a cell, a line each; of models that have no ansatz, nothing is said of it."""
    shown = setting_words(cell, settings)
    if not is_missing(cell["ansatz"]):
        return [*shown[: "model" in settings], f"ansatz {cell['ansatz']}", *shown["model" in settings :]]
    return wrap_words(shown or [records.model_label(cell["model"])])


def wrap_words(words: list[str]) -> list[str]:
    """Returns what stands below a cell in lines that leave the neighbours their place."""
    parts = [part for word in words for part in word.split(", ")]
    return [line for part in parts for line in textwrap.wrap(part, _WIDTH, break_long_words=False)]


def setting_words(cell: dict[str, Any], settings: list[str]) -> list[str]:
    """Returns what the columns `settings` say of a cell, but for those that have nothing to say of it."""
    fitted = is_missing(cell["learning_rate"])
    names = [name for name in settings if not is_missing(cell[name]) and not (fitted and name == "epochs")]
    return [records.setting_label(name, cell[name]) for name in names]


def _annotate(figure: Figure, cells: list[Cell]) -> None:
    """Adds the title, the legend of what was drawn, and the notes."""
    rows = pd.concat([rows for _, rows in cells])
    any_published = any(find_published(cell, "Table 1") for cell, _ in cells)
    notes = ["Panels have scales of their own; a bar that would pass 100 % ends at the top of its panel."]
    if any_published:
        notes.append(f"Published: {citation('Table 1')}.")
    notes += records.dataset_notes(zip(rows["dataset"], rows["data_official"], strict=True))
    after = "" if rows["learning_rate"].isna().all() else " after the last epoch"
    title = f"Test accuracy{after}{', ours against published' if any_published else ''}"
    add_legend(figure, rows, ["published mean ± std"] if any_published else [], title)
    add_notes(figure, notes)
