"""The benchmarks of hybrid networks as Markdown tables: workloads, fidelity kernels, whole training steps."""

import math

import pandas as pd

from qnlnet.evidence.benchmarks.formats import format_ratio, format_seconds
from qnlnet.evidence.benchmarks.names import KERNEL_OURS, NETWORK_OURS, VJP_OURS
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING

_EPOCH = 60_000  # training images of MNIST


def workloads_table(rows: pd.DataFrame) -> str:
    """Returns time and memory of each contestant, a table per workload."""
    parts = []
    for workload, group in rows.groupby("workload", sort=False):
        batch, qubits, layers = (group[name].iloc[0] for name in ("batch", "num_qubits", "layers"))
        table = []
        for name in dict.fromkeys(group.contestant):
            cells = [name]
            for dtype in ("float32", "float64"):
                found = group[(group.contestant == name) & (group.dtype == dtype)]
                ours = group[(group.contestant == VJP_OURS) & (group.dtype == dtype)].median_seconds.iloc[0]
                if found.empty:
                    cells += [MISSING] * 3
                    continue
                row = found.iloc[0]
                cells += [format_microseconds(row.median_seconds / batch), format_mib(row.peak_mib)]
                cells.append(format_ratio(row.median_seconds / ours))
            table.append(cells)
        title = f"{workload}: {batch:,} rows, {qubits} qubits, {layers} layer{'s' if layers > 1 else ''}"
        header = [
            f"{title}",
            *(f"{dtype}{what}" for dtype in ("f32", "f64") for what in (", µs/row", ", MiB", " / ours")),
        ]
        parts.append(markdown_table(header, table, 1))
    return "\n".join(parts)


def kernels_table(rows: pd.DataFrame) -> str:
    """Returns the time of a fidelity kernel, a line per contestant."""
    ours = rows[rows.contestant == KERNEL_OURS].median_seconds.iloc[0]
    table = [
        [
            row.contestant,
            f"{row.timed_images:,}",
            format_seconds(row.median_seconds),
            format_ratio(row.median_seconds / ours),
        ]
        for row in rows.itertuples()
    ]
    images, qubits = rows.images.iloc[0], rows.num_qubits.iloc[0]
    title = f"{images:,} × {images:,} fidelities, {qubits} qubits"
    return markdown_table([title, "Images timed", "Time for all", "/ ours"], table, 1)


def networks_table(rows: pd.DataFrame) -> str:
    """Returns the time of a training step and of an epoch of MNIST, a line per network and contestant."""
    batch, table = rows.batch.iloc[0], []
    steps = math.ceil(_EPOCH / batch)
    for network, group in rows.groupby("network", sort=False):
        ours = group[group.contestant == NETWORK_OURS].median_seconds.iloc[0]
        for row in group.itertuples():
            seconds = row.median_seconds
            times = format_seconds(seconds), format_seconds(steps * seconds), format_ratio(seconds / ours)
            table.append([str(network), row.contestant, *times])
    heads = [f"Steps of {batch} images", "Who", "A step", f"An epoch of {_EPOCH:,} images", "/ ours"]
    return markdown_table(heads, table, 2)


def format_microseconds(seconds: float) -> str:
    """Returns a time in microseconds with three digits and no unit, for a column that is compared."""
    value = seconds * 1e6
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:,.{min(digits, 3)}f}"


def format_mib(mib: float) -> str:
    """Returns MiB, or a dash where none were measured."""
    return MISSING if math.isnan(mib) else f"{mib:,.0f}"
