"""exp(−i t A) ψ of rows with a matrix each and one time for all, as torch functions: fast, with first derivatives.

All is computed in the type of the arguments, float32 or float64, on the CPU. `qnlnet.backends.matrices.evolve` takes
any axes, and has derivatives of any order.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.simulator import row_evolution


def evolve_rows(states: Tensor, time: Tensor, bases: Tensor) -> Tensor:
    """Returns exp(−i t A) ψ for each row, shape (rows, 2, d): real parts, then imaginary parts.

    Args:
        states: ψ, shape (rows, 2, d).
        time: t, without axes.
        bases: Eigenvalues of each row's real symmetric A, then its eigenvectors, each in a row, shape (rows, 1 + d, d).
            No gradient goes there.

    Example:
        >>> h = 0.5**0.5
        >>> flip = torch.tensor([[[1, -1], [h, h], [h, -h]]])  # eigenvalues and eigenvectors of X
        >>> zero = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
        >>> torch.round(evolve_rows(zero, torch.tensor(torch.pi / 2), flip)[0, 1])
        tensor([ 0., -1.])
    """
    evolved: Tensor = _Evolution.apply(states, time, bases)
    return evolved


def reupload(images: Tensor, gates: Tensor, time: float) -> Tensor:
    """Returns G_L exp(−i t A) … G_1 exp(−i t A) |+…+⟩ with A = (M + Mᵀ)/2, in the shape that `evolve_rows` returns.

    One eigendecomposition of each matrix serves all times that its exponential is applied, and the gradient.

    Args:
        images: M, real, shape (rows, d, d).
        gates: G_1 to G_L, complex, shape (repetitions, d, d); they need not be unitary.
        time: t, in units of one over those of A.
    """
    states: Tensor = _Reupload.apply(images, act_on_rows(gates), time)
    return states


def act_on_rows(gates: Tensor) -> Tensor:
    """Returns real matrices, shape (…, 2d, 2d), by which flattened rows are multiplied so that gates act on states.

    Args:
        gates: Complex, shape (…, d, d).
    """
    real, imaginary = gates.real.mT, gates.imag.mT
    return torch.cat([torch.cat([real, imaginary], dim=-1), torch.cat([-imaginary, real], dim=-1)], dim=-2)


class _Evolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: Tensor, time: Tensor, bases: Tensor) -> Tensor:
        bases, values = bases.contiguous(), bases[:, 0].contiguous()
        cos, sin = _half_phases(time, values)
        evolved, halfway = _evolve(states, bases, cos, sin)
        ctx.save_for_backward(bases, values, cos, sin, halfway)
        return evolved

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, ...]:
        bases, values, cos, sin, right = ctx.saved_tensors
        by_states, left = _evolve(cotangent, bases, cos, -sin)
        by_times = torch.empty_like(cos[:, 0])
        row_evolution.find_time_gradients(*(part.numpy() for part in (left, right, values, by_times)))
        return by_states, by_times.sum(), None


class _Reupload(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, blocks: Tensor, time: float) -> Tensor:
        values, vectors = torch.linalg.eigh((images + images.mT).div_(2))
        bases = vectors.mT.contiguous()
        cos, sin = _half_phases(time, values)
        states = images.new_zeros(len(images), 2, images.shape[1])
        states[:, 0] = images.shape[1] ** -0.5
        halfway, before = [], []
        for block in blocks:
            states, half = _evolve(states, bases, cos, sin)
            halfway.append(half)
            before.append(states)
            states = (states.flatten(1) @ block).view_as(states)
        ctx.save_for_backward(bases, values, cos, sin, blocks, torch.stack(halfway, dim=1), torch.stack(before))
        ctx.time = time
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, Tensor, None]:
        bases, values, cos, sin, blocks, right, before = ctx.saved_tensors
        by_blocks, left = torch.empty_like(blocks), []
        for number in reversed(range(len(blocks))):
            rows = cotangent.flatten(1)
            by_blocks[number] = before[number].flatten(1).T @ rows
            cotangent, half = _evolve((rows @ blocks[number].T).view_as(cotangent), bases, cos, -sin)
            left.append(half)
        if not ctx.needs_input_grad[0]:
            return None, by_blocks, None
        products = _find_products(torch.stack(left[::-1], dim=1), right)
        row_evolution.weigh_by_slopes(products.numpy(), ctx.time, *(part.numpy() for part in (values, cos, sin)))
        return bases.mT @ (products @ bases), by_blocks, None


def _half_phases(time: Tensor | float, values: Tensor) -> tuple[Tensor, Tensor]:
    """Returns cos(tλ/2) and sin(tλ/2) of eigenvalues, shape (rows, d)."""
    phases = time / 2 * values
    return phases.cos(), phases.sin()


def _evolve(states: Tensor, bases: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Returns exp(−i t A) ψ, and what is there halfway in the eigenbasis, both of shape (rows, 2, d)."""
    states = states.contiguous()
    evolved, halfway = torch.empty_like(states), torch.empty_like(states)
    row_evolution.evolve_rows(*(part.detach().numpy() for part in (states, bases, cos, sin, evolved, halfway)))
    return evolved, halfway


def _find_products(left: Tensor, right: Tensor) -> Tensor:
    """Returns Σ Re(i left right*), shape (rows, d, d), for parts of shape (rows, repetitions, 2, d)."""
    turned = torch.stack([-left[..., 1, :], left[..., 0, :]], dim=-2).flatten(1, 2)
    return turned.mT @ right.flatten(1, 2)
