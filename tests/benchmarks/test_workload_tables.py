"""Tables, figures and figures of merit of the workloads, from made-up rows."""

import pandas as pd

from benchmarks.workloads import W1, W2, W3
from qnlnet.evidence.benchmarks import growth, merit, plots, report
from qnlnet.evidence.benchmarks.names import (
    FIDELITY_KERNEL,
    KERNEL_OURS,
    NETWORK_LINEAR,
    NETWORK_OURS,
    STATEVECTOR_KERNEL,
    VJP_FASTQML,
    VJP_JAX,
    VJP_JAX_FACTORS,
    VJP_LAYER,
    VJP_OURS,
    VJP_PREVIOUS,
    VJP_TENSORCIRCUIT,
)

SECONDS = {
    VJP_OURS: 1.0,
    VJP_LAYER: 1.5,
    VJP_JAX: 3.0,
    VJP_TENSORCIRCUIT: 40.0,
    VJP_FASTQML: 30.0,
    VJP_PREVIOUS: 12.0,
}


def made_up_workloads() -> pd.DataFrame:
    rows = []
    for workload in (W1, W2, W3):
        times = SECONDS | ({VJP_JAX_FACTORS: 0.5} if workload is W3 else {})
        case = {"num_qubits": workload.num_qubits, "layers": workload.layers, "batch": 1000}
        for dtype, factor in (("float32", 0.5), ("float64", 1.0)):
            for name, seconds in times.items():
                if dtype == "float32" and name == VJP_PREVIOUS:
                    continue
                row = {"workload": workload.name, "dtype": dtype, "contestant": name, "peak_mib": 12.3, **case}
                median = factor * seconds / 1000
                spread = {"fastest_seconds": median * 0.9, "slowest_seconds": median * 1.1}
                rows.append({**row, "median_seconds": median, **spread})
    return pd.DataFrame(rows)


def made_up_kernels() -> pd.DataFrame:
    times = {KERNEL_OURS: (4000, 1.0), STATEVECTOR_KERNEL: (1000, 70.0), FIDELITY_KERNEL: (12, 1e5)}
    rows = [(name, 8, 4000, timed, seconds) for name, (timed, seconds) in times.items()]
    return pd.DataFrame(rows, columns=["contestant", "num_qubits", "images", "timed_images", "median_seconds"])


def test_figures_of_workloads_are_ratios_in_double_precision() -> None:
    assert merit.figures_of_workloads(made_up_workloads(), made_up_kernels()) == {
        "w1_vs_best_library": 30.0,
        "w1_vs_jax_by_hand": 3.0,
        "w2_vs_best_library": 30.0,
        "w2_vs_jax_by_hand": 3.0,
        "w3_vs_best_library": 30.0,
        "w3_vs_jax_by_hand": 3.0,
        "w1_vs_cf19cff": 12.0,
        "kernel_vs_qiskit": 70.0,
        "layer_over_engine": 1.5,
    }


def test_workloads_have_a_table_each_with_memory_in_its_own_column() -> None:
    lines = report.TABLES["workloads"](made_up_workloads()).splitlines()
    assert sum(line.startswith("| W") for line in lines) == 3
    assert f"| {VJP_JAX} | 1.50 | 12 | 3.00× | 3.00 | 12 | 3.00× |" in lines
    assert f"| {VJP_PREVIOUS} | – | – | – | 12.0 | 12 | 12.0× |" in lines


def test_kernels_say_on_how_many_images_they_were_timed() -> None:
    lines = report.TABLES["kernels"](made_up_kernels()).splitlines()
    assert f"| {STATEVECTOR_KERNEL} | 1,000 | 70.0 s | 70.0× |" in lines


def test_networks_are_compared_with_ours() -> None:
    rows = pd.DataFrame(
        [("net", NETWORK_OURS, 64, 2e-3), ("net", NETWORK_LINEAR, 64, 1e-3)],
        columns=["network", "contestant", "batch", "median_seconds"],
    )
    assert f"| net | {NETWORK_LINEAR} | 1.00 ms | 938 ms | 0.50× |" in report.TABLES["networks"](rows).splitlines()


def made_up_depth() -> pd.DataFrame:
    rows = []
    for what, sizes in {
        "layers, W1": (2, 4),
        "layers, W2": (2, 4),
        "rows, W1": (784, 3136),
        "qubits, 1 layer": (8, 10),
        "qubits, 2 layers": (8, 10),
    }.items():
        rows += [(what, size, VJP_OURS, 1e-3 * size, 0.9e-3 * size, 1.1e-3 * size) for size in sizes]
    columns = ["grows", "size", "contestant", "median_seconds", "fastest_seconds", "slowest_seconds"]
    return pd.DataFrame(rows, columns=columns)


def test_growth_of_rows_layers_and_qubits_is_fitted() -> None:
    depth = made_up_depth()
    assert growth.describe_growth("rows, W1", depth[depth.grows == "rows, W1"]) == "rows^1.00, from 784"
    qubits = pd.DataFrame({"size": [8, 10, 12], "median_seconds": [1.0, 4.0, 16.0]})
    assert growth.describe_growth("qubits, 2 layers", qubits) == "2.00 for each qubit, from 8"
    assert "layers^1.00, from 2" in report.TABLES["depth"](depth)


def test_figures_have_a_panel_for_each_question() -> None:
    assert len(plots.FIGURES["workloads"](made_up_workloads()).axes) == 3
    assert len(plots.FIGURES["depth"](made_up_depth()).axes) == 5
