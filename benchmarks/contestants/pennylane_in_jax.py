"""PennyLane's default.qubit on JAX: all rows broadcast through one circuit, under jit."""

from typing import Any

import jax.numpy as jnp

from benchmarks.contestants.jax_call import call_in_jax, derive
from benchmarks.contestants.pennylane_circuit import build_qnode
from benchmarks.workloads import Call, Workload


def build(workload: Workload) -> Call:
    """Builds the compiled call."""
    circuit = build_qnode(workload, "jax")

    def forward(rows: Any, weights: Any) -> Any:
        return jnp.stack(circuit(rows, weights), axis=1).astype(rows.dtype)

    return call_in_jax(workload, derive(forward))
