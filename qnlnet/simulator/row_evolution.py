"""exp(−i t A) ψ of many rows, each with a real symmetric A of its own, compiled: what fixed data in layers costs most.

A layout of its own lets one vector instruction serve a whole row: real parts, then imaginary parts, shape (rows, 2, d).
With A = V Λ Vᵀ and coefficients c = Vᵀ ψ the result is V (e^{−itΛ} c). `qnlnet.simulator.matrix_exponentials.evolve` is
the same in NumPy, for any axes.
"""

import numpy as np

from qnlnet.compilation import cached_njit

# Sums in another order, and a · b + c in one rounding: each sum is over one row, so that no other row has a say in it.
compiled = cached_njit(fastmath=("reassoc", "contract", "nsz"))
inlined = cached_njit(fastmath=("reassoc", "contract", "nsz"), forceinline=True)


@inlined
def _into_basis(basis, state, real, imaginary):
    """Writes Vᵀ ψ."""
    real[:] = 0
    imaginary[:] = 0
    for i in range(basis.shape[1]):
        a, b = state[0, i], state[1, i]
        for k in range(basis.shape[1]):
            real[k] += a * basis[1 + i, k]
            imaginary[k] += b * basis[1 + i, k]


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
def evolve_rows(states, bases, cos, sin, evolved, coefficients):
    """Evolves each row.

    Args:
        states: ψ, shape (rows, 2, d).
        bases: Λ, then V, shape (rows, 1 + d, d).
        cos: cos(tΛ), shape (rows, d).
        sin: sin(tΛ), of that shape.
        evolved: Receives exp(−i t A) ψ, shape (rows, 2, d).
        coefficients: Receives those of the result, e^{−itΛ} c, shape (rows, 2, d).
    """
    real, imaginary = np.empty_like(cos[0]), np.empty_like(cos[0])
    for row in range(states.shape[0]):
        _into_basis(bases[row], states[row], real, imaginary)
        for k in range(cos.shape[1]):
            coefficients[row, 0, k] = cos[row, k] * real[k] + sin[row, k] * imaginary[k]
            coefficients[row, 1, k] = cos[row, k] * imaginary[k] - sin[row, k] * real[k]
        _out_of_basis(bases[row], coefficients[row, 0], coefficients[row, 1], evolved[row])


@compiled
def evolve_rows_vjp(cotangent, bases, cos, sin, coefficients, by_states, by_times):
    """Writes the gradients to states and times of what has the gradient `cotangent` to the evolved rows.

    Args:
        cotangent: ∂L/∂Re, ∂L/∂Im, shape (rows, 2, d).
        bases: As for `evolve_rows`.
        cos: As for `evolve_rows`.
        sin: As for `evolve_rows`.
        coefficients: What `evolve_rows` gave.
        by_states: Receives the gradient to the states, shape (rows, 2, d).
        by_times: Receives that to each row's time, shape (rows,).
    """
    real, imaginary = np.empty_like(cos[0]), np.empty_like(cos[0])
    for row in range(cotangent.shape[0]):
        _into_basis(bases[row], cotangent[row], real, imaginary)
        slope = cos.dtype.type(0)
        for k in range(cos.shape[1]):
            slope += bases[row, 0, k] * (real[k] * coefficients[row, 1, k] - imaginary[k] * coefficients[row, 0, k])
            a, b = real[k], imaginary[k]
            real[k] = cos[row, k] * a - sin[row, k] * b
            imaginary[k] = cos[row, k] * b + sin[row, k] * a
        by_times[row] = slope
        _out_of_basis(bases[row], real, imaginary, by_states[row])
