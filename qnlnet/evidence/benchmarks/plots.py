"""The benchmarks as figures."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.evidence.benchmarks.formats import format_seconds
from qnlnet.evidence.benchmarks.names import COMPILED_LOOP, ENGINE, EXACT, LAYER, OURS
from qnlnet.evidence.benchmarks.workload_tables import format_microseconds
from qnlnet.figures import figure_style

# Okabe and Ito's colours, distinct to colour-blind eyes; ours is the same everywhere.
_OURS = {"color": "#0072B2", "marker": "D", "linewidth": 2.0, "zorder": 5}
_PEERS = [
    {"color": "#D55E00", "marker": "s"},
    {"color": "#E69F00", "marker": "^"},
    {"color": "#009E73", "marker": "o"},
    {"color": "#CC79A7", "marker": "v"},
]


def _looks(names: list[str]) -> dict[str, dict]:
    peers = iter(_PEERS)
    return {name: _OURS if name == EXACT or name.startswith(OURS) else next(peers) for name in names}


def plot_layer(rows: pd.DataFrame) -> Figure:
    """Draws time against batch, a panel for the layer in torch and the engine, at both depths."""
    with figure_style():
        figure = Figure(figsize=(9.6, 7.6), layout="constrained")
        for number, (kind, depth) in enumerate((kind, depth) for kind in (LAYER, ENGINE) for depth in (1, 3)):
            ax = figure.add_subplot(2, 2, number + 1)
            chosen = rows[(rows.benchmark == kind) & (rows.num_qubits == 4) & (rows.r == depth)]
            _draw_lines(ax, chosen, "batch")
            ax.set_title(f"{kind.capitalize()}, 4 qubits, r = D = {depth}", fontweight="bold")
            ax.set_xlabel("rows in a batch")
            ax.set_ylabel("seconds per call")
            if depth == 3:
                ax.legend(fontsize=7.5)
        return figure


def plot_training(rows: pd.DataFrame) -> Figure:
    """Draws the time of a training step as bars, a panel per model."""
    panels = {model: rows[rows.model == model] for model in dict.fromkeys(rows.model)}
    seconds = {model: chosen.set_index("contestant").median_seconds for model, chosen in panels.items()}
    return _draw_bars(seconds, COMPILED_LOOP, format_seconds, "microseconds per step at batch size 1 (logarithmic)")


def plot_scaling(rows: pd.DataFrame) -> Figure:
    """Draws time against qubits, r and D, replicas and images."""
    panels = [
        ("qubits", "qubits (64 rows, r = D = 1)"),
        ("r", "repetitions r, or D (64 rows, 4 qubits)"),
        ("replicas", "replicas (MNIST CNN, 4 epochs of 5,000 images)"),
        ("images", "images evaluated (MNIST CNN)"),
    ]
    with figure_style():
        figure = Figure(figsize=(9.6, 7.6), layout="constrained")
        for number, (what, label) in enumerate(panels):
            ax = figure.add_subplot(2, 2, number + 1)
            if what == "r":
                repetitions = rows[rows.grows.isin(["r", "D"])]
                _draw_lines(ax, repetitions.assign(contestant=f"{OURS}, " + repetitions.grows + " grows"), "size")
                ax.lines[-1].set(linestyle="--", marker="o")
            else:
                _draw_lines(ax, rows[rows.grows == what], "size")
            if what == "qubits":  # exponential growth is a straight line on a linear axis of qubits
                ax.set_xscale("linear")
            ax.set_xlabel(label)
            ax.set_ylabel("seconds per call")
            ax.legend(fontsize=7.5)
        return figure


def plot_workloads(rows: pd.DataFrame) -> Figure:
    """Draws the time of a row as bars in float64, a panel per workload."""
    exact = rows[rows.dtype == "float64"]
    panels = {workload: exact[exact.workload == workload] for workload in dict.fromkeys(rows.workload)}
    seconds = {
        workload: chosen.set_index("contestant").median_seconds / chosen.batch.iloc[0]
        for workload, chosen in panels.items()
    }
    label = "microseconds per row, values and gradients in float64 (logarithmic)"
    return _draw_bars(seconds, OURS, format_microseconds, label)


def plot_depth(rows: pd.DataFrame) -> Figure:
    """Draws time against layers, rows and qubits."""
    panels = [
        ("layers, W1", "layers (W1: 12,544 rows, 4 qubits)"),
        ("layers, W2", "layers (W2: 8,192 rows of 16 amplitudes)"),
        ("rows, W1", "rows (W1: 4 qubits, 2 layers)"),
        ("qubits, 1 layer", "qubits (64 rows, 1 layer)"),
        ("qubits, 2 layers", "qubits (64 rows, 2 layers)"),
    ]
    with figure_style():
        figure = Figure(figsize=(9.6, 11.0), layout="constrained")
        for number, (what, label) in enumerate(panels):
            ax = figure.add_subplot(3, 2, number + 1)
            _draw_lines(ax, rows[rows.grows == what], "size")
            if what.startswith("qubits"):
                ax.set_xscale("linear")
            ax.set_xlabel(label)
            ax.set_ylabel("seconds per call")
            ax.legend(fontsize=7.5)
        return figure


def _draw_bars(panels: Mapping[str, pd.Series], ours: str, describe: Callable[[float], str], label: str) -> Figure:
    """Draws seconds by contestant as bars, a panel below the other; those whose names begin with `ours` stand out."""
    with figure_style():
        figure = Figure(figsize=(9.6, 2.6 * len(panels) + 0.6), layout="constrained")
        for number, (title, times) in enumerate(panels.items()):
            ax = figure.add_subplot(len(panels), 1, number + 1)
            times = times.iloc[::-1]
            colours = [_OURS["color"] if name.startswith(ours) else "#999999" for name in times.index]
            ax.barh(times.index, times * 1e6, color=colours)
            for y, seconds in enumerate(times):
                ax.annotate(f" {describe(seconds)}", (seconds * 1e6, y), va="center", fontsize=8)
            ax.set_xscale("log")
            ax.set_xlim(right=times.max() * 1e6 * 4)
            ax.grid(axis="y", visible=False)
            ax.set_title(title, fontweight="bold")
        ax.set_xlabel(label)
        return figure


def _draw_lines(ax: Axes, rows: pd.DataFrame, x: str) -> None:
    looks = _looks(list(dict.fromkeys(rows.contestant)))
    for name, look in looks.items():
        line = rows[rows.contestant == name].sort_values(x)
        ax.fill_between(
            line[x], line.fastest_seconds, line.slowest_seconds, color=look["color"], alpha=0.2, linewidth=0
        )
        ax.plot(line[x], line.median_seconds, label=name, markersize=5, **look)
    ax.set_xscale("log")
    ax.set_yscale("log")
    sizes = sorted(set(rows[x]))
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.minorticks_off()
    decades = np.log10([rows.fastest_seconds.min(), rows.slowest_seconds.max()])
    ax.set_ylim(10 ** np.floor(decades[0] - 0.05), 10 ** np.ceil(decades[1] + 0.05))


FIGURES: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "layer": plot_layer,
    "training": plot_training,
    "scaling": plot_scaling,
    "workloads": plot_workloads,
    "depth": plot_depth,
}
