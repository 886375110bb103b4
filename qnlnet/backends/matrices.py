"""Matrix exponentials as torch functions: of sums of Pauli words, of any Hermitian matrix, and applied to states.

The first derivative comes from eigenvectors by divided differences (`qnlnet.simulator.matrix_exponentials`), to which
equal eigenvalues do no harm. Where a graph of the gradient is wanted (`create_graph=True`, torch.func), the backward
pass is written with torch.linalg.matrix_exp of a block matrix,

    exp([[X, E], [0, X]]) = [[exp X, L(X, E)], [0, exp X]]    (Higham 2008, Functions of Matrices, equation 3.16),

which torch differentiates further: derivatives of any order, backwards. Forward mode (jvp, jacfwd) is refused by torch.
All is computed in double precision on the CPU; results have the precision and the device of the arguments.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from qnlnet.backends.tensors import is_transformed, to_array
from qnlnet.errors import argument_error
from qnlnet.simulator import matrix_exponentials
from qnlnet.simulator.matrix_exponentials import Eigenbasis, diagonalise
from qnlnet.simulator.pauli_exponential import BUTTERFLY, check_angles, find_places, order_of_entries


def pauli_sum(angles: Tensor, num_qubits: int, words: Sequence[str] | None = None) -> Tensor:
    """Returns Σ θ_k P_k, shape (…, 2^n, 2^n), complex, for `angles` of shape (…, words).

    Args:
        angles: θ in radians, real.
        num_qubits: Letters of a word, 1 to 8.
        words: The words P_k in Qiskit's form; None takes all but the identity, in the order of
            `qnlnet.simulator.pauli_exponential.pauli_words`.

    Raises:
        ArgumentError: A word is unknown or there twice, or the angles are of another number or not real.
    """
    places = find_places(num_qubits, words)
    check_angles(angles.shape, places)
    if angles.is_complex():
        raise argument_error("angles", "be real numbers", str(angles.dtype), "Others make no unitary matrix.")
    batch, count = angles.shape[:-1], 4**num_qubits
    butterfly = torch.from_numpy(BUTTERFLY.T.copy()).to(angles.device, _complex(angles.dtype))
    index = torch.from_numpy(places).to(angles.device)
    spread = angles.new_zeros(*batch, count).index_copy(-1, index, angles).to(butterfly.dtype)
    for _ in range(num_qubits):
        spread = spread.reshape(*batch, 4, -1).transpose(-1, -2) @ butterfly
    return spread.reshape(*batch, count)[..., torch.from_numpy(order_of_entries(num_qubits).copy()).to(angles.device)]


def pauli_exponential(angles: Tensor, num_qubits: int, words: Sequence[str] | None = None) -> Tensor:
    """Returns exp(i Σ θ_k P_k), shape (…, 2^n, 2^n), complex; see `pauli_sum` and, for derivatives, the module.

    Example:
        >>> pauli_exponential(torch.tensor([0.0, 0.0, torch.pi / 2]), 1).imag.diagonal()  # of X, Y and Z
        tensor([ 1., -1.])
    """
    return exponential(pauli_sum(angles, num_qubits, words))


def exponential(generators: Tensor) -> Tensor:
    """Returns exp(iH), shape (…, d, d), complex; exp(−i t A) is `exponential(-t * A)`.

    Args:
        generators: Hermitian matrices H, or real symmetric ones, shape (…, d, d). Their gradient is Hermitian, too.

    Raises:
        ArgumentError: A matrix is not square, not finite or not Hermitian.
    """
    unitary: Tensor = _Exponential.apply(generators)[0]
    return unitary


def evolve(states: Tensor, times: Tensor, matrices: Tensor, basis: Eigenbasis | None = None) -> Tensor:
    """Returns exp(−i t A) ψ without making the exponential, shape (…, d), complex.

    Args:
        states: ψ, real or complex, shape (…, d).
        times: t, real, shape (…), in units of one over those of A.
        matrices: A, real symmetric, shape (…, d, d); leading axes are broadcast against each other.
        basis: What `Eigenbases.of` gave for `matrices`; None finds it.

    Raises:
        ArgumentError: A matrix is not square, not finite, not real or not symmetric; or times are not real.
    """
    if times.is_complex() or matrices.is_complex():
        name, dtype = ("times", times.dtype) if times.is_complex() else ("matrices", matrices.dtype)
        raise argument_error(name, "be real numbers", str(dtype))
    basis = diagonalise(to_array(matrices)) if basis is None else basis
    if np.shape(basis.vectors) != tuple(matrices.shape):
        raise argument_error("basis", f"have vectors of the shape {tuple(matrices.shape)}", np.shape(basis.vectors))
    evolved: Tensor = _Evolution.apply(states, times, matrices, basis)
    return evolved


class _Exponential(torch.autograd.Function):
    @staticmethod
    def forward(generators: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        basis = diagonalise(to_array(generators))
        unitary = torch.from_numpy(matrix_exponentials.exponential(basis)).to(
            generators.device, _complex(generators.dtype)
        )
        return unitary, torch.from_numpy(basis.values), torch.from_numpy(basis.vectors)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(*output[1:])
        ctx.save_for_backward(inputs[0], *output[1:])

    @staticmethod
    def backward(ctx: Any, cotangent: Tensor, *_: Any) -> Tensor:
        generators, values, vectors = ctx.saved_tensors
        if _is_plain(cotangent):
            basis = Eigenbasis(values.numpy(), vectors.numpy())
            slope = torch.from_numpy(matrix_exponentials.exponential_vjp(basis, to_array(cotangent)))
        else:
            slope = -1j * _frechet(-1j * generators.to(torch.complex128), cotangent.to(torch.complex128))
            slope = (slope + slope.mH) / 2
        return _like(slope, generators)

    @staticmethod
    def vmap(_: Any, in_dims: tuple[int | None], generators: Tensor) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        assert in_dims[0] is not None
        return _Exponential.apply(generators.movedim(in_dims[0], 0)), (0, 0, 0)


class _Evolution(torch.autograd.Function):
    @staticmethod
    def forward(states: Tensor, times: Tensor, matrices: Tensor, basis: Eigenbasis) -> Tensor:
        evolved = torch.from_numpy(matrix_exponentials.evolve(to_array(states), to_array(times), basis))
        precision = torch.promote_types(states.dtype, torch.promote_types(times.dtype, matrices.dtype))
        return evolved.to(states.device, _complex(precision))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor, Eigenbasis], output: Tensor) -> None:
        *tensors, ctx.basis = inputs
        ctx.save_for_backward(*tensors)

    @staticmethod
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, ...]:
        states, times, matrices = ctx.saved_tensors
        if _is_plain(cotangent):
            found = matrix_exponentials.evolve_vjp(
                to_array(states), to_array(times), ctx.basis, to_array(cotangent), want_matrices=ctx.needs_input_grad[2]
            )
            slopes: tuple[Tensor | None, ...] = tuple(
                None if slope is None else torch.from_numpy(np.asarray(slope)) for slope in found
            )
        else:
            slopes = _slopes_with_graph(states, times, matrices, cotangent.to(torch.complex128))
        wanted = zip(slopes, (states, times, matrices), strict=True)
        return *(None if slope is None else _like(slope, tensor) for slope, tensor in wanted), None


def _slopes_with_graph(states: Tensor, times: Tensor, matrices: Tensor, cotangent: Tensor) -> tuple[Tensor, ...]:
    """Returns the gradients of `evolve` to its arguments, by operations that torch can differentiate again."""
    factor = 1j * times.to(torch.complex128)[..., None, None]
    backwards = factor * matrices
    outer = cotangent[..., :, None] * states.to(torch.complex128).conj()[..., None, :]
    slope = _frechet(backwards, outer)  # to −i t A
    by_matrices = (factor * slope).real
    by_times = (1j * slope * matrices).real.sum((-2, -1))
    by_states = (torch.linalg.matrix_exp(backwards) @ cotangent[..., None])[..., 0]
    by_matrices = ((by_matrices + by_matrices.mT) / 2).sum_to_size(matrices.shape)
    return by_states.sum_to_size(states.shape), by_times.sum_to_size(times.shape), by_matrices


def _frechet(matrices: Tensor, directions: Tensor) -> Tensor:
    """Returns L(X, E), the derivative of the exponential at X along E."""
    matrices = matrices + torch.zeros_like(directions)  # one for each direction
    above = torch.cat([matrices, directions], -1)
    below = torch.cat([torch.zeros_like(matrices), matrices], -1)
    size = matrices.shape[-1]
    return torch.linalg.matrix_exp(torch.cat([above, below], -2))[..., :size, size:]


def _is_plain(cotangent: Tensor) -> bool:
    """Returns whether a backward pass wants numbers only: no graph of the gradient, and no transform around it."""
    return not (torch.is_grad_enabled() or is_transformed(cotangent))


def _complex(dtype: torch.dtype) -> torch.dtype:
    return torch.complex128 if dtype in (torch.float64, torch.complex128) else torch.complex64


def _like(slope: Tensor, tensor: Tensor) -> Tensor:
    return (slope if tensor.is_complex() or not slope.is_complex() else slope.real).to(tensor.device, tensor.dtype)
