"""exp(i t A) of many real symmetric matrices, each on a state of its own, in single or double precision.

For matrices that come from images and change with what is trained, so that no eigenbasis can be kept. One of them
serves for any number of times that its exponential is applied, and for the gradient. A library's matrix product takes
ten times as long as these loops where each matrix meets one vector only.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import cached_njit

_reordered = cached_njit(fastmath=("contract", "reassoc", "nsz"))  # sums in an order of the compiler's, alike for all


class Evolved(NamedTuple):
    """What exp(i t A) makes of states.

    Attributes:
        states: exp(i t A) ψ, real part and imaginary part, shape (batch, 2, d).
        halfway: exp(i t A/2) ψ in the eigenbasis, in that shape: what the gradient to A is made of.
    """

    states: NDArray[Any]
    halfway: NDArray[Any]


def evolve_each(
    states: NDArray[Any], time: float, values: NDArray[Any], vectors: NDArray[Any], *, back: bool = False
) -> Evolved:
    """Returns exp(i t A) ψ of each matrix and its state.

    Args:
        states: ψ, real part and imaginary part, shape (batch, 2, d), contiguous.
        time: t, in units of one over those of A.
        values: The eigenvalues of A, shape (batch, d).
        vectors: Its eigenvectors, in rows, shape (batch, d, d), contiguous, all of the same type.
        back: Whether it is exp(−i t A).
    """
    half = np.asarray((-time if back else time) / 2, values.dtype) * values
    evolved, halfway = np.empty_like(states), np.empty_like(states)
    _evolve(vectors, np.cos(half), np.sin(half), states, halfway, evolved)
    return Evolved(evolved, halfway)


@_reordered
def _evolve(vectors: Any, cosines: Any, sines: Any, states: Any, halfway: Any, evolved: Any) -> None:
    batch, size = cosines.shape
    zero = cosines.dtype.type(0)
    for row in range(batch):
        basis, state, half, result = vectors[row], states[row], halfway[row], evolved[row]
        result[:] = zero
        for i in range(size):
            real, imaginary = zero, zero
            for j in range(size):
                real += basis[i, j] * state[0, j]
                imaginary += basis[i, j] * state[1, j]
            cosine, sine = cosines[row, i], sines[row, i]
            half[0, i] = real * cosine - imaginary * sine
            half[1, i] = real * sine + imaginary * cosine
            real = half[0, i] * cosine - half[1, i] * sine
            imaginary = half[0, i] * sine + half[1, i] * cosine
            for j in range(size):
                result[0, j] += real * basis[i, j]
                result[1, j] += imaginary * basis[i, j]


def weigh_by_slopes(products: NDArray[Any], time: float, values: NDArray[Any]) -> None:
    """Turns products of states and gradients into a gradient to A, symmetric, all in the eigenbasis, in place.

    Args:
        products: Re(i left_a* right_b), summed over all times that exp(i t A) was applied, where left and right are
            what `evolve_each` gave as `halfway`: of gradients, with `back`, and of states. Shape (batch, d, d),
            contiguous.
        time: As for `evolve_each`.
        values: As for `evolve_each`.
    """
    half = np.asarray(time / 2, values.dtype) * values
    _weigh(products, products.dtype.type(time), half, np.cos(half), np.sin(half))


@_reordered
def _weigh(products: Any, time: Any, half: Any, cosines: Any, sines: Any) -> None:
    """Multiplies by t sin(x)/x, x = t(a − b)/2, what is made symmetric."""
    batch, size = half.shape
    number = half.dtype.type
    near, one = number(0.1), number(1)
    by_6, by_20, by_42, by_72 = number(1 / 6), number(1 / 20), number(1 / 42), number(1 / 72)
    for row in range(batch):
        matrix, phase, cosine, sine = products[row], half[row], cosines[row], sines[row]
        for a in range(size):
            for b in range(a):
                apart = phase[a] - phase[b]
                squared = apart * apart
                series = one - by_42 * squared * (one - by_72 * squared)
                series = one - by_6 * squared * (one - by_20 * squared * series)
                quotient = (sine[a] * cosine[b] - cosine[a] * sine[b]) / apart  # next to 0 it loses its digits
                matrix[a, b] += matrix[b, a]
                matrix[a, b] *= number(0.5) * time * (series if abs(apart) < near else quotient)
                matrix[b, a] = matrix[a, b]
            matrix[a, a] *= time
