"""Many rows, each evolved by a matrix of its own, against exponentials of any matrices."""

from typing import NamedTuple

import numpy as np
import pytest

from qnlnet.simulator.matrix_exponentials import Eigenbasis, evolve, evolve_vjp
from qnlnet.simulator.row_evolution import evolve_rows, find_time_gradients, weigh_by_slopes

TIME = 0.7


class Rows(NamedTuple):
    """States, matrices and gradients, as ours and as the reference takes them."""

    states: np.ndarray
    slopes: np.ndarray
    basis: Eigenbasis

    def evolve(self, parts: np.ndarray, *, back: bool = False) -> tuple[np.ndarray, np.ndarray]:
        cos, sin = self.half_phases(parts.dtype)
        evolved, halfway = np.empty_like(parts), np.empty_like(parts)
        evolve_rows(parts, self.vectors(parts.dtype), cos, -sin if back else sin, evolved, halfway)
        return evolved, halfway

    def vectors(self, kind: type | np.dtype) -> np.ndarray:
        return np.ascontiguousarray(self.basis.vectors.swapaxes(1, 2), kind)

    def half_phases(self, kind: type | np.dtype) -> tuple[np.ndarray, np.ndarray]:
        half = TIME / 2 * self.basis.values
        return np.cos(half).astype(kind), np.sin(half).astype(kind)


@pytest.fixture(params=[8, 7, 3])  # the loops take four at a time, and what is left
def rows(request: pytest.FixtureRequest) -> Rows:
    """Returns matrices with eigenvalues far apart, close and equal."""
    size, random = request.param, np.random.default_rng(0)
    matrices = random.normal(size=(5, size, size)) * np.array([20, 1, 1e-2, 1e-9, 0])[:, None, None]
    states, slopes = random.normal(size=(2, 5, 2, size))
    return Rows(states, slopes, Eigenbasis(*np.linalg.eigh((matrices + matrices.swapaxes(1, 2)) / 2)))


def to_complex(parts: np.ndarray) -> np.ndarray:
    return parts[:, 0] + 1j * parts[:, 1]


@pytest.mark.parametrize("back", [False, True])
def test_states_are_evolved_as_one_by_one(rows: Rows, back: bool) -> None:
    ours, _ = rows.evolve(rows.states, back=back)
    expected = evolve(to_complex(rows.states), -TIME if back else TIME, rows.basis)
    np.testing.assert_allclose(to_complex(ours), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("kind", "tolerance"), [(np.float64, 1e-12), (np.float32, 3e-5)])
def test_gradients_are_those_of_one_by_one(rows: Rows, kind: type, tolerance: float) -> None:
    expected = evolve_vjp(to_complex(rows.states), np.full(5, TIME), rows.basis, to_complex(rows.slopes))
    values, vectors, phases = rows.basis.values.astype(kind), rows.vectors(kind), rows.half_phases(kind)
    _, right = rows.evolve(rows.states.astype(kind))
    by_states, left = rows.evolve(rows.slopes.astype(kind), back=True)
    by_times = np.empty(5, kind)
    find_time_gradients(left, right, values, by_times)
    products = np.einsum("ba,bc->bac", left[:, 0], right[:, 1]) - np.einsum("ba,bc->bac", left[:, 1], right[:, 0])
    weigh_by_slopes(products, TIME, values, *phases)
    ours = to_complex(by_states), by_times, vectors.swapaxes(1, 2) @ products @ vectors
    for own, other, scale in zip(ours, expected, (1, 30, 1), strict=True):  # to times, eigenvalues are factors
        np.testing.assert_allclose(own, other, rtol=0, atol=tolerance * scale)


def test_a_row_is_the_same_whatever_stands_beside_it(rows: Rows) -> None:
    whole, _ = rows.evolve(rows.states)
    for k in range(5):
        some = [k]
        alone = Rows(rows.states[some], rows.slopes[some], Eigenbasis(*(part[some] for part in rows.basis)))
        np.testing.assert_array_equal(alone.evolve(alone.states)[0][0], whole[k])
