"""Exponentials of symmetric matrices on states against SciPy and closed forms."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st

from qnlnet.errors import ArgumentError
from qnlnet.simulator.matrix_exponentials import (
    diagonalise,
    evolve,
    evolve_vjp,
    exponential,
    exponential_vjp,
)

ROUNDING = 1e-12
DEGENERATE = {
    "zero": np.zeros((4, 4)),
    "multiple of one": 0.3 * np.eye(4),
    "pairs": np.kron(np.array([[1.0, 2.0], [2.0, -1.0]]), np.eye(2)),
    "ones": np.ones((4, 4)),
    "nearly": np.ones((4, 4)) + 1e-14 * np.diag([1.0, 2, 3, 4]),
}


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    real, imaginary = np.random.default_rng((seed, *shape)).normal(size=(2, *shape))
    return real + 1j * imaginary


def symmetric(*shape: int, seed: int = 0) -> np.ndarray:
    matrices = draw(*shape, seed=seed).real
    return (matrices + np.swapaxes(matrices, -1, -2)) / 2


def check_evolution(states: np.ndarray, times: np.ndarray, matrices: np.ndarray) -> None:
    """Values and gradients, each matrix, time and state by itself, against SciPy's expm and expm_frechet."""
    basis = diagonalise(matrices)
    ours = evolve(states, times, basis)
    batch, size = ours.shape[:-1], ours.shape[-1]
    cotangent = draw(*ours.shape, seed=8)
    every = [
        np.broadcast_to(states, ours.shape).reshape(-1, size),
        np.broadcast_to(times, batch).reshape(-1),
        np.broadcast_to(matrices, (*batch, size, size)).reshape(-1, size, size),
        cotangent.reshape(-1, size),
    ]
    evolved, by_states, by_times, by_matrices = [], [], [], []
    for state, time, matrix, weight in zip(*every, strict=True):
        unitary = scipy.linalg.expm(-1j * time * matrix)
        evolved.append(unitary @ state)
        by_states.append(unitary.conj().T @ weight)
        by_times.append(np.vdot(weight, -1j * matrix @ unitary @ state).real)
        slope = np.zeros((size, size))
        for i in range(size):
            for j in range(size):
                unit = np.zeros((size, size))
                unit[i, j] += 0.5
                unit[j, i] += 0.5
                along = scipy.linalg.expm_frechet(-1j * time * matrix, -1j * time * unit, compute_expm=False)
                slope[i, j] = np.vdot(weight, along @ state).real
        by_matrices.append(slope)
    np.testing.assert_allclose(ours.reshape(-1, size), evolved, rtol=0, atol=ROUNDING)
    found = evolve_vjp(states, times, basis, cotangent)
    for slope, expected, like in zip(found, (by_states, by_times, by_matrices), (states, times, matrices), strict=True):
        whole = np.reshape(expected, (*batch, *np.shape(expected)[1:]))
        spread = whole.ndim - like.ndim
        summed = whole.sum(tuple(range(spread)))
        summed = summed.sum(tuple(a for a in range(like.ndim) if like.shape[a] != summed.shape[a]), keepdims=True)
        np.testing.assert_allclose(slope, summed, rtol=0, atol=100 * ROUNDING)
        assert slope.shape == like.shape
    assert evolve_vjp(states, times, basis, cotangent, want_matrices=False)[2] is None


@pytest.mark.parametrize(
    ("states", "times", "matrices"),
    [
        ((4,), (), (4, 4)),
        ((5, 4), (), (4, 4)),
        ((5, 4), (5,), (4, 4)),
        ((5, 4), (5,), (5, 4, 4)),
        ((4,), (), (5, 4, 4)),
        ((4,), (5,), (4, 4)),
        ((2, 3, 4), (3,), (2, 1, 4, 4)),
        ((1, 4), (2, 1), (3, 4, 4)),
    ],
)
def test_shapes(states: tuple[int, ...], times: tuple[int, ...], matrices: tuple[int, ...]) -> None:
    check_evolution(draw(*states), np.asarray(draw(*times, seed=1).real), symmetric(*matrices))


@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.parametrize("time", [0.0, 0.7])
def test_equal_and_nearly_equal_eigenvalues(name: str, time: float) -> None:
    check_evolution(draw(3, 4), np.array([time, -1.0, 2.0]), DEGENERATE[name])


@pytest.mark.slow
@given(st.integers(0, 2**32), st.sampled_from([2, 4, 8]), st.sampled_from([1e-12, 1.0, 10.0]))
def test_random_matrices(seed: int, size: int, scale: float) -> None:
    check_evolution(draw(2, size, seed=seed), draw(2, seed=seed).real, scale * symmetric(2, size, size, seed=seed))


def test_many_states_of_one_matrix_go_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from qnlnet.simulator import matrix_exponentials

    monkeypatch.setattr(matrix_exponentials, "_BLOCK", 48)
    check_evolution(draw(10, 4), draw(10, seed=1).real, symmetric(4, 4))


def test_a_pauli_matrix_turns_a_state() -> None:
    x, times = np.array([[0.0, 1.0], [1.0, 0.0]]), np.linspace(-5, 5, 11)
    expected = np.stack([np.cos(times), -1j * np.sin(times)], axis=1)
    np.testing.assert_allclose(evolve(np.array([1.0, 0.0]), times, diagonalise(x)), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("complex_entries", [False, True])
def test_the_exponential_and_its_gradient(complex_entries: bool) -> None:
    matrices = draw(3, 4, 4) if complex_entries else draw(3, 4, 4).real
    matrices = (matrices + np.conj(np.swapaxes(matrices, -1, -2))) / 2
    basis, cotangent = diagonalise(matrices), draw(3, 4, 4, seed=3)
    np.testing.assert_allclose(exponential(basis), scipy.linalg.expm(1j * matrices), rtol=0, atol=ROUNDING)
    gradient = exponential_vjp(basis, cotangent)
    assert np.iscomplexobj(gradient) == complex_entries
    np.testing.assert_allclose(gradient, np.conj(np.swapaxes(gradient, -1, -2)), rtol=0, atol=ROUNDING)
    for matrix, weight, slope in zip(matrices, cotangent, gradient, strict=True):
        along = matrices[0]  # some Hermitian direction
        expected = np.vdot(weight, scipy.linalg.expm_frechet(1j * matrix, 1j * along, compute_expm=False)).real
        assert np.vdot(slope, along).real == pytest.approx(expected, abs=ROUNDING * 10)


def test_single_precision_is_computed_in_double() -> None:
    matrix = symmetric(4, 4).astype(np.float32)
    assert diagonalise(matrix).values.dtype == np.float64
    np.testing.assert_array_equal(diagonalise(matrix).vectors, diagonalise(matrix.astype(float)).vectors)


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        (np.zeros((2, 3)), r"Argument `matrices` must have the shape \(…, d, d\), but is \(2, 3\)\."),
        (np.array([[0, 1.0], [0.9, 0]]), "must equal their conjugate transpose, but is 'off by 0.1'"),
        (np.array([[1j, 0], [0, 1]]), "must equal their conjugate transpose"),
        (np.array([[np.inf, 0], [0, 1]]), "Argument `matrices` must be finite, but is inf"),
    ],
)
def test_what_is_not_hermitian_is_refused(matrix: np.ndarray, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        diagonalise(matrix)
