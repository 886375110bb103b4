"""How accuracy, convergence and training time grow with r and with D, all ansätze together."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from qnlnet import records
from qnlnet.figures.style import BLUE, GREEN, ORANGE, PINK, add_notes, figure_style
from qnlnet.tables import summarise_growth
from qnlnet.tables.growth import ALL, TIME_NOTE, VARIED

_COLOURS = (BLUE, ORANGE, GREEN, PINK)  # of readout qubits, the last qubit first
_LOOKS: dict[str, dict[str, Any]] = {
    "r": {"linestyle": "-", "marker": "o", "markersize": 5},
    "D": {"linestyle": "--", "marker": "s", "markersize": 5, "markerfacecolor": "white"},
}
_MEASURES = {
    "mean test accuracy (%)": lambda rows: rows["test_accuracy_mean"],
    "converged seeds (%)": lambda rows: 100 * rows["n_converged"] / rows["n_seeds"],
    "seconds per replica": lambda rows: rows["train_seconds_mean"],
}


def build_growth(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure: a column for each task, a line of panels for each measure.

    Raises:
        ResultsError: The rows are not acceptable, or two cells would stand in the same place.
    """
    growth = summarise_growth(seed_rows)
    growth = growth[growth["ansatz"] == ALL]
    tasks = list(growth.groupby(["dataset", "classes", "reducer"], sort=False))
    readouts = sorted(growth["readout_qubit"].unique(), reverse=True)
    colours = {readout: _COLOURS[index % len(_COLOURS)] for index, readout in enumerate(readouts)}
    with figure_style():
        size = (max(6.4, 2.6 * len(tasks)), 7.6)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.06))
        grid = figure.subplots(len(_MEASURES), len(tasks), squeeze=False)
        for column, (_, task) in enumerate(tasks):
            for line, (label, measure) in enumerate(_MEASURES.items()):
                ax = grid[line][column]
                _draw_panel(ax, task, measure, colours)
                if column == 0:
                    ax.set_ylabel(label)
            grid[0][column].set_title(_title(task), fontweight="bold", fontsize=10)
            grid[-1][column].set_xlabel("r or D")
        figure.align_ylabels()
        _annotate(figure, growth, colours)
    return figure


def _draw_panel(ax: Axes, task: pd.DataFrame, measure: Any, colours: dict[int, str]) -> None:
    for _, section in task.groupby("section", sort=False):
        colour = colours[section["readout_qubit"].iloc[0]]
        for varied in VARIED:
            rows = section[section["varied"] == varied]
            ax.plot(rows["value"], measure(rows), color=colour, **_LOOKS[varied])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.margins(x=0.12, y=0.12)
    if measure is _MEASURES["converged seeds (%)"]:
        ax.set_ylim(-5, 105)
    if measure is _MEASURES["seconds per replica"]:
        ax.set_ylim(bottom=0)


def _title(task: pd.DataFrame) -> str:
    first = task.iloc[0]
    mark = records.dataset_mark(first["dataset"], bool(task["data_official"].all()))
    label = f"{records.dataset_label(first['dataset'], first['classes'])}, {records.reducer_label(first['reducer'])}"
    return f"{label} {mark}".rstrip() + f"\n{first['epochs']} epochs"


def _annotate(figure: Figure, growth: pd.DataFrame, colours: dict[int, str]) -> None:
    handles = [
        Line2D([], [], color=colour, label=f"readout {readout}, by {varied}", **_LOOKS[varied])
        for readout, colour in colours.items()
        for varied in VARIED
    ]
    figure.legend(handles=handles, title="How accuracy, convergence and time grow with r and D", title_fontsize=11,
                  loc="outside upper center", ncols=4, frameon=False, fontsize=8.5, handlelength=3)  # fmt: skip
    notes = [
        "By r: all seeds of all ansätze and all D with that r; by D the other way round. With readout 0, r = 1 and "
        "D = 1 include circuits whose output is constant.",
        TIME_NOTE,
        *records.dataset_notes(zip(growth["dataset"], growth["data_official"], strict=True)),
    ]
    add_notes(figure, notes)
