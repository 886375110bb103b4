"""The figures of merit: how fast the suite is, in one number for each question."""

import pandas as pd

from qnlnet.evidence.benchmarks.names import (
    COMPILED_LOOP,
    COMPILED_LOOP_LINEAR,
    ENGINE,
    KERNEL_OURS,
    LAYER,
    OURS,
    VJP_JAX,
    VJP_LAYER,
    VJP_LIBRARIES,
    VJP_OURS,
    VJP_PREVIOUS,
)


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


def figures_of_workloads(rows: pd.DataFrame, kernel_rows: pd.DataFrame) -> dict[str, float]:
    """Returns how many times as long as ours others take, in double precision.

    W3 by hand is the one in Kronecker halves; one that is written for wires that never meet stands in the table.
    `layer_over_engine` is the other way round: what the layer in torch takes, over the engine's own call.
    """

    def seconds(workload: str, *names: str) -> float:
        chosen = rows[rows.workload.str.startswith(workload + ",") & (rows.dtype == "float64")]
        return float(chosen[chosen.contestant.isin(names)].median_seconds.min())

    figures = {}
    for workload in ("W1", "W2", "W3"):
        ours, key = seconds(workload, VJP_OURS), workload.lower()
        figures[f"{key}_vs_best_library"] = seconds(workload, *VJP_LIBRARIES) / ours
        figures[f"{key}_vs_jax_by_hand"] = seconds(workload, VJP_JAX) / ours
    figures["w1_vs_cf19cff"] = seconds("W1", VJP_PREVIOUS) / seconds("W1", VJP_OURS)
    kernels = kernel_rows.set_index("contestant").median_seconds
    figures["kernel_vs_qiskit"] = float(kernels.drop(KERNEL_OURS).min() / kernels[KERNEL_OURS])
    figures["layer_over_engine"] = seconds("W1", VJP_LAYER) / seconds("W1", VJP_OURS)
    return {name: round(figure, 3) for name, figure in figures.items()}
