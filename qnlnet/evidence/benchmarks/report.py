"""What becomes of the benchmarks' rows: Markdown tables."""

import math
from collections.abc import Callable

import pandas as pd

from qnlnet.evidence.benchmarks import workload_tables
from qnlnet.evidence.benchmarks.formats import format_ratio, format_seconds
from qnlnet.evidence.benchmarks.growth import describe_growth
from qnlnet.evidence.benchmarks.names import COMPILED_LOOP, ENGINE, LAYER, OURS, REST, WHOLE
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING

_GENERATED = "<!-- Generated from the benchmark's rows; do not edit. -->\n\n"


def layer_table(rows: pd.DataFrame) -> str:
    """Returns the times of the layer and the engine, a line per case, with the ratio to the best peer."""
    parts = []
    for kind in (LAYER, ENGINE):
        chosen, table = rows[rows.benchmark == kind], []
        names = list(dict.fromkeys(chosen.contestant))
        for (num_qubits, r, D, batch), group in chosen.groupby(["num_qubits", "r", "D", "batch"]):
            medians = group.set_index("contestant").median_seconds.reindex(names)
            ratio = medians.drop(OURS).min() / medians[OURS]
            times = [format_seconds(seconds) for seconds in medians]
            table.append([f"{num_qubits}", f"{r}", f"{D}", f"{batch}", *times, format_ratio(ratio)])
        header = ["Qubits", "r", "D", "Batch", *names, "Best peer / ours"]
        parts.append(f"{_TITLES[kind]}\n\n{markdown_table(header, table, 0)}")
    return _GENERATED + "\n".join(parts)


_TITLES = {
    LAYER: "The quantum layer inside torch: forward and backward pass, gradients for inputs and weights.",
    ENGINE: "The engine's own call: NumPy rows in, values and Jacobian out.",
}


def training_table(rows: pd.DataFrame) -> str:
    """Returns the time of a training step, a line per contestant and a column per model."""
    medians = rows.pivot(index="contestant", columns="model", values="median_seconds")
    models = list(dict.fromkeys(rows.model))
    table = []
    for name in dict.fromkeys(rows.contestant):
        cells = []
        for model in models:
            seconds = medians.loc[name, model]
            ratio = format_ratio(seconds / medians.loc[COMPILED_LOOP, model])
            cells.append(f"{format_seconds(seconds)} ({ratio})")
        table.append([name, *cells])
    return _GENERATED + markdown_table(["One step at batch size 1", *models], table, 1)


def profile_table(rows: pd.DataFrame) -> str:
    """Returns where the time of a step goes, a table per model."""
    parts = []
    for model, group in rows.groupby("model", sort=False):
        whole = group.set_index("part").seconds[WHOLE]
        table = []
        for row in group.itertuples():
            has_floor = row.part not in (REST, WHOLE)
            floor = row.floor_seconds if has_floor else group.floor_seconds.sum() if row.part == WHOLE else math.nan
            table.append(
                [
                    row.part,
                    format_seconds(row.seconds),
                    f"{100 * row.seconds / whole:.0f} %",
                    format_seconds(floor),
                    MISSING if math.isnan(floor) else format_ratio(row.seconds / floor),
                ]
            )
        parts.append(markdown_table([str(model), "Time", "Share", "Floor", "Time / floor"], table, 1))
    return _GENERATED + "\n".join(parts)


def scaling_table(rows: pd.DataFrame) -> str:
    """Returns the growth of each series: first and last time, and the exponent between them."""
    table = []
    for (what, name), group in rows.groupby(["grows", "contestant"], sort=False):
        first, last = group.iloc[0], group.iloc[-1]
        table.append(
            [
                what,
                name,
                f"{first['size']}: {format_seconds(first.median_seconds)}",
                f"{last['size']}: {format_seconds(last.median_seconds)}",
                describe_growth(what, group),
            ]
        )
    header = ["Grows", "Who", "From", "To", "Growth"]
    return _GENERATED + markdown_table(header, table, 2)


TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "layer": layer_table,
    "training": training_table,
    "profile": profile_table,
    "scaling": scaling_table,
    "workloads": lambda rows: _GENERATED + workload_tables.workloads_table(rows),
    "kernels": lambda rows: _GENERATED + workload_tables.kernels_table(rows),
    "networks": lambda rows: _GENERATED + workload_tables.networks_table(rows),
    "depth": scaling_table,
}
