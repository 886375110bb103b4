"""What trained circuits add over what stands in their place: a line for each twin, a panel for each dataset."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.figures.style import BLUE, figure_style, frame_differences
from qnlnet.records import dataset_label, model_label
from qnlnet.tables.twins import say_settings, summarise_twins


def build_twins(seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure; see `qnlnet.tables.twins.summarise_twins` for the numbers and the errors."""
    table = summarise_twins(seed_rows)
    twins = table[table.difference.notna()]
    if twins.empty:  # nothing is compared, and the panel says so
        twins = twins.reindex([0]).assign(dataset="", classes="", model="", settings="")
    twins = twins.assign(label=[_label(row) for row in twins.to_dict("records")])
    labels = list(dict.fromkeys(twins.label))
    panels = list(twins.groupby(["dataset", "classes"], sort=False))
    with figure_style():
        figure, axes = plt.subplots(
            1,
            len(panels),
            figsize=(3.4 + 2.3 * len(panels), 1.1 + 0.26 * len(labels)),
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
        for panel, ((dataset, classes), rows) in zip(axes[0], panels, strict=True):
            _draw(panel, rows, labels)
            panel.set_title(dataset_label(dataset, classes) if dataset else "no twins", fontsize=9)
        axes[0, 0].set_yticks(range(len(labels)), labels, fontsize=8)
        axes[0, 0].set_ylim(len(labels) - 0.5, -0.5)
        text = "Test accuracy with trained circuits minus that without (percentage points), mean and 95 % interval"
        figure.supxlabel(text, fontsize=9)
    return figure


def _label(row: dict) -> str:
    return f"{model_label(row['model'])}: {say_settings(row)}" if row["model"] else ""


def _draw(panel: Axes, rows: pd.DataFrame, labels: list[str]) -> None:
    known = rows[rows.difference.notna()]
    heights = [labels.index(label) for label in known.label]
    reach = [(known.difference - known.low).fillna(0), (known.high - known.difference).fillna(0)]
    panel.errorbar(known.difference, heights, xerr=reach, fmt="o", color=BLUE, markersize=4, linewidth=1)
    frame_differences(panel)
