"""From a layer's inputs and weights to its values, by whatever is fastest.

Many rows that share their weights take one sweep forwards and one back. What that cannot do, transforms of torch.func
and derivatives of derivatives, goes through functions that can be differentiated again and again.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch._C._functorch import get_interpreter_stack
from torch.autograd import forward_ad

from qnlnet.backends.tensors import is_transformed, to_array
from qnlnet.simulator.batches import BatchSimulator, Wanted


class Network(Protocol):
    """What a torch layer evaluates."""

    @property
    def batches(self) -> BatchSimulator | None:
        """What evaluates many rows with the same weights at once; None where nothing does."""

    def differentiable(self, inputs: Tensor, weights: Tensor) -> Tensor:
        """Returns the values by functions that transforms of torch.func and further derivatives can go through."""


def expectations(inputs: Tensor, weights: Tensor, network: Network, precision: torch.dtype = torch.float64) -> Tensor:
    """Returns the expectation values, shape (…, observables), in the type of the weights.

    Args:
        inputs: Shape (…, inputs); with copies (…, copies, inputs), or (…, 1, inputs) where copies see the same.
        weights: Radians, shape (weights,); (copies, weights) for copies of the circuit with weights of their own.
        network: What evaluates the circuit.
        precision: What rows are computed in, where `network` has a choice.

    Raises:
        ArgumentError: A number is not finite, or, when it is computed, a derivative that the network does not have.
    """
    if network.batches is not None and not get_interpreter_stack() and forward_ad._current_level < 0:
        batched: Tensor = _Batched.apply(inputs, weights, network, precision)
        return batched
    return _differentiable(inputs, weights, network)


def _differentiable(inputs: Tensor, weights: Tensor, network: Network) -> Tensor:
    if weights.ndim == 1:
        return network.differentiable(inputs, weights)
    inputs = inputs.expand(*inputs.shape[:-2], len(weights), inputs.shape[-1])
    copies = zip(inputs.unbind(-2), weights.unbind(0), strict=True)
    return torch.stack([network.differentiable(rows, own) for rows, own in copies], dim=-2)


class _Batched(torch.autograd.Function):
    """Inputs and weights to values; the gradient comes from one sweep back, whatever the number of observables.

    Weights of shape (copies, weights) go with inputs of shape (…, copies, inputs) or (…, 1, inputs).
    """

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weights: Tensor, network: Network, precision: torch.dtype) -> Tensor:
        ctx.save_for_backward(inputs, weights)
        ctx.network, ctx.precision = network, precision
        assert network.batches is not None
        ctx.rows, shared = _to_rows(inputs, weights, precision), to_array(weights, torch.float64)
        values = torch.from_numpy(network.batches.values(ctx.rows, shared, threads=torch.get_num_threads()))
        return _from_rows(values, inputs, weights).to(inputs.device, weights.dtype)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        inputs, weights = ctx.saved_tensors
        further = torch.is_grad_enabled()
        if is_transformed(slope):  # several slopes at once, in a vmap around this
            inputs, weights = _with_gradient(inputs), _with_gradient(weights)
            with torch.enable_grad():
                values = _differentiable(inputs, weights, ctx.network)
                return *torch.autograd.grad(values, (inputs, weights), slope, create_graph=further), None, None
        if further:  # through a function of its own only where it is differentiated
            return *_Slopes.apply(inputs, weights, slope, ctx.network, ctx.precision), None, None
        rows, needed = ctx.rows, ctx.needs_input_grad
        return *_slopes(inputs, weights, slope, ctx.network, ctx.precision, needed, rows), None, None


class _Slopes(torch.autograd.Function):
    """The gradient of Σ slope · values by inputs and weights."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weights: Tensor, slope: Tensor, network: Network, precision: torch.dtype
    ) -> tuple[Tensor | None, Tensor | None]:
        ctx.save_for_backward(inputs, weights, slope)
        ctx.network = network
        return _slopes(inputs, weights, slope, network, precision)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        """Goes through what can be differentiated again and again."""
        inputs, weights, slope = parts = [_with_gradient(part) for part in ctx.saved_tensors]
        further = torch.is_grad_enabled()
        with torch.enable_grad():
            values = _differentiable(inputs, weights, ctx.network)
            gradient = torch.autograd.grad(values, (inputs, weights), slope, create_graph=True)
            second = torch.autograd.grad(gradient, parts, slopes, create_graph=further, materialize_grads=True)
        return *second, None, None


def _slopes(
    inputs: Tensor,
    weights: Tensor,
    slope: Tensor,
    network: Network,
    precision: torch.dtype,
    needed: Sequence[bool] = (True, True),
    rows: NDArray[np.floating] | None = None,
) -> tuple[Tensor | None, Tensor | None]:
    assert network.batches is not None
    rows = _to_rows(inputs, weights, precision) if rows is None else rows
    cotangent = _to_rows(slope, weights, precision)
    shared = to_array(weights, torch.float64)
    threads = torch.get_num_threads()
    wanted = Wanted(values=False, rows=needed[0], shared=needed[1])
    _, gradient = network.batches.vjp(rows, shared, cotangent, wanted=wanted, threads=threads)
    by_inputs = by_weights = None
    if wanted.rows:
        by_rows = torch.from_numpy(gradient.rows).to(inputs.device, inputs.dtype)
        by_inputs = by_rows.reshape(inputs.shape) if gradient.rows.ndim == 2 else _from_rows(by_rows, inputs, weights)
    if wanted.shared:
        by_weights = torch.from_numpy(gradient.shared).to(weights.device, weights.dtype)
    return by_inputs, by_weights


def _with_gradient(tensor: Tensor) -> Tensor:
    return tensor if tensor.requires_grad else tensor.detach().requires_grad_()


def _to_rows(tensor: Tensor, weights: Tensor, precision: torch.dtype) -> NDArray[np.floating]:
    """Returns (…, numbers) as (rows, numbers), and with copies (…, copies, numbers) as (copies, rows, numbers).

    With copies (…, 1, numbers) becomes (rows, numbers), too: all of them see these.
    """
    if weights.ndim == 2 and tensor.shape[-2] == len(weights):
        tensor = tensor.movedim(-2, 0)
        return to_array(tensor.reshape(len(weights), math.prod(tensor.shape[1:-1]), tensor.shape[-1]), precision)
    return to_array(tensor.reshape(math.prod(tensor.shape[:-1]), tensor.shape[-1]), precision)


def _from_rows(rows: Tensor, inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns rows in the batch of the inputs."""
    if weights.ndim == 2:
        return rows.reshape(len(weights), *inputs.shape[:-2], rows.shape[-1]).movedim(0, -2)
    return rows.reshape(*inputs.shape[:-1], rows.shape[-1])
