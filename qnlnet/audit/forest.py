"""The differences of a comparison as a figure: one line per change, a point and its interval for each cell."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.figures.style import BLUE, GREEN, ORANGE, frame_differences
from qnlnet.records import dataset_label, reducer_label

_COLOURS = (BLUE, ORANGE, GREEN)
_MARKERS = ("o", "s", "^")


def plot_comparisons(comparisons: pd.DataFrame) -> Figure:
    """Returns a figure with a panel for each reducer and dataset."""
    changes = list(dict.fromkeys(comparisons.change))
    panels = list(comparisons.groupby(["reducer", "dataset", "classes"], sort=False))
    figure, axes = plt.subplots(
        1,
        len(panels),
        figsize=(2.2 + 2.7 * len(panels), 1.2 + 0.42 * len(changes)),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for panel, ((reducer, dataset, classes), rows) in zip(axes[0], panels, strict=True):
        _draw(panel, rows, changes)
        panel.set_title(f"{reducer_label(reducer)}, {dataset_label(dataset, classes)}", fontsize=9)
    axes[0, 0].set_yticks(range(len(changes)), changes, fontsize=8)
    axes[0, 0].set_ylim(len(changes) - 0.5, -0.5)
    figure.supxlabel("Difference in test accuracy (percentage points), mean and 95 % interval", fontsize=9)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), fontsize=8, frameon=False)
    return figure


def _draw(panel: Axes, rows: pd.DataFrame, changes: list[str]) -> None:
    ansaetze = sorted(rows.ansatz.unique())
    for number, ansatz in enumerate(ansaetze):
        own = rows[rows.ansatz == ansatz]
        heights = [changes.index(change) + 0.22 * (number - (len(ansaetze) - 1) / 2) for change in own.change]
        reach = [own.difference - own.low, own.high - own.difference]
        panel.errorbar(
            own.difference,
            heights,
            xerr=reach,
            fmt=_MARKERS[number % 3],
            color=_COLOURS[number % 3],
            markersize=4,
            linewidth=1,
            label=f"ansatz {ansatz}",
        )
    frame_differences(panel)
