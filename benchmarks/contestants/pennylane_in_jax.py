"""PennyLane's default.qubit on JAX: all rows broadcast through one circuit, under jit."""

from typing import Any

import jax.numpy as jnp

from benchmarks.contestants.jax_call import call_in_jax, derive
from benchmarks.contestants.pennylane_circuit import build_qnode
from benchmarks.workloads import Call, Workload


def build(workload: Workload) -> Call:
    """Builds the compiled call."""
    circuit, read_out = build_qnode(workload, "jax"), jnp.asarray(workload.read_out())

    def forward(rows: Any, weights: Any) -> Any:
        return circuit(rows, weights).astype(rows.dtype) @ read_out

    return call_in_jax(workload, derive(forward))
