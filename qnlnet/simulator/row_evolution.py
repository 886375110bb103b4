"""exp(−i t A) ψ of many rows, each with a real symmetric A of its own, and gradients to t and to A, compiled.

A layout of its own lets one vector instruction serve a whole row: real parts, then imaginary parts, shape (rows, 2, d).
Eigenbases are Λ, then V, shape (rows, 1 + d, d), of A = V Λ Vᵀ. With c = Vᵀ ψ the result is V (e^{−itΛ} c). Both
gradients are made of what there is halfway, e^{−itΛ/2} c. `qnlnet.simulator.matrix_exponentials` has where they come
from, and the same in NumPy for any axes: ten times slower where each matrix meets one vector only.
"""

import numpy as np

from qnlnet.compilation import cached_njit

# Sums in another order, and a · b + c in one rounding: each sum is over one row, so that no other row has a say in it.
compiled = cached_njit(fastmath=("reassoc", "contract", "nsz"))
inlined = cached_njit(fastmath=("reassoc", "contract", "nsz"), forceinline=True)


@inlined
def _into_basis(basis, state, real, imaginary):
    """Writes Vᵀ ψ, four rows of V at a time: what they are added to is then read and written once for all."""
    size = basis.shape[1]
    whole = size - size % 4
    for k in range(size):
        real[k] = imaginary[k] = 0
    for i in range(0, whole, 4):
        a, b, c, d = state[0, i], state[0, i + 1], state[0, i + 2], state[0, i + 3]
        e, f, g, h = state[1, i], state[1, i + 1], state[1, i + 2], state[1, i + 3]
        for k in range(size):
            p, q, r, s = basis[1 + i, k], basis[2 + i, k], basis[3 + i, k], basis[4 + i, k]
            real[k] += a * p + b * q + c * r + d * s
            imaginary[k] += e * p + f * q + g * r + h * s
    for i in range(whole, size):
        for k in range(size):
            real[k] += state[0, i] * basis[1 + i, k]
            imaginary[k] += state[1, i] * basis[1 + i, k]


@inlined
def _turn(cos, sin, real, imaginary, half):
    """Multiplies by e^{−itΛ/2} twice, and writes what there is after the first time."""
    for k in range(cos.size):
        a = cos[k] * real[k] + sin[k] * imaginary[k]
        b = cos[k] * imaginary[k] - sin[k] * real[k]
        half[0, k], half[1, k] = a, b
        real[k] = cos[k] * a + sin[k] * b
        imaginary[k] = cos[k] * b - sin[k] * a


@inlined
def _out_of_basis(basis, real, imaginary, state):
    """Writes V c."""
    for i in range(basis.shape[1]):
        a = b = state.dtype.type(0)
        for k in range(basis.shape[1]):
            a += basis[1 + i, k] * real[k]
            b += basis[1 + i, k] * imaginary[k]
        state[0, i], state[1, i] = a, b


@compiled
def evolve_rows(states, bases, cos, sin, evolved, halfway):
    """Evolves each row; a gradient to the evolved rows, with −sin, becomes that to the states.

    Args:
        states: ψ, shape (rows, 2, d).
        bases: Λ, then V, shape (rows, 1 + d, d). All arrays are contiguous.
        cos: cos(tΛ/2), shape (rows, d).
        sin: sin(tΛ/2), of that shape.
        evolved: Receives exp(−i t A) ψ, shape (rows, 2, d).
        halfway: Receives e^{−itΛ/2} c, shape (rows, 2, d).
    """
    real, imaginary = np.empty_like(cos[0]), np.empty_like(cos[0])
    for row in range(states.shape[0]):
        _into_basis(bases[row], states[row], real, imaginary)
        _turn(cos[row], sin[row], real, imaginary, halfway[row])
        _out_of_basis(bases[row], real, imaginary, evolved[row])


@compiled
def find_time_gradients(left, right, bases, by_times):
    """Finds the gradients to times, Σ λ Im(left* right).

    Args:
        left: What `evolve_rows` gave as `halfway` of gradients, shape (rows, 2, d).
        right: What it gave of states, of that shape.
        bases: As for `evolve_rows`.
        by_times: Receives the gradient to each row's time, shape (rows,).
    """
    for row in range(left.shape[0]):
        slope = left.dtype.type(0)
        for k in range(left.shape[2]):
            slope += bases[row, 0, k] * (left[row, 0, k] * right[row, 1, k] - left[row, 1, k] * right[row, 0, k])
        by_times[row] = slope


@compiled
def weigh_by_slopes(products, time, bases, cos, sin):
    """Makes products symmetric and multiplies them by t sin(x)/x, x = t(a − b)/2: a gradient to A in its eigenbasis.

    Args:
        products: Re(i left right*), summed over all times that exp(−i t A) was applied, where left and right are as for
            `find_time_gradients`, shape (rows, d, d). Receives the gradients, symmetric.
        time: t.
        bases: As for `evolve_rows`.
        cos: As for `evolve_rows`.
        sin: As for `evolve_rows`.
    """
    number = cos.dtype.type
    whole, half, one, near = number(time), number(0.5), number(1), number(0.1)
    by_6, by_20, by_42, by_72 = number(1 / 6), number(1 / 20), number(1 / 42), number(1 / 72)
    for row in range(products.shape[0]):
        matrix, values = products[row], bases[row, 0]
        for a in range(cos.shape[1]):
            for b in range(a):
                apart = half * whole * (values[a] - values[b])
                squared = apart * apart
                series = one - by_42 * squared * (one - by_72 * squared)
                series = one - by_6 * squared * (one - by_20 * squared * series)
                quotient = (sin[row, a] * cos[row, b] - cos[row, a] * sin[row, b]) / apart  # loses its digits near 0
                matrix[a, b] += matrix[b, a]
                matrix[a, b] *= half * whole * (series if abs(apart) < near else quotient)
                matrix[b, a] = matrix[a, b]
            matrix[a, a] *= whole
