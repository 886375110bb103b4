"""exp(−i t A) ψ of many rows, each with a real symmetric A of its own, and gradients to t and to A, compiled.

Complex numbers are laid out so that one vector instruction serves many: real parts, then imaginary parts, shape
(rows, 2, d). With A = Σ λ_k w_k w_kᵀ and coefficients c_k = w_kᵀ ψ the result is Σ e^{−itλ_k} c_k w_k, for which each
eigenvector is read once. Both gradients are made of the coefficients halfway, e^{−itλ_k/2} c_k.
`qnlnet.simulator.matrix_exponentials` says where they come from, and has the same in NumPy, for any axes: ten times
slower where each matrix meets one vector only.
"""

import numpy as np

from qnlnet.compilation import cached_njit

# Sums in another order, and a · b + c in one rounding: each sum is over one row, so that no other row has a say in it.
compiled = cached_njit(fastmath=("reassoc", "contract", "nsz"))
inlined = cached_njit(fastmath=("reassoc", "contract", "nsz"), forceinline=True)


@inlined
def _turn(k, real, imaginary, cos, sin, half):
    """Returns e^{−itλ_k} times a number, and writes what there is halfway."""
    a = cos[k] * real + sin[k] * imaginary
    b = cos[k] * imaginary - sin[k] * real
    half[0, k], half[1, k] = a, b
    return cos[k] * a + sin[k] * b, cos[k] * b - sin[k] * a


@inlined
def _add_one(k, vectors, state, cos, sin, half, real, imaginary):
    """Adds what eigenvector k has a share in."""
    a = b = cos.dtype.type(0)
    for i in range(real.size):
        a += vectors[k, i] * state[0, i]
        b += vectors[k, i] * state[1, i]
    a, b = _turn(k, a, b, cos, sin, half)
    for i in range(real.size):
        real[i] += a * vectors[k, i]
        imaginary[i] += b * vectors[k, i]


@inlined
def _add_four(k, vectors, state, cos, sin, half, real, imaginary):
    """Adds what eigenvectors k to k + 3 have a share in: states are read, and sums written, once for all of them."""
    a = b = c = d = e = f = g = h = cos.dtype.type(0)
    for i in range(real.size):
        p, q, r, s = vectors[k, i], vectors[k + 1, i], vectors[k + 2, i], vectors[k + 3, i]
        x, y = state[0, i], state[1, i]
        a, b, c, d = a + p * x, b + q * x, c + r * x, d + s * x
        e, f, g, h = e + p * y, f + q * y, g + r * y, h + s * y
    a, e = _turn(k, a, e, cos, sin, half)
    b, f = _turn(k + 1, b, f, cos, sin, half)
    c, g = _turn(k + 2, c, g, cos, sin, half)
    d, h = _turn(k + 3, d, h, cos, sin, half)
    for i in range(real.size):
        p, q, r, s = vectors[k, i], vectors[k + 1, i], vectors[k + 2, i], vectors[k + 3, i]
        real[i] += a * p + b * q + c * r + d * s
        imaginary[i] += e * p + f * q + g * r + h * s


@compiled
def evolve_rows(states, bases, cos, sin, evolved, halfway):
    """Evolves each row; a gradient to the evolved rows, with −sin, becomes that to the states.

    Args:
        states: ψ, shape (rows, 2, d).
        bases: The eigenvectors, in the last d rows of each matrix, shape (rows, d or more, d); contiguous, as all are.
        cos: cos(tλ/2), shape (rows, d).
        sin: sin(tλ/2), of that shape.
        evolved: Receives exp(−i t A) ψ, shape (rows, 2, d).
        halfway: Receives e^{−itλ/2} c, shape (rows, 2, d).
    """
    size = bases.shape[2]
    whole = size - size % 4
    real, imaginary = np.empty_like(cos[0]), np.empty_like(cos[0])
    for row in range(states.shape[0]):
        vectors, half = bases[row, bases.shape[1] - size :], halfway[row]
        for i in range(size):
            real[i] = imaginary[i] = 0
        for k in range(0, whole, 4):
            _add_four(k, vectors, states[row], cos[row], sin[row], half, real, imaginary)
        for k in range(whole, size):
            _add_one(k, vectors, states[row], cos[row], sin[row], half, real, imaginary)
        for i in range(size):
            evolved[row, 0, i], evolved[row, 1, i] = real[i], imaginary[i]


@compiled
def find_time_gradients(left, right, values, by_times):
    """Finds the gradients to times, Σ λ Im(left* right).

    Args:
        left: What `evolve_rows` gave as `halfway` of gradients, shape (rows, 2, d).
        right: What it gave of states, of that shape.
        values: λ, shape (rows, d).
        by_times: Receives the gradient to each row's time, shape (rows,).
    """
    for row in range(left.shape[0]):
        slope = left.dtype.type(0)
        for k in range(left.shape[2]):
            slope += values[row, k] * (left[row, 0, k] * right[row, 1, k] - left[row, 1, k] * right[row, 0, k])
        by_times[row] = slope


@compiled
def weigh_by_slopes(products, time, values, cos, sin):
    """Makes products symmetric and multiplies them by t sin(x)/x, x = t(a − b)/2: a gradient to A in its eigenbasis.

    Args:
        products: Re(i left right*), summed over all times that exp(−i t A) was applied, where left and right are as for
            `find_time_gradients`, shape (rows, d, d). Receives the gradients, symmetric.
        time: t.
        values: As for `find_time_gradients`.
        cos: As for `evolve_rows`.
        sin: As for `evolve_rows`.
    """
    number = cos.dtype.type
    whole, half, one, near = number(time), number(0.5), number(1), number(0.1)
    by_6, by_20, by_42, by_72 = number(1 / 6), number(1 / 20), number(1 / 42), number(1 / 72)
    for row in range(products.shape[0]):
        matrix = products[row]
        for a in range(cos.shape[1]):
            for b in range(a):
                apart = half * whole * (values[row, a] - values[row, b])
                squared = apart * apart
                series = one - by_42 * squared * (one - by_72 * squared)
                series = one - by_6 * squared * (one - by_20 * squared * series)
                quotient = (sin[row, a] * cos[row, b] - cos[row, a] * sin[row, b]) / apart  # loses its digits near 0
                matrix[a, b] += matrix[b, a]
                matrix[a, b] *= half * whole * (series if abs(apart) < near else quotient)
                matrix[b, a] = matrix[a, b]
            matrix[a, a] *= whole
