"""The simulator's own call, NumPy rows in, values and Jacobian out: ours, and PennyLane on JAX."""

from collections.abc import Callable

import jax
import numpy as np
from numpy.typing import NDArray

from benchmarks.pennylane_circuit import build_qnode
from qnlnet.circuits import Circuit
from qnlnet.evidence.benchmarks.names import JAX, OURS
from qnlnet.simulator import ExactSimulator

Rows = NDArray[np.float64]
Engine = Callable[[Rows], tuple[Rows, Rows]]


def build_ours(qnl: Circuit) -> Engine:
    """Returns the exact simulator's call; values of shape (batch, 1), Jacobian (batch, 1, parameters)."""
    return ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params]).values_and_jacobian


def build_jax(qnl: Circuit) -> Engine:
    """Returns the same from PennyLane's default.qubit on JAX: value_and_grad under vmap under jit, in float64."""
    qnode, num_inputs = build_qnode(qnl, "default.qubit", "jax", "backprop"), len(qnl.input_params)
    run = jax.jit(jax.vmap(jax.value_and_grad(lambda row: qnode(row[:num_inputs], row[num_inputs:]))))

    def engine(rows: Rows) -> tuple[Rows, Rows]:
        values, jacobian = run(rows)
        return np.asarray(values)[:, np.newaxis], np.asarray(jacobian)[:, np.newaxis]

    return engine


BUILDERS: dict[str, Callable[[Circuit], Engine]] = {OURS: build_ours, JAX: build_jax}
