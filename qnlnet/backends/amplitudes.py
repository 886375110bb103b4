"""Circuits that start from amplitudes: the same values and gradients on every backend.

With real amplitudes ψ a value is a quadratic form, y = Σ ψᵢ ψⱼ Mᵢⱼ, whose matrix the values y(eᵢ) and y((eᵢ + eⱼ)/√2)
give. That holds for zeros among the amplitudes as well, where the angles of a state preparation have no derivative.
"""

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.circuits import preparation_angles
from qnlnet.simulator.batches import BatchSimulator
from qnlnet.simulator.rows import check_real_and_finite


class AmplitudeNetwork:
    """A circuit behind the preparation of its state.

    Args:
        prepared: The circuit with the preparation in front, whose angles are its first inputs.
        num_amplitudes: 2^qubits.
        batches: What evaluates many rows with the same weights at once; None where nothing does.
    """

    def __init__(self, prepared: CheckedEstimatorQNN, num_amplitudes: int, batches: BatchSimulator | None) -> None:
        self.prepared = prepared
        self.batches = batches
        self.num_amplitudes = num_amplitudes
        self.num_inputs = prepared.num_inputs + 1  # a state of N amplitudes takes N − 1 angles

    def differentiable(self, inputs: Tensor, weights: Tensor) -> Tensor:
        """Returns the values, shape (…, observables), by functions that can be differentiated; see `Network`.

        Only the exact backend goes through the matrices here; others run each row, and the matrices give the gradient.
        """
        if self.batches is not None:
            return self._through_matrices(inputs, weights)
        values: Tensor = _Prepared.apply(inputs, weights, self)
        return values

    def run(self, inputs: Tensor, weights: Tensor) -> Tensor:
        """Runs each row, its state prepared; zeros instead of amplitudes give zeros."""
        amplitudes, angles = inputs.detach().split([self.num_amplitudes, self.num_inputs - self.num_amplitudes], dim=-1)
        rows = amplitudes.reshape(math.prod(amplitudes.shape[:-1]), self.num_amplitudes).double().cpu().numpy()
        check_real_and_finite("input_data", rows)
        prepared = torch.from_numpy(preparation_angles(rows)).reshape(*amplitudes.shape[:-1], self.num_amplitudes - 1)
        states = torch.cat([prepared.to(inputs.device), angles.double()], dim=-1)
        values = self.prepared.differentiable(states, weights)
        return values * (amplitudes != 0).any(dim=-1, keepdim=True)

    def _through_matrices(self, inputs: Tensor, weights: Tensor) -> Tensor:
        amplitudes, angles = inputs.split([self.num_amplitudes, self.num_inputs - self.num_amplitudes], dim=-1)
        squares = amplitudes.double().square().sum(dim=-1, keepdim=True)
        unit = amplitudes.double() / torch.where(squares > 0, squares, 1).sqrt()
        fixed = _fixed_states(self.num_amplitudes).to(inputs.device)
        if angles.shape[-1]:
            states = fixed.expand(*angles.shape[:-1], *fixed.shape)
            others = angles.double().unsqueeze(-2).expand(*angles.shape[:-1], len(fixed), angles.shape[-1])
            fixed = torch.cat([states, others], dim=-1)
        values = self.prepared.differentiable(fixed, weights).double()
        # y = Σᵢ ψᵢ (2ψᵢ − Σⱼψⱼ) y(eᵢ) + Σᵢ<ⱼ 2 ψᵢ ψⱼ y((eᵢ + eⱼ)/√2)
        i, j = np.triu_indices(self.num_amplitudes, 1)
        alone = unit * (2 * unit - unit.sum(dim=-1, keepdim=True))
        shares = torch.cat([alone, 2 * unit[..., i] * unit[..., j]], dim=-1)
        return (shares.unsqueeze(-2) @ values).squeeze(-2).to(weights.dtype)


class _Prepared(torch.autograd.Function):
    """Inputs and weights to values on a backend that runs each row; the gradient goes through the matrices."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weights: Tensor, network: AmplitudeNetwork) -> Tensor:
        ctx.save_for_backward(inputs, weights)
        ctx.network = network
        return network.run(inputs, weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        inputs, weights = (part.detach().requires_grad_() for part in ctx.saved_tensors)
        with torch.enable_grad():
            values = ctx.network._through_matrices(inputs, weights)
            return *torch.autograd.grad(values, (inputs, weights), slope), None


@cache
def _fixed_states(count: int) -> Tensor:
    """Returns the preparation angles of eᵢ and of (eᵢ + eⱼ)/√2 for i < j, shape (count (count + 1)/2, count − 1)."""
    i, j = np.triu_indices(count, 1)
    pairs = np.eye(count)[i] + np.eye(count)[j]
    return torch.from_numpy(preparation_angles(np.vstack([np.eye(count), pairs])))
