"""Circuits that take images as matrices, for training: as torch functions, in the precision of their arguments.

What `qnlnet.backends.matrices` computes in double precision for any use is computed here for one, many times faster:
one eigendecomposition of each matrix serves all times that its exponential is applied, and the gradient.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.simulator.image_matrices import evolve_each, weigh_by_slopes

_TINY = 1e-30  # added to differences, as 0/0 is no number; sin(x)/x is 1 there
_TERMS = 9  # of Taylor's series of an exponential


def reupload(images: Tensor, gates: Tensor, time: float) -> Tensor:
    """Returns the states G_L exp(i t A) … G_1 exp(i t A) |+…+⟩, shape (batch, d), complex, with A = (M + Mᵀ)/2.

    Args:
        images: M, real, shape (batch, d, d).
        gates: G_1 to G_L, complex, shape (repetitions, d, d); they need not be unitary.
        time: t, in units of one over those of A.
    """
    # A row of real parts and imaginary parts, times such a matrix, is what G makes of the state.
    turned = gates.mT
    blocks = torch.cat(
        [torch.cat([turned.real, turned.imag], dim=-1), torch.cat([-turned.imag, turned.real], dim=-1)], dim=-2
    )
    parts: Tensor = _Reupload.apply(images, blocks, time)
    return torch.complex(*parts.chunk(2, dim=-1))


class _Reupload(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, blocks: Tensor, time: float) -> Tensor:
        batch, size, _ = images.shape
        values, vectors = torch.linalg.eigh((images + images.mT) / 2)
        basis = values, vectors.mT.contiguous()
        states = images.new_zeros(batch, 2 * size)
        states[:, :size] = 1 / math.sqrt(size)
        halfway, before = [], []
        for block in blocks:
            states, half = _evolve(states, time, *basis)
            halfway.append(half)
            before.append(states)
            states = states @ block
        ctx.save_for_backward(*basis, blocks, torch.stack(halfway, dim=1), torch.stack(before))
        ctx.time = time
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, Tensor, None]:
        values, vectors, blocks, right, before = ctx.saved_tensors
        by_blocks, left = torch.empty_like(blocks), []
        for number in reversed(range(len(blocks))):
            by_blocks[number] = before[number].T @ cotangent
            cotangent, half = _evolve(cotangent @ blocks[number].T, ctx.time, values, vectors, back=True)
            left.append(half)
        if not ctx.needs_input_grad[0]:
            return None, by_blocks, None
        return _matrix_gradients(torch.stack(left[::-1], dim=1), right, ctx.time, values, vectors), by_blocks, None


def _evolve(states: Tensor, time: float, values: Tensor, vectors: Tensor, back: bool = False) -> tuple[Tensor, Tensor]:
    """Returns exp(i t A) of states, shape (batch, 2 d), and what is there at half the time, shape (batch, 2, d)."""
    parts = states.contiguous().unflatten(1, (2, -1)).numpy()
    evolved = evolve_each(parts, time, values.numpy(), vectors.numpy(), back=back)
    return torch.from_numpy(evolved.states).flatten(1), torch.from_numpy(evolved.halfway)


def _matrix_gradients(left: Tensor, right: Tensor, time: float, values: Tensor, vectors: Tensor) -> Tensor:
    """Returns the gradients to A, which are those to M, by divided differences; see `simulator.matrix_exponentials`.

    Args:
        left: Gradients of the states in the eigenbasis, half of the time back, shape (batch, repetitions, 2, d).
        right: States in the eigenbasis after half of the time, in that shape.
        time: t.
        values: Eigenvalues.
        vectors: Eigenvectors in rows.
    """
    turned = torch.stack([left[..., 1, :], -left[..., 0, :]], dim=-2).flatten(1, 2)
    inner = turned.mT @ right.flatten(1, 2)
    weigh_by_slopes(inner.numpy(), time, values.numpy())
    return vectors.mT @ (inner @ vectors)


def unitaries(generators: Tensor) -> Tensor:
    """Returns exp(iH) of Hermitian matrices, shape (…, d, d), complex; their gradient is Hermitian, too."""
    unitary: Tensor = _Unitaries.apply(generators)
    return unitary


class _Unitaries(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, generators: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(generators)
        ctx.save_for_backward(values, vectors)
        return (vectors * torch.exp(1j * values)[..., None, :]) @ vectors.mH

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> Tensor:
        values, vectors = ctx.saved_tensors
        half, adjoint = values / 2, vectors.mH
        apart = (half[..., :, None] - half[..., None, :]).add_(_TINY)
        phases = torch.exp(-1j * half)
        slopes = -1j * phases[..., :, None] * phases[..., None, :] * (apart.sin() / apart)
        inner = slopes * (adjoint @ cotangent @ vectors)
        gradient: Tensor = vectors @ ((inner + inner.mH) / 2) @ adjoint
        return gradient


def any_exponentials(generators: Tensor) -> Tensor:
    """Returns exp(X) of any square matrices, shape (…, d, d), by Taylor's series and squaring.

    Args:
        generators: X, complex. All are halved equally often, as the largest of them needs it.
    """
    precision = torch.finfo(generators.dtype).eps
    reach = (precision * math.factorial(_TERMS + 1)) ** (1 / (_TERMS + 1))  # where the first term left out is rounding
    squarings = _count_squarings(generators.detach(), reach)
    first = generators / 2**squarings
    second = first @ first
    third = first @ second
    one = torch.eye(first.shape[-1], dtype=first.dtype)
    power = third / math.factorial(_TERMS)
    for lowest in (6, 3, 0):  # three terms at a time
        constant, linear, quadratic = (1 / math.factorial(lowest + more) for more in range(3))
        terms = constant * one + linear * first + quadratic * second
        power = terms + (third @ power if lowest < 6 else power)
    for _ in range(squarings):
        power = power @ power
    return power


def _count_squarings(generators: Tensor, reach: float) -> int:
    """Returns how often matrices are to be halved so that the first term left out is small."""
    fourth = generators @ generators
    fourth = fourth @ fourth
    size = fourth.abs().sum(dim=-2).max().item() ** 0.25  # of many matrices much smaller than the norm of X itself
    return max(0, math.ceil(math.log2(size / reach))) if size > 0 else 0
