"""The general block of tree tensor networks: any unitary of two qubits, and the identity."""

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator, random_unitary
from qiskit.synthesis import OneQubitEulerDecomposer, TwoQubitWeylDecomposition

from qnlnet.models.tree.blocks import IDENTITY, append_general_block

VALUE = 1e-10


def block(weights: list[float]) -> np.ndarray:
    """The matrix of a general block on qubits 0, the first, and 1."""
    circuit = QuantumCircuit(2)
    own = append_general_block(circuit, 0, 1, "block")
    return np.asarray(Operator(circuit.assign_parameters(dict(zip(own, weights, strict=True)))).data)


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """1 for unitaries that differ by a phase only."""
    return abs(np.trace(first.conj().T @ second)) / len(first)


def zyz(matrix: np.ndarray) -> np.ndarray:
    """The angles of RZ, RY, RZ, in the order of the gates, that make a unitary of one qubit."""
    theta, phi, lam = OneQubitEulerDecomposer("ZYZ").angles(matrix)
    return np.array([lam, theta, phi])


@pytest.mark.parametrize("seed", range(5))
def test_a_general_block_can_be_any_unitary(seed: int) -> None:
    unitary = random_unitary(4, seed=seed).data
    parts = TwoQubitWeylDecomposition(unitary)  # K1 exp(i (a XX + b YY + c ZZ)) K2
    weights = np.array(IDENTITY)
    # From the identity on: the angles of XX, YY and ZZ, and what each qubit does before and behind.
    weights[6:9] += [-2 * parts.c, 2 * parts.a, -2 * parts.b]
    turn = [np.exp(-1j * np.pi / 4), np.exp(1j * np.pi / 4)]
    weights[:3], weights[3:6] = zyz(parts.K2r), zyz(np.diag(turn).conj() @ parts.K2l)
    weights[9:12], weights[12:] = zyz(parts.K1r @ np.diag(turn)), zyz(parts.K1l)
    assert overlap(block(weights.tolist()), unitary) == pytest.approx(1, abs=VALUE)


def test_a_general_block_can_be_the_identity_and_goes_from_there_to_all_sides() -> None:
    assert overlap(block([*IDENTITY]), np.eye(4)) == pytest.approx(1, abs=1e-14)
    directions = []
    for place in range(15):
        weights = np.array(IDENTITY)
        weights[place] += 1e-6
        change = (block(weights.tolist()) @ block([*IDENTITY]).conj().T - np.eye(4)) / 1e-6
        directions.append([*change.real.flat, *change.imag.flat])
    # Each qubit turns about three axes, and both by XX, YY and ZZ: no more is possible there.
    assert np.linalg.matrix_rank(np.array(directions), tol=1e-3) == 9
