"""An ablation as heat maps over r and D: one for each task, ansatz and readout qubit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine

from qnlnet import records
from qnlnet.figures.style import add_notes, figure_style
from qnlnet.tables import summarise_ablation
from qnlnet.tables.ablation import is_known_constant
from qnlnet.tables.sections import GRID, split_sections

_WITHIN = ("readout_qubit", *GRID)
_COLOURS = "cividis"  # the same order to colour-blind eyes and in print
_GREY = "#DDDDDD"  # of what has no place on the scale


@dataclass(frozen=True)
class _Measure:
    """What a heat map shows: a number for the colour, a text to read, its scale (None: that of the row)."""

    title: str
    value: Callable[[dict[str, Any]], float]
    text: Callable[[dict[str, Any]], str]
    scale: tuple[float, float] | None


_ACCURACY = _Measure(
    "Mean test accuracy (%)",
    lambda cell: cell["test_accuracy_mean"],
    lambda cell: f"{cell['test_accuracy_mean']:.1f}",
    None,
)
_CONVERGED = _Measure(
    "Converged seeds",
    lambda cell: cell["n_converged"] / cell["n_seeds"],
    lambda cell: f"{cell['n_converged']}/{cell['n_seeds']}",
    (0, 1),
)


def build_accuracy_map(seed_rows: pd.DataFrame) -> Figure:
    """Returns the heat maps of the mean test accuracy; each task has a scale of its own.

    Raises:
        ResultsError: The rows are not acceptable, or two cells would stand in the same place.
    """
    return _build(seed_rows, _ACCURACY)


def build_converged_map(seed_rows: pd.DataFrame) -> Figure:
    """Returns the heat maps of the share of converged seeds.

    Raises:
        ResultsError: The rows are not acceptable, or two cells would stand in the same place.
    """
    return _build(seed_rows, _CONVERGED)


def _build(seed_rows: pd.DataFrame, measure: _Measure) -> Figure:
    summary = summarise_ablation(seed_rows)
    sections = split_sections(summary, within=_WITHIN)
    present = set(zip(summary["readout_qubit"], summary["ansatz"], strict=True))
    readouts = sorted(summary["readout_qubit"].unique(), reverse=True)
    maps = [(q, a) for q in readouts for a in sorted(summary["ansatz"].unique()) if (q, a) in present]
    axes = [sorted(summary[name].unique()) for name in ("r", "D")]
    with figure_style():
        size = (1.35 * len(maps) + 1.3, 1.62 * len(sections) + 1.3)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03))
        grid = figure.subplots(len(sections), len(maps), squeeze=False)
        for line, (title, cells) in enumerate(sections):
            _draw_line(figure, list(grid[line]), cells, maps, axes, measure)
            grid[line][0].set_ylabel("\n".join([*title.split(", "), "", "r"]), fontsize=8)
        for ax, (readout, ansatz) in zip(grid[0], maps, strict=True):
            ax.set_title(f"readout {readout}\nansatz {ansatz}", fontsize=8.5, fontweight="bold")
        for ax in grid[-1]:
            ax.set_xlabel("D")
        for ax in grid.flat:
            ax.label_outer()
        figure.suptitle(f"{measure.title} by r, D, ansatz and readout qubit", fontsize=11)
        _annotate(figure, summary, own_scales=measure.scale is None)
    return figure


def _draw_line(
    figure: Figure,
    panels: list[Axes],
    cells: pd.DataFrame,
    maps: list[tuple[int, str]],
    axes: list[list[int]],
    measure: _Measure,
) -> None:
    """Draws all maps of one task, and their scale to the right."""
    # A constant output would take up the scale that the others need.
    found = [measure.value(cell) for cell in cells.to_dict("records") if not is_known_constant(cell)]
    low, high = measure.scale or (min(found, default=0), max(found, default=1))
    scale = Normalize(low, high if high > low else low + 1)
    for ax, (readout, ansatz) in zip(panels, maps, strict=True):
        chosen = cells[(cells["readout_qubit"] == readout) & (cells["ansatz"] == ansatz)]
        image = _draw_map(ax, {(c["r"], c["D"]): c for c in chosen.to_dict("records")}, axes, measure, scale)
    bar = figure.colorbar(image, ax=panels, fraction=0.02, pad=0.01)
    bar.outline.set_visible(False)


def _draw_map(
    ax: Axes, cells: dict[tuple[int, int], dict], axes: list[list[int]], measure: _Measure, scale: Normalize
) -> AxesImage:
    rs, ds = axes
    values = np.full((len(rs), len(ds)), np.nan)
    colours = colormaps[_COLOURS].with_extremes(bad=_GREY)
    for i, r in enumerate(rs):
        for j, d in enumerate(ds):
            cell = cells.get((r, d))
            if cell is not None and not is_known_constant(cell):
                values[i, j] = measure.value(cell)
            dark = scale(values[i, j]) < 0.5  # NaN is not
            ax.text(j, i, measure.text(cell) if cell else "–", ha="center", va="center", fontsize=7.5,
                    color="white" if dark else "black")  # fmt: skip
    image = ax.imshow(values, cmap=colours, norm=scale, origin="lower", aspect="auto")
    ax.set_xticks(range(len(ds)), list(map(str, ds)))
    ax.set_yticks(range(len(rs)), list(map(str, rs)))
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return image


def _annotate(figure: Figure, summary: pd.DataFrame, *, own_scales: bool) -> None:
    notes = ["After the last epoch, over all seeds. r: repetitions of the encoder, D: of the ansatz."]
    if own_scales:
        notes[0] += " Each line of maps has a colour scale of its own."
    if any(is_known_constant(cell) for cell in summary.to_dict("records")):
        notes.append("Grey with a number: the circuit's output is constant (readout 0 with r = D = 1).")
    notes += records.dataset_notes(zip(summary["dataset"], summary["data_official"], strict=True))
    add_notes(figure, notes)
