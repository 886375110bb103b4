"""Runs in Catalyst's own environment: reads a workload as JSON, prints timings, results and peak memory as JSON.

Catalyst brings its own, older JAX, hence the process of its own; nothing of this project is imported here.
"""

import ctypes
import json
import os
import statistics
import sys
import time
from typing import Any

os.environ["JAX_ENABLE_X64"] = "1"


def build(task: dict[str, Any]) -> Any:
    """Compiles the gradient of every row's weighted sum of ⟨Z⟩, by the adjoint method, in one loop over rows."""
    import jax.numpy as jnp
    import pennylane as qml
    from catalyst import for_loop, value_and_grad

    n = task["num_qubits"]
    rotations = {"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ}

    @qml.qnode(qml.device("lightning.qubit", wires=n), diff_method="adjoint")
    def circuit(row, weights, cotangent):  # Catalyst would read types as JAX's
        for wire in range(n):
            qml.RY(row[wire], wires=wire)
        for name, wires, weight in task["gates"]:
            if weight < 0:
                qml.CNOT(wires=wires)
            else:
                rotations[name](weights[weight], wires=wires)
        return qml.expval(qml.Hamiltonian([cotangent[w] for w in range(n)], [qml.PauliZ(w) for w in range(n)]))

    @qml.qjit
    def run(rows, weights, cotangents):
        @for_loop(0, rows.shape[0], 1)
        def loop(number, state):
            sums, by_rows, by_weights = state
            total, slopes = value_and_grad(circuit, argnums=(0, 1))(rows[number], weights, cotangents[number])
            return sums.at[number].set(total), by_rows.at[number].set(slopes[0]), by_weights + slopes[1]

        return loop((jnp.zeros(rows.shape[0]), jnp.zeros_like(rows), jnp.zeros_like(weights)))

    return run


def peak_kib() -> int:
    """Returns the highest resident memory so far in KiB."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Does what a JSON object on the standard input says."""
    task = json.load(sys.stdin)
    import jax.numpy as jnp

    arrays = [jnp.asarray(task[name]) for name in ("rows", "weights", "cotangent")]
    run = build(task)
    run(*(array[:1] if array.ndim == 2 else array for array in arrays))
    ctypes.CDLL(None).malloc_trim(0)  # as benchmarks/memory.py does
    with open("/proc/self/clear_refs", "w", encoding="ascii") as peaks:
        peaks.write("5")
    before = peak_kib()
    results = run(*arrays)
    seconds = []
    for _ in range(task["repetitions"]):
        start = time.process_time()
        run(*arrays)
        seconds.append(time.process_time() - start)
    peak = (peak_kib() - before) / 1024
    lists = [result.tolist() for result in results]
    print(json.dumps({"seconds": seconds, "median": statistics.median(seconds), "results": lists, "peak_mib": peak}))


if __name__ == "__main__":
    main()
