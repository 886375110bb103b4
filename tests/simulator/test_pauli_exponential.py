"""Exponentials of sums of Pauli words against closed forms, SciPy, 50 digits of mpmath, and Qiskit's words."""

import mpmath
import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st
from qiskit.quantum_info import Pauli, SparsePauliOp

from qnlnet.errors import ArgumentError
from qnlnet.simulator.pauli_exponential import (
    pauli_coefficients,
    pauli_exponential,
    pauli_exponential_vjp,
    pauli_sum,
    pauli_words,
)

SIGMA = np.stack([Pauli(word).to_matrix() for word in "XYZ"])
ROUNDING = 1e-13


def draw_cotangent(num_qubits: int) -> np.ndarray:
    real, imaginary = np.random.default_rng(9).normal(size=(2, 2**num_qubits, 2**num_qubits))
    return real + 1j * imaginary


def dense(angles: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    return sum(angle * Pauli(word).to_matrix() for angle, word in zip(angles, words, strict=True))


def gradient_of_scipy(angles: np.ndarray, words: tuple[str, ...], cotangent: np.ndarray) -> list[float]:
    matrix = 1j * dense(angles, words)
    return [
        np.vdot(cotangent, scipy.linalg.expm_frechet(matrix, 1j * Pauli(word).to_matrix(), compute_expm=False)).real
        for word in words
    ]


@pytest.mark.parametrize("num_qubits", [1, 2, 3, 4])
def test_the_sum_is_that_of_qiskit(num_qubits: int) -> None:
    words = pauli_words(num_qubits)
    assert len(words) == 4**num_qubits - 1
    angles = np.random.default_rng(num_qubits).normal(size=len(words))
    expected = SparsePauliOp(list(words), angles).to_matrix()
    np.testing.assert_allclose(pauli_sum(angles, num_qubits), expected, rtol=0, atol=ROUNDING)


def test_each_word_has_its_place() -> None:
    words = pauli_words(3)
    matrices = pauli_sum(np.eye(len(words)), 3)
    for word, matrix in zip(words, matrices, strict=True):
        np.testing.assert_array_equal(matrix, Pauli(word).to_matrix())


@pytest.mark.parametrize("words", [("ZXY",), ("XII", "IIZ", "YYX", "ZZZ"), ("III", "XXX")])  # letters of Pauli words
def test_some_words(words: tuple[str, ...]) -> None:
    angles, cotangent = np.random.default_rng(1).normal(size=len(words)), draw_cotangent(3)
    unitary, gradient = pauli_exponential_vjp(angles, cotangent, 3, words)
    np.testing.assert_allclose(unitary, scipy.linalg.expm(1j * dense(angles, words)), rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(gradient, gradient_of_scipy(angles, words, cotangent), rtol=0, atol=1e-12)


def test_the_way_back_is_the_adjoint() -> None:
    angles, matrix = np.random.default_rng(2).normal(size=255), draw_cotangent(4)
    there = np.vdot(matrix, pauli_sum(angles, 4)).real
    assert angles @ pauli_coefficients(matrix, 4) == pytest.approx(there, rel=1e-13)
    np.testing.assert_allclose(pauli_coefficients(pauli_sum(angles, 4), 4), 16 * angles, rtol=0, atol=1e-12)


angles_of_one_qubit = st.lists(st.floats(-20, 20), min_size=3, max_size=3).map(np.array)


@pytest.mark.slow
@given(angles_of_one_qubit)
def test_one_qubit_turns_about_an_axis(angles: np.ndarray) -> None:
    length = np.linalg.norm(angles)
    expected = np.cos(length) * np.eye(2) + 1j * np.sinc(length / np.pi) * np.einsum("k,kij", angles, SIGMA)
    np.testing.assert_allclose(pauli_exponential(angles, 1), expected, rtol=0, atol=1e-13)


@given(angles_of_one_qubit)
def test_the_gradient_of_one_qubit(angles: np.ndarray) -> None:
    """∂/∂θ_k of cos|θ| + i sin|θ|/|θ| θ·σ, with the derivative of sin(x)/x by its series where x is small."""
    length, cotangent = np.linalg.norm(angles), draw_cotangent(1)
    sinc = np.sinc(length / np.pi)
    # (cos x − sin x / x) / x², which is −1/3 + x²/30 − x⁴/840 + …
    curve = (np.cos(length) - sinc) / length**2 if length > 0.05 else -1 / 3 + length**2 / 30 - length**4 / 840
    turned = np.einsum("k,kij", angles, SIGMA)
    slopes = [-sinc * a * np.eye(2) + 1j * (curve * a * turned + sinc * s) for a, s in zip(angles, SIGMA, strict=True)]
    expected = [np.vdot(cotangent, slope).real for slope in slopes]
    np.testing.assert_allclose(pauli_exponential_vjp(angles, cotangent, 1)[1], expected, rtol=0, atol=1e-11)


@pytest.mark.slow
@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from([1e-9, 1e-3, 1.0, 5.0]))
def test_random_angles(seed: int, num_qubits: int, scale: float) -> None:
    words = pauli_words(num_qubits)
    angles, cotangent = scale * np.random.default_rng(seed).normal(size=len(words)), draw_cotangent(num_qubits)
    unitary, gradient = pauli_exponential_vjp(angles, cotangent, num_qubits)
    np.testing.assert_allclose(unitary, scipy.linalg.expm(1j * dense(angles, words)), rtol=0, atol=1e-11)
    np.testing.assert_allclose(unitary @ unitary.conj().T, np.eye(2**num_qubits), rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(gradient, gradient_of_scipy(angles, words, cotangent), rtol=0, atol=1e-10)


@pytest.mark.parametrize("close", [0.0, 1e-300, 1e-15, 1e-8])
@pytest.mark.parametrize("word", ["II", "ZZ", "XY"])
def test_equal_and_nearly_equal_eigenvalues(word: str, close: float) -> None:
    words = ("II", *pauli_words(2))
    angles = np.array([0.7 if word == each else close * (1 + k) for k, each in enumerate(words)])
    cotangent = draw_cotangent(2)
    gradient = pauli_exponential_vjp(angles, cotangent, 2, words)[1]
    np.testing.assert_allclose(gradient, gradient_of_scipy(angles, words, cotangent), rtol=0, atol=1e-12)


def test_at_zero_the_gradient_is_that_of_the_sum() -> None:
    cotangent = draw_cotangent(3)
    unitary, gradient = pauli_exponential_vjp(np.zeros(63), cotangent, 3)
    np.testing.assert_array_equal(unitary, np.eye(8))
    expected = [np.vdot(cotangent, 1j * Pauli(word).to_matrix()).real for word in pauli_words(3)]
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=ROUNDING)


def test_differences_in_fifty_digits() -> None:
    words, cotangent = pauli_words(2), draw_cotangent(2)
    angles = np.round(np.random.default_rng(4).normal(size=15), 3)
    with mpmath.workdps(50):
        matrices = [mpmath.matrix(Pauli(word).to_matrix().tolist()) for word in words]
        weights = mpmath.matrix(cotangent.tolist())

        def loss(moved: int, step: mpmath.mpf) -> mpmath.mpf:
            total = mpmath.zeros(4)
            for k, (angle, matrix) in enumerate(zip(angles, matrices, strict=True)):
                total += (mpmath.mpf(float(angle)) + (step if k == moved else 0)) * matrix
            unitary = mpmath.expm(1j * total)
            return mpmath.fsum(mpmath.re(mpmath.conj(w) * u) for w, u in zip(weights, unitary, strict=True))

        step = mpmath.mpf(10) ** -16  # an error of 1e-32
        expected = [float((loss(k, step) - loss(k, -step)) / (2 * step)) for k in range(15)]
    gradient = pauli_exponential_vjp(angles, cotangent, 2)[1]
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-13)


def test_several_at_once_and_seven_qubits() -> None:
    angles = np.random.default_rng(5).normal(size=(2, 3, 15))
    several = pauli_exponential(angles, 2)
    assert several.shape == (2, 3, 4, 4)
    np.testing.assert_allclose(several[1, 2], pauli_exponential(angles[1, 2], 2), rtol=0, atol=ROUNDING)
    large = np.random.default_rng(6).normal(size=4**7 - 1)
    unitary, gradient = pauli_exponential_vjp(large, draw_cotangent(7), 7)
    np.testing.assert_allclose(unitary @ unitary.conj().T, np.eye(128), rtol=0, atol=1e-12)
    matrix, word = 1j * pauli_sum(large, 7), 1234
    along = scipy.linalg.expm_frechet(matrix, 1j * Pauli(pauli_words(7)[word]).to_matrix(), compute_expm=False)
    # The matrix has a norm of about 250, and so many roundings of a phase.
    assert gradient[word] == pytest.approx(np.vdot(draw_cotangent(7), along).real, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pauli_sum(np.zeros(3), 2), r"Argument `angles` must have the shape \(…, 15\), but is \(3,\)\."),
        (
            lambda: pauli_sum(np.zeros(3) + 0j, 1),
            r"Argument `angles` must be finite real numbers, but is .* no unitary",
        ),
        (lambda: pauli_sum(np.full(3, np.nan), 1), "Argument `angles` must be finite real numbers"),
        (lambda: pauli_sum([1], 2, ["XA"]), "Argument `words` must each have 2 of the letters IXYZ, but is 'XA'"),
        (lambda: pauli_sum([1, 1], 1, ["X", "X"]), "Argument `words` must be different"),
        (lambda: pauli_words(0), "Argument `num_qubits` must be from 1 to 8, but is 0"),
        (lambda: pauli_coefficients(np.eye(2), 2), r"Argument `matrices` must have the shape \(…, 4, 4\)"),
        (
            lambda: pauli_exponential_vjp(np.zeros(3), np.eye(4), 1),
            r"Argument `cotangent` must have the shape \(2, 2\), but is \(4, 4\)",
        ),
    ],
)
def test_mistakes_are_refused(call: object, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        call()
