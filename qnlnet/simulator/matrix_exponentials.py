"""Exponentials of Hermitian matrices by their eigenvectors, with gradients that equal eigenvalues do no harm to.

With H = V Λ V† and f(H) = V f(Λ) V†, the derivative along E is V (F ∘ V†EV) V†, where F holds the divided differences
(f(a) − f(b)) / (a − b) of the eigenvalues (Daleckii and Krein; Higham 2008, Functions of Matrices, theorem 3.11). For
f(x) = exp(isx) they are is · exp(is(a + b)/2) · sinc(s(a − b)/2), with sinc(x) = sin(x)/x, in which nothing cancels.

A gradient is that of a real L: the cotangent of a complex array Z is ∂L/∂Re Z + i ∂L/∂Im Z, as in torch.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qnlnet.errors import argument_error

_ROUNDING = 64  # of numbers that should be equal, in units of the type's rounding
_BLOCK = 2**20  # matrix entries that are held at a time

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Eigenbasis(NamedTuple):
    """Eigenvalues, ascending, shape (…, d), and eigenvectors in the columns of matrices, shape (…, d, d)."""

    values: Any
    vectors: Any


def diagonalise(matrices: ArrayLike) -> Eigenbasis:
    """Returns the eigenbasis of Hermitian matrices, in double precision; of real symmetric ones, a real one.

    Args:
        matrices: Shape (…, d, d).

    Raises:
        ArgumentError: They are not square, not finite, or not Hermitian up to rounding of their type.
    """
    array = np.asarray(matrices)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise argument_error("matrices", "have the shape (…, d, d)", array.shape)
    if not np.isfinite(array).all():
        raise argument_error("matrices", "be finite", array[~np.isfinite(array)][0].item())
    precision = np.finfo(array.dtype).eps if np.issubdtype(array.dtype, np.inexact) else 0.0
    error = np.abs(array - np.conj(np.swapaxes(array, -1, -2))).max(initial=0.0)
    if error > _ROUNDING * precision * np.abs(array).max(initial=0.0):
        raise argument_error("matrices", "equal their conjugate transpose", f"off by {error:.3g}", "Symmetrise them.")
    values, vectors = np.linalg.eigh(array.astype(np.complex128 if np.iscomplexobj(array) else np.float64))
    return Eigenbasis(values, vectors)


def exponential(basis: Eigenbasis) -> Complex:
    """Returns exp(iH), shape (…, d, d), for the eigenbasis of H."""
    return (basis.vectors * np.exp(1j * basis.values)[..., None, :]) @ _adjoint(basis.vectors)


def exponential_vjp(basis: Eigenbasis, cotangent: NDArray[Any]) -> NDArray[Any]:
    """Returns the gradient to H of what has the gradient `cotangent` to exp(iH).

    Args:
        basis: The eigenbasis of H, shape (…, d, d).
        cotangent: Complex, shape (…, d, d).

    Returns:
        Shape (…, d, d), Hermitian: the part that moves within Hermitian matrices see; real for a real eigenbasis.
    """
    vectors, adjoint = basis.vectors, _adjoint(basis.vectors)
    total = basis.values[..., :, None] + basis.values[..., None, :]
    apart = basis.values[..., :, None] - basis.values[..., None, :]
    slopes = -1j * np.exp(-0.5j * total) * _sinc(apart / 2)
    inner = slopes * (adjoint @ cotangent @ vectors)
    inner = (inner + _adjoint(inner)) / 2
    return vectors @ (inner.real if np.isrealobj(vectors) else inner) @ adjoint


def evolve(states: NDArray[Any], times: NDArray[Any] | float, basis: Eigenbasis) -> Complex:
    """Returns exp(−i t A) ψ without making the exponential.

    Args:
        states: ψ, shape (…, d).
        times: t, shape (…), in units of one over those of A.
        basis: Eigenbasis of the real symmetric A, shape (…, d, d). Leading axes are broadcast against each other; one
            matrix for many states costs one matrix product.

    Returns:
        Shape (…, d).
    """
    phases = np.exp(-1j * np.asarray(times)[..., None] * basis.values)
    return _times(phases * _times(np.asarray(states), basis.vectors), _adjoint(basis.vectors))


def evolve_vjp(
    states: NDArray[Any],
    times: NDArray[Any] | float,
    basis: Eigenbasis,
    cotangent: NDArray[Any],
    *,
    want_matrices: bool = True,
) -> tuple[Complex, Real, Real | None]:
    """Returns the gradients to states, times and matrices of what has the gradient `cotangent` to `evolve`.

    Args:
        states: As for `evolve`.
        times: As for `evolve`.
        basis: As for `evolve`.
        cotangent: Complex, in the shape of the result.
        want_matrices: Whether the third is computed, which is most of the work.

    Returns:
        Each in the shape of what it is the gradient to; the third symmetric, the part that symmetric matrices see.
    """
    states, times = np.asarray(states), np.asarray(times)
    behind, before = _times(cotangent, basis.vectors), _times(states, basis.vectors)
    half = np.exp(-0.5j * times[..., None] * basis.values)
    left, right = behind * half.conj(), before * half
    by_states = _times(left * half.conj(), _adjoint(basis.vectors))
    by_times = (basis.values * (left.conj() * right).imag).sum(-1)
    by_matrices = None
    if want_matrices:
        inner = _matrix_slopes(times, basis.values, left, right)
        inner = (inner + np.swapaxes(inner, -1, -2)) / 2
        by_matrices = basis.vectors @ inner @ _adjoint(basis.vectors)
    return sum_to(by_states, states.shape), sum_to(by_times, times.shape), by_matrices


def _matrix_slopes(times: Real, values: Real, left: Complex, right: Complex) -> Real:
    """Returns t sinc(t(a − b)/2) Re(i left_a right_b*), summed over the states of a matrix, in the eigenbasis."""
    apart = values[..., :, None] - values[..., None, :]
    if values.ndim > 1 or times.ndim == 0:
        spread = times[..., None, None] * _sinc(times[..., None, None] * apart / 2)
        if values.ndim == 1:  # all states see the same
            left, right = (part.reshape(-1, len(values)) for part in np.broadcast_arrays(left, right))
            return spread * (left.real.T @ right.imag - left.imag.T @ right.real)
        return sum_to(spread * _outer(left, right), apart.shape)
    spread_times = np.broadcast_to(times[..., None], np.broadcast_shapes(left.shape, right.shape))
    each_time = spread_times.reshape(-1, len(values))[:, :1, None]
    left, right = (part.reshape(-1, len(values)) for part in np.broadcast_arrays(left, right))
    total, block = np.zeros_like(apart), max(1, _BLOCK // apart.size)
    for start in range(0, len(left), block):
        some = slice(start, start + block)
        time = each_time[some]
        total += (time * _sinc(time * apart / 2) * _outer(left[some], right[some])).sum(0)
    return total


def sum_to(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Returns the sums over the axes that broadcasting from `shape` has made."""
    array = array.sum(tuple(range(array.ndim - len(shape))))
    axes = tuple(axis for axis, length in enumerate(shape) if length == 1 and array.shape[axis] != 1)
    return array.sum(axes, keepdims=True)


def _outer(left: Complex, right: Complex) -> Real:
    real, imaginary = left[..., :, None], right[..., None, :]
    return real.real * imaginary.imag - real.imag * imaginary.real


def _times(rows: NDArray[Any], matrices: NDArray[Any]) -> NDArray[Any]:
    """Returns each row times its matrix, or all times the one that there is."""
    if np.iscomplexobj(rows) and np.isrealobj(matrices):  # NumPy would first make the matrices complex
        parts = np.stack([rows.real, rows.imag])
        parts = parts @ matrices if matrices.ndim == 2 else np.moveaxis(np.moveaxis(parts, 0, -2) @ matrices, -2, 0)
        return parts[0] + 1j * parts[1]
    return rows @ matrices if matrices.ndim == 2 else (rows[..., None, :] @ matrices)[..., 0, :]


def _adjoint(matrices: NDArray[Any]) -> NDArray[Any]:
    return np.conj(np.swapaxes(matrices, -1, -2))


def _sinc(x: Real) -> Real:
    return np.sinc(x / np.pi)
