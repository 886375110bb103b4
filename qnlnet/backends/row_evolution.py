"""exp(−i t A) ψ of rows with a matrix each and one time for all, as a torch function: fast, with first derivatives.

`qnlnet.backends.matrices.evolve` takes any axes, has gradients to the matrices, and derivatives of any order.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.simulator.row_evolution import evolve_rows as run
from qnlnet.simulator.row_evolution import evolve_rows_vjp


def evolve_rows(states: Tensor, time: Tensor, bases: Tensor) -> Tensor:
    """Returns exp(−i t A) ψ for each row, shape (rows, 2, d): real parts, then imaginary parts.

    All arguments have one type, float32 or float64, in which it is computed, and lie on the CPU.

    Args:
        states: ψ, shape (rows, 2, d).
        time: t, without axes.
        bases: Eigenvalues of each row's real symmetric A, then the matrix with its eigenvectors in the columns, shape
            (rows, 1 + d, d). No gradient goes there.

    Example:
        >>> h = 0.5**0.5
        >>> flip = torch.tensor([[[1, -1], [h, h], [h, -h]]])  # eigenvalues and eigenvectors of X
        >>> zero = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
        >>> torch.round(evolve_rows(zero, torch.tensor(torch.pi / 2), flip)[0, 1])
        tensor([ 0., -1.])
    """
    evolved: Tensor = _Evolution.apply(states, time, bases)
    return evolved


class _Evolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: Tensor, time: Tensor, bases: Tensor) -> Tensor:
        states, bases = states.contiguous(), bases.contiguous()
        phases = time * bases[:, 0]
        cos, sin = phases.cos(), phases.sin()
        evolved, coefficients = torch.empty_like(states), torch.empty_like(states)
        run(*(part.detach().numpy() for part in (states, bases, cos, sin, evolved, coefficients)))
        ctx.save_for_backward(bases, cos, sin, coefficients)
        return evolved

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, ...]:
        bases, cos, sin, coefficients = ctx.saved_tensors
        cotangent = cotangent.contiguous()
        by_states, by_times = torch.empty_like(cotangent), torch.empty_like(cos[:, 0])
        evolve_rows_vjp(*(part.numpy() for part in (cotangent, bases, cos, sin, coefficients, by_states, by_times)))
        return by_states, by_times.sum(), None
