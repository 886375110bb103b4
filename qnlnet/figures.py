"""Our accuracies against the published ones: every seed as a point, beside the two means."""

import io
import math
import textwrap
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from qnlnet import records
from qnlnet.files import write_file
from qnlnet.published import SOURCE, published_for_cell

_SEED, _MEAN, _PUBLISHED = "#56B4E9", "#0072B2", "#D55E00"  # Okabe and Ito's colours, distinct to colour-blind eyes
_SEEDS_AT, _MEAN_AT, _PUBLISHED_AT = -0.2, 0.08, 0.28  # around the tick of a cell, in steps between ticks
_JITTER = 0.28  # full width
_MIN_SLOTS = 3  # a panel is at least that many cells wide
_STYLE = {
    **{"font.size": 9, "xtick.labelsize": 8, "ytick.labelsize": 8},
    "svg.hashsalt": "qnlnet",  # equal figures give equal files
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "axes.formatter.useoffset": False},
    "grid.color": "#E4E4E4",
}
_POINT = {"marker": "o", "color": _SEED, "markeredgecolor": _MEAN, "linestyle": "", "markersize": 4.5}
_HANDLES: dict[str, dict[str, Any]] = {
    "one seed": _POINT,
    "one seed, not converged": {**_POINT, "color": "white"},
    "our mean ± std": {"marker": "D", "color": _MEAN, "markersize": 5},
    "our median": {"marker": "_", "color": "black", "linestyle": "", "markersize": 11, "markeredgewidth": 1.6},
    "published mean ± std": {"marker": "s", "color": _PUBLISHED, "markersize": 5},
}

Cell = tuple[dict[str, Any], pd.DataFrame]


def plot_table(seed_rows: pd.DataFrame, directory: Path | str, name: str = "table1") -> list[Path]:
    """Draws the test accuracies of all cells, a panel for each dataset and reducer; returns the paths written.

    Args:
        seed_rows: Per-seed rows of any cells.
        directory: Where `name`.png and `name`.svg go. Equal rows give equal files.
        name: Their name without the ending.

    Raises:
        ResultsError: The rows are not acceptable, or the folder can not be written.
    """
    return write_figure(build_figure(seed_rows), directory, name)


def write_figure(figure: Figure, directory: Path | str, name: str) -> list[Path]:
    """Writes `figure` as `name`.png and `name`.svg and returns the paths; equal figures give equal files.

    Raises:
        ResultsError: The folder can not be written.
    """
    paths = []
    with figure_style():
        for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=ending, dpi=200, metadata=metadata)
            paths.append(write_file(Path(directory) / f"{name}.{ending}", buffer.getvalue()))
    return paths


def figure_style() -> AbstractContextManager[None]:
    """Returns the context in which all figures are drawn and written, whatever style the user has chosen."""
    return style.context(["default", _STYLE])


def build_figure(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure that `plot_table` writes; it takes no settings from a style of the user's.

    Raises:
        ResultsError: The rows are not acceptable.
    """
    with figure_style():
        return _draw(records.split_cells(seed_rows))


def _draw(cells: list[Cell]) -> Figure:
    settings = records.distinguishing_columns(pd.DataFrame([cell for cell, _ in cells]))
    panels: dict[Any, list[Cell]] = {}
    for cell, rows in cells:
        panels.setdefault((cell["dataset"], cell["classes"], cell["reducer"]), []).append((cell, rows))
    num_slots = max(_MIN_SLOTS, *map(len, panels.values()))
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
        extent += _draw_cell(ax, position, cell, rows)
        words = [f"ansatz {cell['ansatz']}", *(records.setting_label(name, cell[name]) for name in settings)]
        labels.append("\n".join([*words, f"{rows['converged'].sum()}/{len(rows)} converged"]))
    low, high = min(extent), max(extent)
    margin = max(0.07 * (high - low), 0.02) if high > low else 0.5
    ax.set_ylim(max(low, 0) - margin, min(high, 100) + margin)
    ax.set_yticks([tick for tick in ax.get_yticks() if low - margin <= tick <= min(high + margin, 100)])
    middle, half_width = (len(cells) - 1) / 2, max(len(cells), _MIN_SLOTS) / 2
    ax.set_xlim(middle - half_width, middle + half_width)
    ax.set_xticks(range(len(cells)), labels)
    ax.tick_params(axis="x", length=0)
    first, official = cells[0][0], all(rows["data_official"].all() for _, rows in cells)
    title = f"{records.dataset_label(first['dataset'], first['classes'])}, {records.reducer_label(first['reducer'])}"
    mark = records.dataset_mark(first["dataset"], official)
    ax.set_title(f"{title} {mark}".rstrip(), fontweight="bold", fontsize=10)


def _draw_cell(ax: Axes, position: int, cell: dict[str, Any], rows: pd.DataFrame) -> list[float]:
    """Draws one cell around x = `position` and returns the accuracies that the panel must show."""
    test = rows["test_accuracy"]
    # Multiples of the golden ratio spread neighbouring seeds evenly, and always alike.
    x = position + _SEEDS_AT + _JITTER * ((rows["seed"] * (math.sqrt(5) - 1) / 2) % 1 - 0.5)
    colours = [_SEED if converged else "white" for converged in rows["converged"]]
    ax.scatter(x, test, s=20, c=colours, edgecolors=_MEAN, linewidths=0.8, zorder=3)
    ax.plot(position + _MEAN_AT, test.median(), zorder=5, **_HANDLES["our median"])
    ours = (test.mean(), test.std(ddof=1))
    _draw_mean(ax, position + _MEAN_AT, *ours, "our mean ± std")
    published = published_for_cell(cell)
    theirs = (published.test_mean, published.test_std) if published else (math.nan, math.nan)
    _draw_mean(ax, position + _PUBLISHED_AT, *theirs, "published mean ± std")
    means = [mean + sign * std for mean, std in (ours, theirs) for sign in (-1, 0, 1)]
    return [value for value in [*test, ours[0], *means] if not math.isnan(value)]


def _draw_mean(ax: Axes, x: float, mean: float, std: float, label: str) -> None:
    if not math.isnan(mean):
        bar = None if math.isnan(std) else std
        ax.errorbar(x, mean, bar, capsize=3, elinewidth=1.4, zorder=4, **_HANDLES[label])


def _annotate(figure: Figure, cells: list[Cell]) -> None:
    """Adds the title, the legend of what was drawn, and the notes."""
    rows = pd.concat([rows for _, rows in cells])
    any_published = any(published_for_cell(cell) for cell, _ in cells)
    notes = ["Panels have scales of their own; a bar that would pass 100 % ends at the top of its panel."]
    if any_published:
        notes.append(f"Published: {SOURCE}.")
    notes += records.dataset_notes(zip(rows["dataset"], rows["data_official"], strict=True))
    shown = {
        "one seed": rows["converged"].any(),
        "one seed, not converged": not rows["converged"].all(),
        "our mean ± std": True,
        "our median": True,
        "published mean ± std": any_published,
    }
    handles = [Line2D([], [], label=label, **_HANDLES[label]) for label, drawn in shown.items() if drawn]
    title = f"Test accuracy after the last epoch{', ours against published' if any_published else ''}"
    figure.legend(handles=handles, title=title, title_fontsize=11, loc="outside upper center", ncols=5, frameon=False,
                  fontsize=8, columnspacing=1.2, handletextpad=0.4)  # fmt: skip
    characters = int(figure.get_figwidth() * 17)
    figure.supxlabel("\n".join(textwrap.fill(note, characters) for note in notes), fontsize=7.5, x=0.01, ha="left")
