"""Forward and backward pass in torch, for every contestant that lives there."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.workloads import Call, Workload


def call_in_torch(workload: Workload, forward: Callable[[Tensor, Tensor], Tensor], weights: Tensor) -> Call:
    """Returns the call.

    Args:
        workload: Has the rows and the cotangent.
        forward: From rows and weights to values, shape (rows, wires).
        weights: The leaf that the second gradient is taken by.
    """
    torch.set_num_threads(1)
    rows = torch.from_numpy(workload.rows).requires_grad_()
    cotangent = torch.from_numpy(workload.cotangent)

    def call() -> Any:
        values = forward(rows, weights)
        return values.detach(), *torch.autograd.grad(values, (rows, weights), cotangent)

    return call


def weights_of(workload: Workload) -> Tensor:
    """Returns the weights as a leaf."""
    return torch.from_numpy(workload.weights).requires_grad_()
