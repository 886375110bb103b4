"""Signs and strings of conjugated Paulis against matrices, for every gate and every string."""

import itertools

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator, Pauli

from qnlnet.simulator.clifford import absorb_cliffords, conjugate
from qnlnet.simulator.gates import CX, CZ, HADAMARD, ROTATION, Angle, Operation

PAIRS = list(itertools.permutations(range(3), 2))
GATES = {
    **{f"h {qubit}": Operation(HADAMARD, (qubit,)) for qubit in range(3)},
    **{f"cx {a} {b}": Operation(CX, (a, b)) for a, b in PAIRS},
    **{f"cz {a} {b}": Operation(CZ, (a, b)) for a, b in PAIRS},
}


def matrix(string: tuple[int, int]) -> np.ndarray:
    x, z = string
    letters = [" IXZY"[1 + (x >> qubit & 1) + 2 * (z >> qubit & 1)] for qubit in range(3)]
    return Pauli("".join(reversed(letters))).to_matrix()


@pytest.mark.parametrize("name", list(GATES))
def test_every_string_becomes_the_conjugated_one(name: str) -> None:
    gate, circuit = GATES[name], QuantumCircuit(3)
    getattr(circuit, name.split()[0])(*gate.qubits)
    unitary = Operator(circuit).data
    for string in itertools.product(range(8), repeat=2):
        flips, image = conjugate(gate, string)
        expected = unitary.conj().T @ matrix(string) @ unitary
        np.testing.assert_allclose((-1 if flips else 1) * matrix(image), expected, rtol=0, atol=1e-15)


def test_rotations_before_the_cliffords_stay_as_they_are() -> None:
    rotation = Operation(ROTATION, (0,), 1, 0, Angle(0, 2.0, 0.5))
    rotations, strings = absorb_cliffords([rotation, Operation(HADAMARD, (0,))], [(0, 1), (1, 1)])
    assert [(r.x_mask, r.z_mask, r.angle) for r in rotations] == [(1, 0, Angle(0, 2.0, 0.5))]
    assert strings == [(1, (1, 0)), (-1, (1, 1))]  # Z becomes X, and Y changes its sign


def test_a_changed_sign_turns_a_rotation_back() -> None:
    rotation = Operation(ROTATION, (0,), 1, 1, Angle(0, 2.0, 0.5))
    rotations, _ = absorb_cliffords([Operation(HADAMARD, (0,)), rotation], [])
    assert [(r.x_mask, r.z_mask, r.angle) for r in rotations] == [(1, 1, Angle(0, -2.0, -0.5))]
