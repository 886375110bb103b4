"""exp(i Σ θ_k P_k) over Pauli words, all 4^n − 1 of them or some, and its gradient.

A word has a letter for each qubit, the first one for the most significant bit, as in Qiskit's labels. Source of the
parametrisation, and of the order of the words: arXiv 2409.17583 and 2407.14055.

The sum is made letter by letter, by butterflies like those of a Walsh–Hadamard transform: (I, X, Y, Z) becomes the
entries (I + Z, X − iY; X + iY, I − Z) of a 2 × 2 matrix. That takes n 4^n steps, where matrices of the words would take
16^n; the gradient goes back by the adjoint steps.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qnlnet.errors import argument_error
from qnlnet.simulator.matrix_exponentials import Complex, Real, diagonalise, exponential, exponential_vjp

_LETTERS = "IXYZ"
MOST_QUBITS = 8  # 65,535 words

# The entries of a 2 × 2 matrix, row by row, from the coefficients of I, X, Y and Z.
BUTTERFLY = np.array([[1, 0, 0, 1], [0, 1, -1j, 0], [0, 1, 1j, 0], [1, 0, 0, -1]])
BUTTERFLY.flags.writeable = False


def pauli_words(num_qubits: int) -> tuple[str, ...]:
    """Returns all words but the identity, in the order I, X, Y, Z of each letter, the last letter changing fastest.

    Example:
        >>> pauli_words(1), pauli_words(2)[:5]
        (('X', 'Y', 'Z'), ('IX', 'IY', 'IZ', 'XI', 'XX'))
    """
    check_num_qubits(num_qubits)
    return tuple("".join(letters) for letters in product(_LETTERS, repeat=num_qubits))[1:]


def pauli_sum(angles: ArrayLike, num_qubits: int, words: Sequence[str] | None = None) -> Complex:
    """Returns Σ θ_k P_k.

    Args:
        angles: θ in radians, shape (…, words).
        num_qubits: Letters of a word, 1 to 8.
        words: The words P_k, each at most once; None takes those of `pauli_words`.

    Returns:
        Hermitian matrices, shape (…, 2^n, 2^n).

    Raises:
        ArgumentError: A word is unknown or there twice, or the angles are of another number, not real or not finite.
    """
    places = find_places(num_qubits, words)
    theta = np.asarray(angles)
    if np.iscomplexobj(theta) or not np.isfinite(theta).all():
        raise argument_error("angles", "be finite real numbers", theta, "Others make no unitary matrix.")
    check_angles(theta.shape, places)
    spread = np.zeros((*theta.shape[:-1], 4**num_qubits), np.complex128)
    spread[..., places] = theta
    for _ in range(num_qubits):  # the first letter, which then comes behind the others: after n of them all is in order
        spread = spread.reshape(*theta.shape[:-1], 4, -1).swapaxes(-1, -2) @ BUTTERFLY.T
    return spread.reshape(*theta.shape[:-1], -1)[..., order_of_entries(num_qubits)]


def pauli_coefficients(matrices: ArrayLike, num_qubits: int, words: Sequence[str] | None = None) -> Real:
    """Returns Re tr(P_k M), shape (…, words): what `pauli_sum` is the adjoint of, so that it carries gradients back.

    Args:
        matrices: M, shape (…, 2^n, 2^n).
        num_qubits: As for `pauli_sum`.
        words: As for `pauli_sum`.

    Raises:
        ArgumentError: A word is unknown or there twice, or the matrices have another shape.
    """
    places = find_places(num_qubits, words)
    array = np.asarray(matrices)
    if array.shape[-2:] != (2**num_qubits,) * 2:
        raise argument_error("matrices", f"have the shape (…, {2**num_qubits}, {2**num_qubits})", array.shape)
    batch = array.shape[:-2]
    entries = np.empty((*batch, 4**num_qubits), np.complex128)
    entries[..., order_of_entries(num_qubits)] = array
    for _ in range(num_qubits):
        entries = entries.reshape(*batch, 4, -1).swapaxes(-1, -2) @ BUTTERFLY.conj()
    return entries.reshape(*batch, -1)[..., places].real


def pauli_exponential(angles: ArrayLike, num_qubits: int, words: Sequence[str] | None = None) -> Complex:
    """Returns exp(i Σ θ_k P_k), shape (…, 2^n, 2^n), for `angles` of shape (…, words); see `pauli_sum`.

    Example:
        >>> pauli_exponential([0, 0, np.pi / 2], 1).round(9).tolist()  # of X, Y and Z
        [[1j, 0j], [0j, -1j]]
    """
    return exponential(diagonalise(pauli_sum(angles, num_qubits, words)))


def pauli_exponential_vjp(
    angles: ArrayLike, cotangent: ArrayLike, num_qubits: int, words: Sequence[str] | None = None
) -> tuple[Complex, Real]:
    """Returns the exponential U and the gradient to the angles of what has the gradient `cotangent` to U.

    Args:
        angles: As for `pauli_sum`.
        cotangent: ∂L/∂Re U + i ∂L/∂Im U of a real L, shape (…, 2^n, 2^n).
        num_qubits: As for `pauli_sum`.
        words: As for `pauli_sum`.

    Returns:
        U, shape (…, 2^n, 2^n), and ∂L/∂θ, shape (…, words).

    Raises:
        ArgumentError: As for `pauli_sum`, or the cotangent has another shape.
    """
    basis = diagonalise(pauli_sum(angles, num_qubits, words))
    array = np.asarray(cotangent)
    if array.shape != basis.vectors.shape:
        raise argument_error("cotangent", f"have the shape {basis.vectors.shape}", array.shape)
    return exponential(basis), pauli_coefficients(exponential_vjp(basis, array), num_qubits, words)


def find_places(num_qubits: int, words: Sequence[str] | None) -> NDArray[np.int64]:
    """Returns where words stand among all 4^n, the identity first.

    Raises:
        ArgumentError: There are too many qubits or too few, or a word is unknown or there twice.
    """
    check_num_qubits(num_qubits)
    if words is None:
        return np.arange(1, 4**num_qubits)
    for word in words:
        if len(word) != num_qubits or not {*word} <= {*_LETTERS}:
            raise argument_error("words", f"each have {num_qubits} of the letters {_LETTERS}", word)
    if len({*words}) < len(words):
        raise argument_error("words", "be different", list(words))
    return np.array([sum(_LETTERS.index(letter) * 4**k for k, letter in enumerate(word[::-1])) for word in words], int)


def check_num_qubits(num_qubits: int) -> None:
    """Raises an `ArgumentError` where there are too many qubits for matrices, or none."""
    if not 1 <= num_qubits <= MOST_QUBITS:
        raise argument_error("num_qubits", f"be from 1 to {MOST_QUBITS}", num_qubits)


def check_angles(shape: Sequence[int], places: NDArray[np.int64]) -> None:
    """Raises an `ArgumentError` unless there is an angle for each word."""
    if len(shape) < 1 or shape[-1] != len(places):
        raise argument_error("angles", f"have the shape (…, {len(places)})", tuple(shape))


@cache
def order_of_entries(num_qubits: int) -> NDArray[np.int64]:
    """Returns where a matrix's entries stand, shape (2^n, 2^n), if row and column bits take turns, first bits first."""
    index = np.arange(2**num_qubits)
    spread = np.sum([(index >> bit & 1) << 2 * bit for bit in range(num_qubits)], axis=0)
    order: NDArray[np.int64] = 2 * spread[:, None] + spread
    order.flags.writeable = False
    return order
