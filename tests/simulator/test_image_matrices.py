"""Exponentials of many matrices, each on its state, against those of any matrices."""

import numpy as np
import pytest

from qnlnet.simulator.image_matrices import evolve_each, weigh_by_slopes
from qnlnet.simulator.matrix_exponentials import diagonalise, evolve, evolve_vjp

TIME = 0.7


def draw(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def some_matrices() -> np.ndarray:
    """Returns matrices with eigenvalues far apart, close and equal."""
    matrices = draw(5, 8, 8, seed=0) * np.array([20, 1, 1e-2, 1e-9, 0])[:, None, None]
    return (matrices + matrices.swapaxes(1, 2)) / 2


def to_complex(parts: np.ndarray) -> np.ndarray:
    return parts[..., 0, :] + 1j * parts[..., 1, :]


@pytest.mark.parametrize("back", [False, True])
def test_states_are_evolved_as_one_by_one(back: bool) -> None:
    basis, states = diagonalise(some_matrices()), draw(5, 2, 8, seed=1)
    rows = np.ascontiguousarray(basis.vectors.swapaxes(1, 2))
    ours = evolve_each(states, TIME, basis.values, rows, back=back).states
    expected = evolve(to_complex(states), TIME if back else -TIME, basis)
    np.testing.assert_allclose(to_complex(ours), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("kind", "tolerance"), [(np.float64, 1e-12), (np.float32, 3e-5)])
def test_gradients_are_those_of_one_by_one(kind: type, tolerance: float) -> None:
    matrices = some_matrices()
    basis, states, slopes = diagonalise(matrices), draw(5, 2, 8, seed=1), draw(5, 2, 8, seed=2)
    _, _, expected = evolve_vjp(to_complex(states), np.full(5, -TIME), basis, to_complex(slopes))
    values, rows = basis.values.astype(kind), np.ascontiguousarray(basis.vectors.swapaxes(1, 2)).astype(kind)
    right = evolve_each(states.astype(kind), TIME, values, rows).halfway
    left = evolve_each(slopes.astype(kind), TIME, values, rows, back=True).halfway
    products = np.einsum("ba,bc->bac", left[:, 1], right[:, 0]) - np.einsum("ba,bc->bac", left[:, 0], right[:, 1])
    weigh_by_slopes(products, TIME, values)
    ours = rows.swapaxes(1, 2) @ products @ rows
    np.testing.assert_allclose(ours, expected, rtol=0, atol=tolerance)


def test_a_row_is_the_same_whatever_stands_beside_it() -> None:
    basis, states = diagonalise(some_matrices()), draw(5, 2, 8, seed=1)
    rows = np.ascontiguousarray(basis.vectors.swapaxes(1, 2))
    whole = evolve_each(states, TIME, basis.values, rows).states
    alone = [evolve_each(states[[k]], TIME, basis.values[[k]], rows[[k]]).states[0] for k in range(5)]
    np.testing.assert_array_equal(whole, alone)
