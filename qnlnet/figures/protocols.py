"""Models by their own recipe and by the common one as a figure: a panel for each task, every seed as a point."""

import math
import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.figures.style import BLUE, ORANGE, SKY, figure_style
from qnlnet.records import dataset_label
from qnlnet.tables.layout import name_model
from qnlnet.tables.protocols import COMMON, summarise_protocols

_LETTERS = 52  # in a line of a label
_OFFSETS = {False: -0.18, True: 0.18}  # of the own recipe and of the common one, around a line
_COLOURS = {False: ORANGE, True: BLUE}
_NAMES = {False: "own recipe", True: "common protocol"}


def build_protocols(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure; see `qnlnet.tables.protocols.summarise_protocols` for the numbers and the errors."""
    table = summarise_protocols(seed_rows)
    tasks = list(table.groupby(["dataset", "classes"], sort=False))
    most = max(cells.line.nunique() for _, cells in tasks)
    with figure_style():
        figure = Figure(figsize=(4.6 + 3.2 * len(tasks), 1.6 + 0.34 * most), layout="constrained")
        for number, ((dataset, classes), cells) in enumerate(tasks, start=1):
            panel = figure.add_subplot(1, len(tasks), number)
            _draw(panel, cells, seed_rows)
            panel.set_title(dataset_label(dataset, classes), fontsize=10, fontweight="bold")
        figure.legend(
            *_legend(figure), loc="outside upper center", ncols=4, frameon=False, fontsize=8, handletextpad=0.3
        )
        figure.supxlabel("Test accuracy after the last epoch (%)", fontsize=9)
    return figure


def _draw(panel: Axes, cells: pd.DataFrame, seed_rows: pd.DataFrame) -> None:
    lines = list(dict.fromkeys(cells.line))
    labels = {}
    for cell in cells.to_dict("records"):
        place, is_common = lines.index(cell["line"]), cell["protocol"] == COMMON
        rows = seed_rows[seed_rows.config_hash == cell["config_hash"]]
        height = place + _OFFSETS[is_common]
        # Multiples of the golden ratio spread neighbouring seeds evenly, and always alike.
        heights = height + 0.3 * ((rows.seed * (math.sqrt(5) - 1) / 2) % 1 - 0.5)
        colour = _COLOURS[is_common]
        panel.scatter(rows.test_accuracy, heights, s=12, color=SKY, edgecolors=colour, linewidths=0.7, zorder=3)
        panel.plot(cell["test_accuracy_mean"], height, "D", color=colour, markersize=4, zorder=4)
        if cell["quoted_model"]:
            panel.plot(cell["quoted_accuracy"], place, "|", color="black", markersize=16, markeredgewidth=1.8, zorder=5)
        labels[place] = "\n".join([name_model(cell), *textwrap.wrap(cell["words"], _LETTERS)])
    panel.set_yticks(range(len(lines)), [labels[place] for place in range(len(lines))], fontsize=6)
    panel.set_ylim(len(lines) - 0.5, -0.5)
    panel.grid(axis="y", linewidth=0)


def _legend(figure: Figure) -> tuple[list, list[str]]:
    panel = figure.axes[0]
    handles = [
        *(panel.plot([], [], "D", color=_COLOURS[which], markersize=5)[0] for which in _NAMES),
        panel.plot([], [], "o", color=SKY, markeredgecolor=BLUE, markersize=4)[0],
        panel.plot([], [], "|", color="black", markersize=11, markeredgewidth=1.8)[0],
    ]
    return handles, [f"mean, {_NAMES[False]}", f"mean, {_NAMES[True]}", "one seed", "quoted in Table 2"]
