"""Accuracy against shots and against depolarizing noise: a line per ansatz, all seeds as thin lines behind it."""

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from qnlnet.figures.style import BLUE, GREEN, ORANGE
from qnlnet.records import CELL_COLUMNS, dataset_label, dataset_mark, dataset_notes, reducer_label

_COLOURS = (BLUE, ORANGE, GREEN)
_MARKERS = ("o", "s", "^")
_KINDS = {"shots": "measurements per image", "depolarizing": "depolarizing probability of two-qubit gates"}
_WITHOUT = {"shots": "exact", "depolarizing": "none"}  # what the exact simulator stands for
_GAP = 1.0  # between the last level and the exact simulator, in steps between levels


def plot_noise(rows: pd.DataFrame) -> Figure:
    """Returns a figure with a line of panels for each kind of noise and a column for each dataset and reducer.

    Args:
        rows: Rows of noise.csv, some of them of shots or depolarizing noise.
    """
    kinds = [kind for kind in _KINDS if (rows.noise == kind).any()]
    columns = list(rows.groupby(["dataset", "classes", "reducer"], sort=False))
    figure = Figure(figsize=(1.0 + 2.9 * len(columns), 1.1 + 2.6 * len(kinds)), layout="constrained")
    grid = figure.subplots(len(kinds), len(columns), squeeze=False)
    for line, kind in zip(grid, kinds, strict=True):
        for panel, ((dataset, classes, reducer), own) in zip(line, columns, strict=True):
            _draw(panel, own[own.noise == kind], kind)
            mark = dataset_mark(dataset, bool(own.data_official.all()))
            title = f"{dataset_label(dataset, classes)}, {reducer_label(reducer)} {mark}".rstrip()
            panel.set_title(title, fontsize=9, fontweight="bold")
        line[0].set_ylabel("accuracy (%)")
    _annotate(figure, rows)
    return figure


def _draw(panel: Axes, rows: pd.DataFrame, kind: str) -> None:
    levels = sorted(set(rows.level), key=float)
    # No noise is at the right end of the shots and at the left end of the probabilities.
    exact_at = len(levels) - 1 + _GAP if kind == "shots" else -_GAP
    ansaetze = _ansaetze(rows)
    for _, cell in rows.groupby(list(CELL_COLUMNS), sort=False):
        style = _style(ansaetze.index(cell.ansatz.iloc[0]))
        accuracy = cell.pivot(index="level", columns="seed", values="accuracy").reindex(levels)
        exact = cell.drop_duplicates("seed").exact_accuracy
        panel.plot(range(len(levels)), accuracy, color=style["color"], linewidth=0.6, alpha=0.3, zorder=2)
        panel.plot(range(len(levels)), accuracy.mean(axis=1), linewidth=1.6, markersize=3.5, zorder=4, **style)
        panel.plot([exact_at] * len(exact), exact, "_", color=style["color"], markersize=7, alpha=0.4, zorder=2)
        panel.plot(exact_at, exact.mean(), markersize=3.5, zorder=4, **style)
    ticks = [*range(len(levels)), exact_at]
    panel.set_xticks(ticks, [*levels, _WITHOUT[kind]], rotation=90 if kind == "shots" else 0, fontsize=7)
    panel.set_xlabel(_KINDS[kind], fontsize=8)
    low, high = panel.get_ylim()
    panel.set_ylim(low, min(high, 100 + 0.05 * (100 - low)))  # where all are right, there is nothing above 100 %


def _ansaetze(rows: pd.DataFrame) -> list[str]:
    return sorted(rows.ansatz.unique())


def _style(number: int) -> dict[str, Any]:
    return {"color": _COLOURS[number % len(_COLOURS)], "marker": _MARKERS[number % len(_MARKERS)]}


def _annotate(figure: Figure, rows: pd.DataFrame) -> None:
    names: Sequence[str] = _ansaetze(rows)
    handles = [
        Line2D([], [], label=f"ansatz {name}, mean over seeds", linewidth=1.6, markersize=4, **_style(number))
        for number, name in enumerate(names)
    ]
    handles.append(Line2D([], [], label="one seed", color="0.4", linewidth=0.6, alpha=0.6))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=8)
    notes = dataset_notes(zip(rows.dataset, rows.data_official, strict=True))
    characters = int(figure.get_figwidth() * 18)
    lines = [textwrap.fill(note, characters) for note in ["Panels have scales of their own.", *notes]]
    figure.supxlabel("\n".join(lines), fontsize=7, x=0.01, ha="left")
