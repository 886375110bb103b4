"""TensorCircuit-NG on JAX: one row's circuit, then vmap over rows, a vector–Jacobian product, jit.

Its `set_dtype` switches JAX's double precision for the whole process, so that it compiles ahead, and what it has
switched off is switched on again before anybody else computes.
"""

from typing import Any

import jax
import jax.numpy as jnp
import tensorcircuit as tc

from benchmarks.contestants.jax_call import call_in_jax, derive
from benchmarks.workloads import Call, Workload


def build(workload: Workload) -> Call:
    """Builds the compiled call; all ⟨Z⟩ come from the state, which is faster than contracting for each of them."""
    tc.set_backend("jax")
    complex_type = "complex64" if workload.dtype == "float32" else "complex128"
    read_out = jnp.asarray(workload.read_out())

    def values_of(row: Any, weights: Any) -> Any:
        given = {"inputs": row.astype(complex_type)} if workload.takes_amplitudes else {}
        circuit = tc.Circuit(workload.num_qubits, **given)
        if not workload.takes_amplitudes:
            for wire in range(workload.num_qubits):
                circuit.ry(wire, theta=row[wire])
        for gate in workload.gates:
            angle = {} if gate.weight < 0 else {"theta": weights[gate.weight]}
            getattr(circuit, gate.name)(*gate.wires, **angle)
        state = circuit.state()
        return (state.real**2 + state.imag**2) @ read_out

    tc.set_dtype(complex_type)
    try:
        return call_in_jax(workload, derive(jax.vmap(values_of, (0, None))), ahead=True)
    finally:
        jax.config.update("jax_enable_x64", True)
