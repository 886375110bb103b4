"""Parts of figures that show every seed as a point beside means: one cell, the frame of a panel, the legend."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from qnlnet.figures.style import BLUE, ORANGE, SKY

MIN_SLOTS = 3  # a panel is at least that many cells wide
_SEEDS_AT, _MEAN_AT, _PUBLISHED_AT = -0.2, 0.08, 0.28  # around the tick of a cell, in steps between ticks
_JITTER = 0.28  # full width
_POINT = {"marker": "o", "color": SKY, "markeredgecolor": BLUE, "linestyle": "", "markersize": 4.5}
_HANDLES: dict[str, dict[str, Any]] = {
    "one seed": _POINT,
    "one seed, not converged": {**_POINT, "color": "white"},
    "our mean ± std": {"marker": "D", "color": BLUE, "markersize": 5},
    "our median": {"marker": "_", "color": "black", "linestyle": "", "markersize": 11, "markeredgewidth": 1.6},
    "published mean ± std": {"marker": "s", "color": ORANGE, "markersize": 5},
    "quoted, of another model": {"marker": "s", "color": ORANGE, "markersize": 5, "markerfacecolor": "white"},
}
NOTHING = (math.nan, math.nan)


def draw_cell(ax: Axes, position: int, rows: pd.DataFrame, published: tuple[float, float]) -> list[float]:
    """Draws one cell around x = `position` and returns the accuracies that the panel must show.

    Args:
        ax: The panel.
        position: The tick of the cell.
        rows: Its per-seed rows.
        published: Mean and standard deviation (percent) to draw beside it; `NOTHING` draws none.
    """
    test = rows["test_accuracy"]
    # Multiples of the golden ratio spread neighbouring seeds evenly, and always alike.
    x = position + _SEEDS_AT + _JITTER * ((rows["seed"] * (math.sqrt(5) - 1) / 2) % 1 - 0.5)
    colours = [SKY if converged else "white" for converged in rows["converged"]]
    ax.scatter(x, test, s=20, c=colours, edgecolors=BLUE, linewidths=0.8, zorder=3)
    ax.plot(position + _MEAN_AT, test.median(), zorder=5, **_HANDLES["our median"])
    means = draw_mean(ax, position + _MEAN_AT, (test.mean(), test.std(ddof=1)), "our mean ± std")
    return [*test, *means, *draw_mean(ax, position + _PUBLISHED_AT, published, "published mean ± std")]


def draw_mean(ax: Axes, x: float, accuracy: tuple[float, float], label: str) -> list[float]:
    """Draws a mean with its standard deviation where there is one, and returns the accuracies to be shown."""
    mean, std = accuracy
    if math.isnan(mean):
        return []
    bar = None if math.isnan(std) else std
    ax.errorbar(x, mean, bar, capsize=3, elinewidth=1.4, zorder=4, **_HANDLES[label])
    return [mean] if bar is None else [mean - std, mean, mean + std]


def frame_panel(ax: Axes, extent: Sequence[float], labels: Sequence[str]) -> None:
    """Sets the limits of a panel that shows the accuracies `extent`, and a label below each cell."""
    low, high = min(extent), max(extent)
    margin = max(0.07 * (high - low), 0.02) if high > low else 0.5
    ax.set_ylim(max(low, 0) - margin, min(high, 100) + margin)
    ax.set_yticks([tick for tick in ax.get_yticks() if low - margin <= tick <= min(high + margin, 100)])
    middle, half_width = (len(labels) - 1) / 2, max(len(labels), MIN_SLOTS) / 2
    ax.set_xlim(middle - half_width, middle + half_width)
    ax.set_xticks(range(len(labels)), labels)
    ax.tick_params(axis="x", length=0)


def add_legend(figure: Figure, rows: pd.DataFrame, others: Iterable[str], title: str) -> None:
    """Adds the title and a legend of what was drawn.

    Args:
        figure: The figure.
        rows: All per-seed rows that it shows.
        others: What it shows beside our seeds, mean and median.
        title: The title above the legend.
    """
    converged = rows["converged"]
    seeds = {"one seed": converged.any(), "one seed, not converged": not converged.all()}
    labels = [*(label for label, drawn in seeds.items() if drawn), "our mean ± std", "our median", *others]
    handles = [Line2D([], [], label=label, **_HANDLES[label]) for label in labels]
    figure.legend(handles=handles, title=title, title_fontsize=11, loc="outside upper center", ncols=5, frameon=False,
                  fontsize=8, columnspacing=1.2, handletextpad=0.4)  # fmt: skip
