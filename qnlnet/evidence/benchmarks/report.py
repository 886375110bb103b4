"""What becomes of the benchmarks' rows: Markdown tables, growth exponents, and the figures of merit."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from qnlnet.evidence.benchmarks.names import COMPILED_LOOP, COMPILED_LOOP_LINEAR, ENGINE, LAYER, OURS, REST, WHOLE
from qnlnet.tables.formats import markdown_table
from qnlnet.tables.layout import MISSING

_GENERATED = "<!-- Generated from the benchmark's rows; do not edit. -->\n\n"
# Where growth is fitted: small sizes are spent on calls, not on what grows.
_FIT_FROM = {"qubits": 6, "r": 4, "D": 2, "replicas": 2, "images": 1000}


def format_seconds(seconds: float) -> str:
    """Returns a time with three digits and its unit, such as ``12.3 µs``."""
    if math.isnan(seconds):
        return MISSING
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            break
    value = seconds * factor
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{min(digits, 3)}f} {unit}"


def format_ratio(ratio: float) -> str:
    """Returns a ratio with three digits, such as ``33.1×``."""
    return f"{ratio:.0f}×" if ratio >= 100 else f"{ratio:.1f}×" if ratio >= 10 else f"{ratio:.2f}×"


def figures_of_merit(rows: pd.DataFrame, training_rows: pd.DataFrame) -> dict[str, float]:
    """Returns the six figures that say how fast the suite is, from rows of one run."""
    engine_1024 = _median(rows, ENGINE, OURS, 1024)
    step, linear = (
        training_rows.set_index(["model", "contestant"]).median_seconds[("MNIST CNN", name)]
        for name in (COMPILED_LOOP, COMPILED_LOOP_LINEAR)
    )
    return {
        "layer_batch1_vs_best_peer": round(_ratio_to_best_peer(rows, LAYER, 1), 2),
        "layer_batch128_vs_best_peer": round(_ratio_to_best_peer(rows, LAYER, 128), 2),
        "engine_batch1_vs_jax": round(_ratio_to_best_peer(rows, ENGINE, 1), 2),
        "engine_batch1024_vs_jax": round(_ratio_to_best_peer(rows, ENGINE, 1024), 2),
        "step_vs_linear_layer": round(step / linear, 3),
        "microseconds_per_row": round(engine_1024 / 1024 * 1e6, 4),
    }


def _select(rows: pd.DataFrame, kind: str, batch: int) -> pd.Series:
    chosen = rows[(rows.benchmark == kind) & (rows.num_qubits == 4) & (rows.r == 1) & (rows.D == 1)]
    return chosen[chosen.batch == batch].set_index("contestant").median_seconds


def _median(rows: pd.DataFrame, kind: str, contestant: str, batch: int) -> float:
    return float(_select(rows, kind, batch)[contestant])


def _ratio_to_best_peer(rows: pd.DataFrame, kind: str, batch: int) -> float:
    medians = _select(rows, kind, batch)
    return float(medians.drop(OURS).min() / medians[OURS])


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


def describe_growth(what: str, rows: pd.DataFrame) -> str:
    """Returns the law fitted to the times: a power of the size, or for qubits a factor per qubit."""
    chosen = rows[rows["size"] >= _FIT_FROM[what]]
    scale: Callable[[pd.Series], pd.Series] = (lambda size: size) if what == "qubits" else np.log
    slope = float(np.polyfit(scale(chosen["size"]), np.log(chosen.median_seconds), 1)[0])
    law = f"{math.exp(slope):.2f} for each qubit" if what == "qubits" else f"{what}^{slope:.2f}"
    return f"{law}, from {_FIT_FROM[what]}"


TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "layer": layer_table,
    "training": training_table,
    "profile": profile_table,
    "scaling": scaling_table,
}
