"""exp(iH) and exp(X) as torch functions in the precision of their arguments: fast, with first derivatives.

`qnlnet.backends.matrices.exponential` computes in double precision, checks what it is given, and has derivatives of any
order.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_TINY = 1e-30  # added to differences, as 0/0 is no number; sin(x)/x is 1 there
_TERMS = 9  # of Taylor's series of an exponential


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
