"""JAX written by hand for these workloads, as fast as we could make it: what a specialist would do without a library.

Up to six qubits the weights' unitary is built once a call, and rows go through one real matrix product. Above, each
layer's rotations are three Kronecker factors, one for each third of the wires, and its CNOTs one permutation; the state
is a product of three until the first of them. Of the variants that were tried (quadratic forms x†Mx, rows in the last
axis, blocks of 256 and 1,024 rows, derivatives written out, Fourier features; halves in place of thirds, real in place
of complex arithmetic, all rows at once or one by one) these are the fastest.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from benchmarks.contestants.jax_call import call_in_jax, derive
from benchmarks.workloads import Call, Workload

_FEW_QUBITS = 6
Forward = Callable[[Any, Any], Any]


def build(workload: Workload) -> Call:
    """Builds the compiled call."""
    if workload.num_qubits <= _FEW_QUBITS:
        return call_in_jax(workload, derive(through_one_matrix(workload)))
    vjp = derive(_through_factors(workload))
    # More than one layer: row by row, so that the states stay in the cache.
    return call_in_jax(workload, vjp if workload.layers == 1 else _row_by_row(vjp))


def build_factors(workload: Workload) -> Call:
    """Builds the same for one layer of rotations and a ring of CNOTs, where each ⟨Z⟩ is a product of one-qubit ⟨Z⟩s."""
    assert workload.layers == 1
    signs = workload.read_out()[_targets(workload, 0)]
    first_ones = [1 << workload.num_qubits - 1 - q for q in range(workload.num_qubits)]
    measured = jnp.asarray((signs[first_ones] < 0).T)  # which wires a string acts on

    def forward(rows: Any, weights: Any) -> Any:
        half = rows / 2
        states = jnp.stack([jnp.cos(half), jnp.sin(half)], axis=-1)
        amplitudes = jnp.einsum("qij,rqj->rqi", jnp.stack(_rotations(workload, weights, 0)), states)
        probabilities = amplitudes.real**2 + amplitudes.imag**2
        values = probabilities[..., 0] - probabilities[..., 1]
        return jnp.where(measured, values[:, jnp.newaxis], 1.0).prod(axis=-1).astype(rows.dtype)

    return call_in_jax(workload, derive(forward))


def through_one_matrix(workload: Workload) -> Forward:
    """Returns the forward pass for few qubits, rows and weights to values."""
    read_out = jnp.asarray(workload.read_out())
    prepare = _prepare_four if workload.num_qubits == 4 else _prepare

    def forward(rows: Any, weights: Any) -> Any:
        states = rows if workload.takes_amplitudes else prepare(rows)
        unitary = _unitary(workload, weights)
        matrix = jnp.concatenate([unitary.real, unitary.imag]).astype(rows.dtype)
        squares = (states @ matrix.T) ** 2
        real, imaginary = jnp.split(squares, 2, axis=1)
        return (real + imaginary) @ read_out

    return forward


def _through_factors(workload: Workload) -> Forward:
    thirds = np.array_split(np.arange(workload.num_qubits), 3)
    # The last permutation acts on what is measured, not on the states.
    read_out = jnp.asarray(workload.read_out()[_targets(workload, workload.layers - 1)])

    def forward(rows: Any, weights: Any) -> Any:
        count = len(rows)
        factors = _kronecker_factors(workload, weights, 0, thirds, rows.dtype)
        parts = [_prepare(rows[:, third]) @ factor.T for third, factor in zip(thirds, factors, strict=True)]
        state = reduce(lambda a, b: (a[:, :, jnp.newaxis] * b[:, jnp.newaxis]).reshape(count, -1), parts)
        for layer in range(1, workload.layers):
            state = state[:, np.argsort(_targets(workload, layer - 1))]
            before = 1
            for factor in _kronecker_factors(workload, weights, layer, thirds, rows.dtype):
                state = jnp.einsum("raib,ji->rajb", state.reshape(count, before, len(factor), -1), factor)
                before *= len(factor)
            state = state.reshape(count, -1)
        return (state.real**2 + state.imag**2) @ read_out

    return forward


def _row_by_row(vjp: Callable[..., Any]) -> Callable[..., Any]:
    def run(rows: Any, weights: Any, cotangent: Any) -> Any:
        def step(total: Any, sample: Any) -> Any:
            values, by_row, by_weights = vjp(sample[0][jnp.newaxis], weights, sample[1][jnp.newaxis])
            return total + by_weights, (values[0], by_row[0])

        by_weights, (values, by_rows) = jax.lax.scan(step, jnp.zeros_like(weights), (rows, cotangent))
        return values, by_rows, by_weights

    return run


def _prepare(angles: Any) -> Any:
    """Returns the products of cosines and sines, shape (rows, 2^wires)."""
    half = angles / 2
    pairs = jnp.stack([jnp.cos(half), jnp.sin(half)], axis=-1)
    state = pairs[:, 0]
    for wire in range(1, angles.shape[1]):
        state = (state[:, :, jnp.newaxis] * pairs[:, wire, jnp.newaxis]).reshape(len(angles), -1)
    return state


def _prepare_four(angles: Any) -> Any:
    """Does the same for four wires; small products with matrices of zeros and ones are what vectorises."""
    half = angles / 2
    ones = np.eye(2)
    both = np.ones((1, 2))
    single = jnp.concatenate([jnp.cos(half), jnp.sin(half)], axis=1)  # column: bit, then wire
    choose = np.zeros((2, 2, 4, 2, 2, 2))  # which factor; bit, wire; pair of wires, bit of the first, of the second
    for pair in range(2):
        choose[0, :, 2 * pair, pair] = np.einsum("bi,kj->bij", ones, both)
        choose[1, :, 2 * pair + 1, pair] = np.einsum("ki,bj->bij", both, ones)
    first, second = (single @ jnp.asarray(each.reshape(8, 8), angles.dtype) for each in choose)
    pairs = first * second
    left = np.vstack([np.kron(np.eye(4), np.ones((1, 4))), np.zeros((4, 16))])
    right = np.vstack([np.zeros((4, 16)), np.kron(np.ones((1, 4)), np.eye(4))])
    return (pairs @ jnp.asarray(left, angles.dtype)) * (pairs @ jnp.asarray(right, angles.dtype))


def _unitary(workload: Workload, weights: Any) -> Any:
    total = None
    for layer in range(workload.layers):
        matrix = reduce(jnp.kron, _rotations(workload, weights, layer))
        total = matrix if total is None else matrix @ total
        total = total[np.argsort(_targets(workload, layer))]
    return total


def _kronecker_factors(workload: Workload, weights: Any, layer: int, parts: list[NDArray], dtype: Any) -> list[Any]:
    rotations = _rotations(workload, weights, layer)
    kind = jnp.complex64 if dtype == jnp.float32 else jnp.complex128
    return [reduce(jnp.kron, [rotations[q] for q in part]).astype(kind) for part in parts]


def _rotations(workload: Workload, weights: Any, layer: int) -> list[Any]:
    """Returns the product of each wire's three rotations, shape (2, 2)."""
    n = workload.num_qubits
    gates = [gate for gate in workload.gates if 3 * n * layer <= gate.weight < 3 * n * (layer + 1)]
    products: list[Any] = [jnp.eye(2)] * n
    for gate in gates:
        products[gate.wires[0]] = _matrix(gate.name, weights[gate.weight]) @ products[gate.wires[0]]
    return products


def _matrix(name: str, angle: Any) -> Any:
    c, s = jnp.cos(angle / 2), jnp.sin(angle / 2)
    if name == "rz":
        return jnp.diag(jnp.stack([c - 1j * s, c + 1j * s]))
    off = (-1j * s, -1j * s) if name == "rx" else (-s, s)
    return jnp.stack([jnp.stack([c + 0j, off[0] + 0j]), jnp.stack([off[1] + 0j, c + 0j])])


def _targets(workload: Workload, layer: int) -> NDArray[np.int64]:
    """Returns where the CNOTs of a layer take each index."""
    n, index = workload.num_qubits, np.arange(1 << workload.num_qubits)
    for gate in [gate for gate in workload.gates if gate.name == "cx"][n * layer : n * (layer + 1)]:
        control, target = (n - 1 - wire for wire in gate.wires)
        index = index ^ (index >> control & 1) << target
    return index
