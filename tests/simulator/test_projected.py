"""Bloch vectors and Gaussians of their distances against Qiskit's reduced density matrices."""

import numpy as np
import pytest
from qiskit.quantum_info import DensityMatrix, partial_trace, random_statevector

from qnlnet.errors import ArgumentError
from qnlnet.simulator import bloch_vectors, gaussians
from qnlnet.simulator.projected import usual_gamma

QUBITS = 3
STATES = np.array([random_statevector(2**QUBITS, seed=seed).data for seed in range(5)])


def reduced() -> np.ndarray:
    """Returns the density matrix of each qubit of each state, shape (states, qubits, 2, 2)."""
    others = [[other for other in range(QUBITS) if other != qubit] for qubit in range(QUBITS)]
    return np.array([[partial_trace(DensityMatrix(state), rest).data for rest in others] for state in STATES])


def test_bloch_vectors_are_those_of_reduced_density_matrices() -> None:
    matrices = reduced()
    expected = np.stack([2 * matrices[..., 1, 0].real, 2 * matrices[..., 1, 0].imag,
                         (matrices[..., 0, 0] - matrices[..., 1, 1]).real], axis=-1)  # fmt: skip
    np.testing.assert_allclose(bloch_vectors(STATES), expected.reshape(5, -1), rtol=0, atol=1e-14)


def test_gaussians_are_of_their_distances() -> None:
    distances = (np.abs(reduced()[:, None] - reduced()) ** 2).sum((2, 3, 4))
    vectors = bloch_vectors(STATES)
    np.testing.assert_allclose(gaussians(vectors, gamma=0.7), np.exp(-0.7 * distances), rtol=0, atol=1e-14)
    np.testing.assert_array_equal(gaussians(vectors, vectors[2:], gamma=0.7), gaussians(vectors, gamma=0.7)[:, 2:])
    assert usual_gamma(vectors) == pytest.approx(1 / distances.mean())


def test_of_equal_states_gamma_is_one() -> None:
    assert usual_gamma(np.ones((3, 6))) == 1


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 1)])
def test_what_is_no_set_of_states_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `states` must have the shape \(count, 2\^qubits\), but is "):
        bloch_vectors(np.ones(shape))
