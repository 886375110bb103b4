"""Feature maps against matrices."""

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator, Pauli, Statevector
from scipy.linalg import expm

from qnlnet.circuits import build_cp_map, build_feature_map, count_features
from qnlnet.errors import ArgumentError


def test_cp_is_rotations_around_an_exponential() -> None:
    x, couplings = [0.3, -0.8, 1.1, 0.4], (0.3, 0.5, 0.7)
    coupled = sum(c * Pauli(2 * p).to_matrix() for c, p in zip(couplings, "XYZ", strict=True))
    before, behind = QuantumCircuit(2), QuantumCircuit(2)
    before.h([0, 1])
    for circuit, angles in ((before, x[:2]), (behind, x[2:])):
        for qubit, angle in enumerate(angles):
            circuit.ry(2 * angle, qubit)
    expected = Operator(behind).data @ expm(-1j * coupled) @ Operator(before).data
    ours = Operator(build_cp_map(2, 1, couplings).assign_parameters(x)).data
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


def test_pairs_are_apart_and_see_four_features_each() -> None:
    x = np.random.default_rng(0).normal(size=8)
    whole = Statevector(build_cp_map(4, 2, (0.3, 0.5, 0.7)).assign_parameters(x))
    first, second = (
        Statevector(build_cp_map(2, 2, (0.3, 0.5, 0.7)).assign_parameters(part)) for part in (x[:4], x[4:])
    )
    assert whole.equiv(second.tensor(first))


def test_couplings_of_a_quarter_of_pi_swap() -> None:
    swapped = QuantumCircuit(2)
    swapped.h([0, 1])
    swapped.swap(0, 1)
    assert Operator(build_cp_map(2).assign_parameters([0] * 4)).equiv(Operator(swapped))


@pytest.mark.parametrize(("name", "features"), [("zz", 4), ("z", 4), ("cp", 8)])
def test_how_many_features_they_take(name: str, features: int) -> None:
    circuit = build_feature_map(name, 4, 2)
    assert (circuit.num_parameters, count_features(name, 4), circuit.num_qubits) == (features, features, 4)


def test_bad_maps_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `feature_map` must be zz, z or cp, but is 'y'\.$"):
        build_feature_map("y", 4, 2)
    with pytest.raises(ArgumentError, match=r"^Argument `num_qubits` must be even with feature_map=cp, but is 3\. Its"):
        build_cp_map(3)
