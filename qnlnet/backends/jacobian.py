"""Expectation values as a torch function that can be differentiated again and again.

A function that also returns its Jacobian needs no other rule for second derivatives than one for the derivative of that
Jacobian, J. Every angle θ of a circuit of Pauli rotations obeys the parameter-shift rule, exactly and at any order,

    ∂J/∂θ = (J(θ + π/2) − J(θ − π/2)) / 2,

and the shifted J are values of the same function. Source: Mari, Bromley, Killoran 2021, arXiv 2008.06517.
"""

import inspect
import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch._C._functorch import TransformType, get_interpreter_stack

from qnlnet.backends.evaluator import Evaluator, GateAngles
from qnlnet.errors import ArgumentError

_Wanted = tuple[bool, bool]
_VALUES, _JACOBIAN, _BOTH = (True, False), (False, True), (True, True)
_ROWS = 2048  # shifted rows that are evaluated together


def expectations_by_jacobian(inputs: Tensor, weights: Tensor, network: Evaluator) -> Tensor:
    """Returns the expectation values, shape (…, observables), in the type of the weights.

    Args:
        inputs: Radians, shape (…, inputs).
        weights: Radians, shape (weights,).
        network: What evaluates the circuit.

    Raises:
        ArgumentError: A number is not finite, or, when it is computed, a derivative that the network does not have.
    """
    _refuse_nested_forward_mode()
    # Inside the function autograd is always off, so whether there will be a backward pass is asked here. Where the
    # answer is wrong, as it may be under transforms of torch.func, the Jacobian is computed when it is needed.
    needed = torch.is_grad_enabled() and (inputs.requires_grad or weights.requires_grad)
    values: Tensor = _Expectations.apply(inputs, weights, network, _BOTH if needed and network.one_pass else _VALUES)[0]
    return values


def _refuse_nested_forward_mode() -> None:
    """Refuses what torch would answer with 0: forward mode within forward mode, through any function of one's own."""
    if sum(level.key() == TransformType.Jvp for level in get_interpreter_stack() or ()) > 1:
        raise ArgumentError(
            "A quantum layer must be differentiated in forward mode once only, but jvp or jacfwd stands within one: "
            "torch gives 0 there. Use torch.func.hessian, or jacrev for one of them."
        )


class _Expectations(torch.autograd.Function):
    """Inputs, shape (*batch, inputs), and weights, shape (weights,) or (*batch, weights), to values and Jacobian."""

    @staticmethod
    def forward(inputs: Tensor, weights: Tensor, network: Evaluator, wanted: _Wanted) -> tuple[Tensor, Tensor]:
        batch = inputs.shape[:-1]
        rows = math.prod(batch)
        own = weights if weights.ndim == 1 else weights.reshape(rows, weights.shape[-1])
        numbers, own_numbers = (part.detach().to("cpu", torch.float64).numpy() for part in (inputs, own))
        numbers = numbers.reshape(rows, inputs.shape[-1])
        values, jacobian = network.evaluate(numbers, own_numbers, values=wanted[0], jacobian=wanted[1])
        outputs = []
        for array, dtype in ((values, weights.dtype), (jacobian, torch.float64)):
            tensor = torch.zeros(rows, 0) if array is None else torch.from_numpy(array)
            outputs.append(tensor.reshape(*batch, *tensor.shape[1:]).to(inputs.device, dtype))
        return outputs[0], outputs[1]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        angles, weights, ctx.network, ctx.wanted = inputs
        # The Jacobian is an output, and saved as such: its own derivatives come from this node again.
        ctx.save_for_backward(angles, weights, output[1])
        ctx.save_for_forward(angles, weights, output[1])
        if ctx.wanted != _BOTH:
            ctx.mark_non_differentiable(output[0] if ctx.wanted == _JACOBIAN else output[1])
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, by_values: Tensor | None, by_jacobian: Tensor | None) -> tuple[Tensor | None, ...]:
        inputs, weights, _ = ctx.saved_tensors
        slopes = []
        if by_values is not None:
            slopes.append(torch.matmul(by_values.double().unsqueeze(-2), _jacobian(ctx)).squeeze(-2))
        if by_jacobian is not None:
            slopes.append(_contract_second_derivatives(inputs, weights, by_jacobian, _gate_angles(ctx.network)))
        if not slopes:
            return None, None, None, None
        slope, split = sum(slopes[1:], slopes[0]), inputs.shape[-1]
        by_inputs, by_weights = slope[..., :split], slope[..., split:]
        if weights.ndim == 1:
            by_weights = by_weights.sum_to_size(weights.shape)
        return by_inputs.to(inputs.dtype), by_weights.to(weights.dtype), None, None

    @staticmethod
    def jvp(ctx: Any, along_inputs: Tensor | None, along_weights: Tensor | None, *_: None) -> tuple[Tensor | None, ...]:
        inputs, weights, _jacobian_of_forward = ctx.saved_tensors
        tangents = (
            torch.zeros_like(primal) if tangent is None else tangent
            for primal, tangent in ((inputs, along_inputs), (weights, along_weights))
        )
        along = _join(*tangents)
        along_values = along_jacobian = None
        if ctx.wanted[0]:
            along_values = torch.matmul(_jacobian(ctx), along.unsqueeze(-1)).squeeze(-1).to(weights.dtype)
        if ctx.wanted[1]:
            along_jacobian = _second_derivatives_along(inputs, weights, along, _gate_angles(ctx.network))
        return along_values, along_jacobian

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], *arguments: Any
    ) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
        inputs, weights, network, wanted = arguments
        inputs = _batch_first(inputs, in_dims[0], info.batch_size)
        if in_dims[1] is not None or weights.ndim > 1:
            weights = _batch_first(weights, in_dims[1], info.batch_size)
            ones = (1,) * (inputs.ndim - weights.ndim)
            weights = weights.reshape(info.batch_size, *ones, *weights.shape[1:])
            weights = weights.expand(*inputs.shape[:-1], weights.shape[-1])
        return _Expectations.apply(inputs, weights, network, wanted), (0, 0)


# torch asks for the signature at each call, and finding it takes longer than the circuit. `inspect` looks for it here.
_SIGNATURE = inspect.signature(_Expectations.forward)
_Expectations.forward.__signature__ = _SIGNATURE  # type: ignore[attr-defined]  # functions take attributes, says Python


def _batch_first(tensor: Tensor, dim: int | None, size: int) -> Tensor:
    return tensor.expand(size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)


def _jacobian(ctx: Any) -> Tensor:
    """Returns the Jacobian, shape (*batch, observables, inputs + weights), which can be differentiated."""
    inputs, weights, jacobian = ctx.saved_tensors
    if not ctx.wanted[1]:
        jacobian = _Expectations.apply(inputs, weights, ctx.network, _JACOBIAN)[1]
    return jacobian


def _join(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns inputs and weights side by side, shape (*batch, inputs + weights), float64."""
    own = weights.expand(*inputs.shape[:-1], weights.shape[-1])
    return torch.cat((inputs.double(), own.double()), dim=-1)


def _gate_angles(network: Evaluator) -> GateAngles:
    angles = network.gate_angles
    if angles is None:
        raise ArgumentError(
            "Argument `backend` must be exact where a quantum layer is differentiated twice, but the layer runs on "
            f"{type(network).__name__}, which has first derivatives only."
        )
    return angles


def _contract_second_derivatives(inputs: Tensor, weights: Tensor, slope: Tensor, gates: GateAngles) -> Tensor:
    """Returns Σ slope · ∂J/∂row, shape (*batch, inputs + weights).

    Args:
        inputs: Shape (*batch, inputs).
        weights: Shape (weights,) or (*batch, weights).
        slope: The slope of the Jacobian J, shape (*batch, observables, inputs + weights).
        gates: The circuit by the angles of its gates.
    """
    by_angle = slope @ gates.matrix.mT
    parts = [((plus - minus) / 2 * by_angle).sum(dim=(-2, -1)) for plus, minus in _shifted(inputs, weights, gates)]
    return torch.cat(parts).movedim(0, -1) @ gates.matrix


def _second_derivatives_along(inputs: Tensor, weights: Tensor, along: Tensor, gates: GateAngles) -> Tensor:
    """Returns Σ ∂J/∂row · along, shape (*batch, observables, inputs + weights), for `along` of the shape of a row."""
    turns = (along @ gates.matrix.mT).movedim(-1, 0)[..., None, None]  # (angles, *batch, 1, 1)
    total, first = torch.zeros((), dtype=torch.float64, device=inputs.device), 0
    for plus, minus in _shifted(inputs, weights, gates):
        total = total + ((plus - minus) / 2 * turns[first : first + len(plus)]).sum(dim=0)
        first += len(plus)
    return total @ gates.matrix


def _shifted(inputs: Tensor, weights: Tensor, gates: GateAngles) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields the Jacobians by the angles with some angles turned by π/2 and by −π/2, for all angles in order.

    Each has the shape (turned angles, *batch, observables, angles).
    """
    angles = _join(inputs, weights) @ gates.matrix.mT + gates.offsets
    count = angles.shape[-1]
    nothing = torch.zeros(0, dtype=torch.float64, device=angles.device)
    turns = torch.eye(count, dtype=torch.float64, device=angles.device) * (math.pi / 2)
    turns = turns.reshape(count, *(1,) * (angles.ndim - 1), count)
    for turn in turns.split(max(1, _ROWS // max(1, math.prod(angles.shape[:-1])))):
        yield tuple(_Expectations.apply(angles + sign * turn, nothing, gates.network, _JACOBIAN)[1] for sign in (1, -1))
