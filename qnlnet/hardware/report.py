"""What a reader sees of hardware.csv: a table, and exact against measured expectation values."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qnlnet.errors import LedgerError
from qnlnet.figures import figure_style, write_figure
from qnlnet.figures.style import AMBER, BLUE, GREEN, ORANGE, PINK, SKY
from qnlnet.files import write_file
from qnlnet.hardware.ledger import Submission, submission_exists
from qnlnet.hardware.results import TABLE, Outcome, read_outcome
from qnlnet.records import dataset_label, dataset_mark, dataset_notes, read_hardware_rows, reducer_label
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING, signed

_COLOURS = (BLUE, AMBER, GREEN, PINK, ORANGE, SKY)
_HEADER = (
    *("Device", "Dataset", "Reducer", "Ansatz", "Images × shots", "Mitigation", "Accuracy", "95 % interval", "Exact"),
    *("Mean abs. error", "By shots alone", "Two-qubit gates", "QPU s, estimated", "QPU s, used"),
)
_SUMMARY_HEADER = (
    *("Device", "Mitigation", "Rows", "Mean abs. error", "By shots alone", "Same labels", "Accuracy − exact"),
    "Exact in the interval",
)
_SUMMARY_NOTE = (
    "Means over all rows. Same labels: images in percent that get the exact simulator's label. Accuracy − exact: in "
    "points. Exact in the interval: rows whose 95 % interval holds the exact simulator's accuracy."
)
_NOTE = (
    "Accuracy on the images that were drawn, with its interval (Wilson), beside what the exact simulator gives on the "
    "same images. Mean absolute error: of the expectation values against the exact ones; “by shots alone” is what it "
    "would be on a device without noise. QPU seconds by our estimate; simulated devices use none."
)


def report_is_current(root: Path) -> bool:
    """Returns whether table and figure are there and not older than hardware.csv, or there is nothing to report."""
    table = root / TABLE
    if not table.exists():
        return True
    files = [root / name for name in ("hardware.md", "summary.md", "hardware.png", "hardware.svg")]
    return all(path.exists() and path.stat().st_mtime_ns >= table.stat().st_mtime_ns for path in files)


def write_report(root: Path, say: Callable[[str], None] = print, others: Sequence[Path] = ()) -> list[Path]:
    """Writes hardware.md, summary.md, hardware.png and hardware.svg beside hardware.csv and returns the paths.

    Args:
        root: The ledger.
        say: Gets a sentence for each row whose submission is missing or damaged, and so is not in the figure.
        others: Ledgers that hold the submissions of some rows.

    Raises:
        ResultsError: The table is missing or damaged, or the folder cannot be written.
    """
    rows = read_hardware_rows(root / TABLE)
    paths = [
        write_file(root / "hardware.md", format_table(rows).encode()),
        write_file(root / "summary.md", format_summary(rows).encode()),
    ]
    outcomes: dict[str, Outcome] = {}
    for key in rows.key:
        try:
            home = next((one for one in (root, *others) if submission_exists(one, key)), root)
            outcomes[key] = read_outcome(Submission(home / key))
        except LedgerError as error:
            say(f"The figure leaves {key} out: {error}")
    if outcomes:
        paths += write_figure(build_figure(rows[rows.key.isin(list(outcomes))], outcomes), root, "hardware")
    return paths


def format_table(rows: pd.DataFrame) -> str:
    """Returns the rows as Markdown."""
    lines = [[_cell(name, row) for name in _HEADER] for row in rows.to_dict("records")]
    notes = [_NOTE, *dataset_notes(zip(rows.dataset, rows.data_official, strict=True))]
    body = markdown_table(_HEADER, lines, num_text_columns=6).rstrip()
    return "\n\n".join(["<!-- Generated from hardware.csv; do not edit. -->", body, *notes]) + "\n"


def format_summary(rows: pd.DataFrame) -> str:
    """Returns the means over all rows of a device and a mitigation as Markdown."""
    lines = []
    for (device, mitigation), group in rows.groupby(["device", "mitigation"], sort=False):
        difference = (group.accuracy - group.exact_accuracy).mean()
        inside = ((group.accuracy_low <= group.exact_accuracy) & (group.exact_accuracy <= group.accuracy_high)).sum()
        lines.append(
            [
                str(device),
                str(mitigation),
                str(len(group)),
                f"{group.mean_absolute_error.mean():.4f}",
                f"{group.shot_noise_error.mean():.4f}",
                f"{group.agreement.mean():.1f}",
                signed(difference),
                f"{inside}/{len(group)}",
            ]
        )
    body = markdown_table(_SUMMARY_HEADER, lines, num_text_columns=2).rstrip()
    return "\n\n".join(["<!-- Generated from hardware.csv; do not edit. -->", body, _SUMMARY_NOTE]) + "\n"


def _cell(name: str, row: dict[str, Any]) -> str:
    mark = dataset_mark(row["dataset"], row["data_official"])
    used = row["used_seconds"]
    return {
        "Device": row["device"],
        "Dataset": f"{dataset_label(row['dataset'], row['classes'])} {mark}".rstrip(),
        "Reducer": reducer_label(row["reducer"]),
        "Ansatz": row["ansatz"],
        "Images × shots": f"{row['images']} × {row['shots']:,}",
        "Mitigation": row["mitigation"],
        "Accuracy": f"{row['accuracy']:.1f}",
        "95 % interval": f"{row['accuracy_low']:.1f} to {row['accuracy_high']:.1f}",
        "Exact": f"{row['exact_accuracy']:.1f}",
        "Mean abs. error": f"{row['mean_absolute_error']:.4f}",
        "By shots alone": f"{row['shot_noise_error']:.4f}",
        "Two-qubit gates": str(row["two_qubit_gates"]),
        "QPU s, estimated": f"{row['estimated_seconds']:.0f}",
        "QPU s, used": MISSING if np.isnan(used) else f"{used:.0f}",
    }[name]


def build_figure(rows: pd.DataFrame, outcomes: Mapping[str, Outcome]) -> Figure:
    """Returns exact against measured expectation values, a panel for each device, dataset and reducer.

    Args:
        rows: Rows of hardware.csv.
        outcomes: The outcome of each, by its key.
    """
    devices = list(dict.fromkeys(rows.device))
    kinds = list(dict.fromkeys(zip(rows.dataset, rows.classes, rows.reducer, strict=True)))
    mitigations = list(dict.fromkeys(rows.mitigation))
    with figure_style():
        figure = Figure(figsize=(2.5 * len(kinds) + 0.6, 2.5 * len(devices) + 0.9), layout="constrained")
        grid = figure.subplots(len(devices), len(kinds), squeeze=False, sharex=True, sharey=True)
        for axes, device in zip(grid, devices, strict=True):
            for ax, kind in zip(axes, kinds, strict=True):
                dataset, classes, reducer = kind
                same = (rows.dataset == dataset) & (rows.classes == classes) & (rows.reducer == reducer)
                panel = rows[same & (rows.device == device)]
                if panel.empty:
                    ax.set_axis_off()
                    continue
                _draw_panel(ax, panel, mitigations, outcomes)
                ax.set_title(f"{device}\n{dataset_label(dataset, classes)}, {reducer_label(reducer)}", fontsize=8)
        figure.supxlabel("exact expectation value", fontsize=9)
        figure.supylabel("measured expectation value", fontsize=9)
        handles = [
            grid[0, 0].plot([], [], "o", color=colour, markersize=4, label=f"mitigation: {mitigation}")[0]
            for mitigation, colour in zip(mitigations, _cycle(len(mitigations)), strict=True)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, fontsize=8)
    return figure


def _draw_panel(ax: Axes, rows: pd.DataFrame, mitigations: list[str], outcomes: Mapping[str, Outcome]) -> None:
    ax.plot([-1, 1], [-1, 1], color="#888888", linewidth=0.8, zorder=1)
    for mitigation, colour in zip(mitigations, _cycle(len(mitigations)), strict=True):
        shown = [outcomes[key] for key in rows[rows.mitigation == mitigation].key]
        if shown:
            exact = np.concatenate([outcome.exact_values for outcome in shown])
            measured = np.concatenate([outcome.values for outcome in shown])
            ax.plot(exact, measured, ".", color=colour, markersize=2.2, alpha=0.5, zorder=2, rasterized=True)
    ax.set_aspect("equal")
    ax.set_xlim(-1.08, 1.08)
    ax.set_ylim(-1.25, 1.25)


def _cycle(count: int) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(count)]
