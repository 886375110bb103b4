"""The state that gates without parameters make of |0…0⟩, computed once when a circuit is compiled."""

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.gates import CX, HADAMARD, ROTATION, Operation

State = NDArray[np.complex128]


def prepare_state(operations: list[Operation], num_qubits: int) -> State:
    """Returns the state, shape (2^qubits,), bit k of an index for qubit k.

    Args:
        operations: Gates whose angles are constant.
        num_qubits: Qubits of the state.
    """
    state = np.zeros(1 << num_qubits, np.complex128)
    state[0] = 1.0
    for operation in operations:
        state = apply_operation(operation, state)
    return state


def apply_operation(operation: Operation, state: State) -> State:
    """Applies a gate with a constant angle, written as a sum of Pauli strings, to states of shape (…, 2^qubits)."""
    if operation.kind == ROTATION:
        assert operation.angle is not None
        half = operation.angle.offset / 2
        return np.cos(half) * state - 1j * np.sin(half) * _apply_pauli(operation.x_mask, operation.z_mask, state)
    first, second = 1 << operation.qubits[0], 1 << operation.qubits[-1]
    if operation.kind == HADAMARD:
        return np.sqrt(0.5) * (_apply_pauli(first, 0, state) + _apply_pauli(0, first, state))
    # A controlled Pauli P is (1 + Z + P − ZP)/2, with Z on the control.
    x, z = (second, 0) if operation.kind == CX else (0, second)
    flipped = _apply_pauli(x, z, state)
    return (state + _apply_pauli(0, first, state) + flipped - _apply_pauli(0, first, flipped)) / 2


def _apply_pauli(x: int, z: int, state: State) -> State:
    """Applies the Hermitian Pauli string i^|x∧z| Xˣ Zᶻ."""
    index = np.arange(state.shape[-1])
    result = np.empty_like(state)
    result[..., index ^ x] = 1j ** (x & z).bit_count() * (1 - 2.0 * (np.bitwise_count(index & z) % 2)) * state
    return result
