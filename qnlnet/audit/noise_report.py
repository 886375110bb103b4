"""What a reader sees of noise.csv: compact tables, and the rehearsals with mitigation beside them."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from qnlnet.audit.noise_figure import plot_noise
from qnlnet.audit.noise_rows import TABLE, read_noise_rows
from qnlnet.figures import figure_style, write_figure
from qnlnet.files import write_file
from qnlnet.records import (
    CELL_COLUMNS,
    dataset_label,
    dataset_mark,
    dataset_notes,
    read_hardware_rows,
    reducer_label,
)
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING, signed

_CELL_HEADER = ["Dataset", "Reducer", "Ansatz", "Seeds"]
_HEADINGS = {
    "shots": "Shots: accuracy by measurements per image, without other noise",
    "depolarizing": "Depolarizing noise: accuracy by the probability at two-qubit gates",
    "device": "Noise of devices: accuracy, in brackets the images that keep their label",
}
_DEVICE_NOTE = (
    "The noise models of simulated devices, without mitigation. Without shots, expectation values are exact, and only "
    "gates are noisy; errors of measuring show where measurements are counted. Mean absolute error of the expectation "
    "values: {errors}."
)
_MITIGATION_HEADER = (
    *("Device", "Mitigation", "Dataset", "Reducer", "Rows", "Exact", "Accuracy − exact", "Same labels"),
    *("Mean abs. error", "By shots alone"),
)
_MITIGATION_NOTE = (
    "Means over the rows of {source} that were rehearsed on simulated devices, {images} images and {shots} shots each; "
    "accuracies in percent, differences in points. “By shots alone” is the mean absolute error on a device without "
    "noise."
)


def write_noise(directory: Path | str) -> list[Path]:
    """Writes noise.md, noise.png and noise.svg from noise.csv, and returns the paths.

    The rehearsals are those of the folder ``hardware`` beside `directory`; without it their table is left out.

    Raises:
        ResultsError: A table cannot be read, or the folder cannot be written.
    """
    directory = Path(directory)
    rows = read_noise_rows(directory / TABLE)
    return [
        write_file(directory / "noise.md", format_noise(rows, read_rehearsals(directory)).encode("utf-8")),
        *draw_noise(rows, directory),
    ]


def draw_noise(rows: pd.DataFrame, directory: Path) -> list[Path]:
    """Writes noise.png and noise.svg and returns the paths; none where no kind of noise has a figure."""
    if not rows.noise.isin(["shots", "depolarizing"]).any():
        return []
    with figure_style():
        figure = plot_noise(rows)
    return write_figure(figure, directory, "noise")


def read_rehearsals(directory: Path) -> pd.DataFrame:
    """Returns the rows of the hardware.csv beside a folder that come from simulated devices.

    Raises:
        ResultsError: The table is damaged.
    """
    rows = read_hardware_rows(directory.resolve().parent / "hardware" / "hardware.csv", missing_ok=True)
    return rows[rows.device.str.startswith("fake-")]


def format_noise(rows: pd.DataFrame, rehearsals: pd.DataFrame) -> str:
    """Returns the tables as Markdown.

    Args:
        rows: Rows of noise.csv.
        rehearsals: Rows of hardware.csv; there may be none.
    """
    parts = ["<!-- Generated from noise.csv and the rehearsals' hardware.csv; do not edit. -->", _introduction(rows)]
    for noise, heading in _HEADINGS.items():
        own = rows[rows.noise == noise]
        if not own.empty:
            parts += [f"## {heading}", _table(own), *_notes(noise, own)]
    if not rehearsals.empty:
        parts += ["## Mitigation", _mitigation_table(rehearsals), _mitigation_note(rehearsals)]
    columns = ["dataset", "data_official"]
    marked = [row for frame in (rows, rehearsals) if len(frame) for row in frame[columns].itertuples(index=False)]
    parts += dataset_notes((row.dataset, row.data_official) for row in marked)
    return "\n\n".join(parts) + "\n"


def _introduction(rows: pd.DataFrame) -> str:
    images = "/".join(f"{count:,}" for count in sorted(rows.images.unique()))
    return (
        f"Accuracy in percent of trained models on {images} test images, drawn once per dataset; means over the seeds. "
        "Exact: the exact simulator on the same images. Nothing was trained with noise."
    )


def _table(rows: pd.DataFrame) -> str:
    levels = list(dict.fromkeys(rows.level))
    is_device = rows.noise.iloc[0] == "device"
    lines = []
    for _, cell in rows.groupby(list(CELL_COLUMNS), sort=False):
        first = cell.iloc[0]
        mark = dataset_mark(first.dataset, bool(first.data_official))
        line = [
            f"{dataset_label(first.dataset, first.classes)} {mark}".rstrip(),
            reducer_label(first.reducer),
            first.ansatz,
            str(cell.seed.nunique()),
            f"{cell.drop_duplicates('seed').exact_accuracy.mean():.1f}",
        ]
        for level in levels:
            own = cell[cell.level == level]
            line.append(
                f"{own.accuracy.mean():.1f}" + (f" ({own.same_labels.mean():.1f})" if is_device else "")
                if len(own)
                else MISSING
            )
        lines.append(line)
    shown = [f"{int(level):,}" for level in levels] if rows.noise.iloc[0] == "shots" else levels
    return markdown_table([*_CELL_HEADER, "Exact", *shown], lines, 3).rstrip()


def _notes(noise: str, rows: pd.DataFrame) -> Iterable[str]:
    if noise == "shots":
        yield _shots_note(rows)
    elif noise == "depolarizing":
        yield _depolarizing_note(rows)
    else:
        errors = "; ".join(
            f"{device}: {own.mean_absolute_error.mean():.4f}" for device, own in rows.groupby("level", sort=False)
        )
        yield _DEVICE_NOTE.format(errors=errors)


def _shots_note(rows: pd.DataFrame) -> str:
    difference = rows.accuracy - rows.expected_accuracy
    error = math.sqrt((rows.expected_spread**2).sum())
    errors = f", {abs(difference.sum()) / error:.1f} standard errors from 0" if error else ""
    return (
        "Beside calculation (binomial counts and the model's own threshold): measured minus expected accuracy is "
        f"{signed(difference.mean())} points on average over {len(rows):,} rows{errors}."
    )


def _depolarizing_note(rows: pd.DataFrame) -> str:
    known = rows[rows.expected_accuracy.notna()]
    text = (
        "One-qubit gates have a tenth of the probability; every gate of the circuit as it is drawn has noise, "
        "measuring has none; expectation values are exact."
    )
    if known.empty:
        return text
    furthest = (known.accuracy - known.expected_accuracy).abs().max()
    return (
        f"{text} In {len(known):,} of {len(rows):,} rows such noise multiplies the circuit's output by one number for "
        "all images, so that the accuracy can be calculated; the largest difference to what was simulated is "
        f"{furthest:.2f} points."
    )


def _mitigation_table(rows: pd.DataFrame) -> str:
    lines: list[Sequence[str]] = []
    keys = ["device", "mitigation", "dataset", "classes", "reducer"]
    order = rows.sort_values("device", kind="stable")
    for (device, mitigation, dataset, classes, reducer), own in order.groupby(keys, sort=False):
        mark = dataset_mark(dataset, bool(own.data_official.all()))
        lines.append(
            [
                device,
                mitigation,
                f"{dataset_label(dataset, classes)} {mark}".rstrip(),
                reducer_label(reducer),
                str(len(own)),
                f"{own.exact_accuracy.mean():.1f}",
                signed((own.accuracy - own.exact_accuracy).mean()),
                f"{own.agreement.mean():.1f}",
                f"{own.mean_absolute_error.mean():.4f}",
                f"{own.shot_noise_error.mean():.4f}",
            ]
        )
    return markdown_table(_MITIGATION_HEADER, lines, 4).rstrip()


def _mitigation_note(rows: pd.DataFrame) -> str:
    images, shots = ("/".join(f"{count:,}" for count in sorted(rows[name].unique())) for name in ("images", "shots"))
    return _MITIGATION_NOTE.format(source="`hardware/hardware.csv`", images=images, shots=shots)
