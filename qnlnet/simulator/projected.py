"""Projected kernels: Gaussians of how far the states of single qubits are apart.

Source: Huang et al. 2021, Nature Communications 12, 2631, arXiv 2011.01938: k = exp(−γ Σ_q ‖ρ_q − ρ'_q‖²), with the
reduced density matrix ρ_q = (1 + r_q·σ)/2 of qubit q and the Frobenius norm, so that ‖ρ_q − ρ'_q‖² = |r_q − r'_q|²/2.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qnlnet.errors import argument_error

Real = NDArray[np.float64]


def bloch_vectors(states: ArrayLike) -> Real:
    """Returns ⟨X⟩, ⟨Y⟩ and ⟨Z⟩ of each qubit, shape (count, 3 · qubits), qubit by qubit.

    Args:
        states: Normalised states, shape (count, 2^qubits), bit k of an index for qubit k.

    Raises:
        ArgumentError: The states have another shape.

    Example:
        >>> bloch_vectors([[1, 0], [0.6, 0.8j]]).round(2).tolist()
        [[0.0, 0.0, 1.0], [0.0, 0.96, -0.28]]
    """
    array = np.asarray(states)
    qubits = (array.shape[-1] if array.ndim == 2 else 0).bit_length() - 1
    if array.ndim != 2 or qubits < 1 or array.shape[1] != 1 << qubits:
        raise argument_error("states", "have the shape (count, 2^qubits)", array.shape)
    vectors = np.empty((len(array), qubits, 3))
    for qubit in range(qubits):
        halves = array.reshape(len(array), 1 << (qubits - qubit - 1), 2, 1 << qubit)
        off, first, second = (
            np.einsum("bij,bij->b", left.conj(), right)
            for left, right in (
                (halves[:, :, 0], halves[:, :, 1]),
                (halves[:, :, 0], halves[:, :, 0]),
                (halves[:, :, 1], halves[:, :, 1]),
            )
        )
        vectors[:, qubit] = np.stack([2 * off.real, 2 * off.imag, first.real - second.real], axis=1)
    return vectors.reshape(len(array), -1)


def usual_gamma(vectors: Real) -> float:
    """Returns one over the mean of Σ_q ‖ρ_q − ρ'_q‖² over all pairs, for Bloch vectors, shape (count, 3 · qubits)."""
    spread = float(np.var(vectors, axis=0).sum())
    return 1.0 / spread if spread > 0 else 1.0


def gaussians(left: Real, right: Real | None = None, *, gamma: float) -> NDArray[Any]:
    """Returns the projected kernel of each pair, shape (count, other count), for Bloch vectors as `bloch_vectors` has.

    An entry is the same to the bit whichever others are asked about, and whichever of the two comes first.

    Args:
        left: Shape (count, 3 · qubits).
        right: Shape (other count, 3 · qubits); None takes `left`.
        gamma: γ.
    """
    from scipy.spatial.distance import cdist  # not needed for states

    kernel: NDArray[Any] = cdist(left, left if right is None else right, "sqeuclidean")
    kernel *= -gamma / 2
    return np.exp(kernel, out=kernel)
