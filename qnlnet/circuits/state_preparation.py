"""A circuit that makes any state with real amplitudes, by rotations whose angles follow from them.

RY rotations that branch qubit by qubit, each controlled by the qubits above it, and these written as rotations and
CNOTs in the order of a Gray code: Möttönen, Vartiainen, Bergholm, Salomaa 2005, arXiv quant-ph/0407010.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit


def build_state_preparation(num_qubits: int) -> QuantumCircuit:
    """Returns the circuit; its parameters, in Qiskit's order, take what `preparation_angles` gives."""
    angles = ParameterVector("amplitude_angle", 2**num_qubits - 1)
    circuit = QuantumCircuit(num_qubits, name="state preparation")
    for level in range(num_qubits):
        target, first = num_qubits - 1 - level, 2**level - 1
        for place in range(2**level):
            circuit.ry(angles[first + place], target)
            if level:
                circuit.cx(target + 1 + _changed_bit(place, level), target)
    return circuit


def preparation_angles(amplitudes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Returns the angles in radians that make states.

    Args:
        amplitudes: Real, of any norm but 0, shape (count, 2^qubits), bit k of an index for qubit k. Zeros make |0…0⟩.

    Returns:
        Shape (count, 2^qubits − 1).
    """
    vectors = np.asarray(amplitudes, np.float64)
    angles: list[NDArray[np.float64]] = []
    while vectors.shape[1] > 1:
        lower, upper = vectors[:, 0::2], vectors[:, 1::2]
        angles.insert(0, 2 * np.arctan2(upper, lower) @ _to_gray_order(lower.shape[1]).T)
        vectors = np.hypot(lower, upper)
    return np.hstack(angles)


def _changed_bit(place: int, level: int) -> int:
    """Returns the bit in which the Gray code of `place` differs from the next one, the first one behind the last."""
    return min((place + 1 & -(place + 1)).bit_length() - 1, level - 1)


@cache
def _to_gray_order(count: int) -> NDArray[np.float64]:
    """Returns what makes angles of single rotations from those for each state of the controls, shape (count, count)."""
    place, state = np.arange(count)[:, np.newaxis], np.arange(count)
    return (1 - 2.0 * (np.bitwise_count((place ^ place >> 1) & state) % 2)) / count
