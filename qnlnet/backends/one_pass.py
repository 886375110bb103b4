"""EstimatorQNNs that have the values on their way to the gradients, and the torch layer that makes use of it."""

import math
from abc import abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit_machine_learning.connectors import TorchConnector
from qiskit_machine_learning.neural_networks import EstimatorQNN
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.errors import argument_error


class OnePassQNN(EstimatorQNN):
    """An EstimatorQNN that computes the full Jacobian, and the values with it, in one pass.

    Rows are inputs and weights side by side, shape (batch, num_inputs + num_weights), in radians.
    """

    @abstractmethod
    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the expectation values, shape (batch, observables)."""

    @abstractmethod
    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns the values and their derivatives, shape (batch, observables, num_inputs + num_weights)."""

    def _validate_weights(self, weights: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        # Beyond the stock class: weights of shape (batch, num_weights) give every row weights of its own.
        array = None if weights is None else np.asarray(weights, dtype=float)
        return array if array is not None and array.ndim == 2 else super()._validate_weights(array)

    def _forward(
        self, input_data: NDArray[np.float64] | None, weights: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        return self.values(self.join(input_data, weights))

    def _backward(
        self, input_data: NDArray[np.float64] | None, weights: NDArray[np.float64] | None
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
        _, jacobian = self.values_and_jacobian(self.join(input_data, weights))
        split = self.num_inputs
        return (jacobian[..., :split] if self.input_gradients else None), jacobian[..., split:]

    def join(
        self, input_data: NDArray[np.floating] | None, weights: NDArray[np.floating] | None
    ) -> NDArray[np.float64]:
        """Returns inputs and weights side by side, as rows.

        Args:
            input_data: Shape (batch, num_inputs); None without inputs.
            weights: Shape (num_weights,), or (batch, num_weights) for weights of each row's own; None without weights.

        Returns:
            Shape (batch, num_inputs + num_weights).
        """
        inputs = np.empty((1, 0)) if input_data is None else input_data
        own = np.empty((1, 0)) if weights is None else np.atleast_2d(weights)
        (batch,) = np.broadcast_shapes(inputs.shape[:1], own.shape[:1])
        width = inputs.shape[1]
        rows = np.empty((batch, width + own.shape[1]))
        rows[:, :width], rows[:, width:] = inputs, own
        return rows


class OnePassTorchConnector(TorchConnector):
    """A TorchConnector around a `OnePassQNN`.

    It gives what the stock class gives, float32 values and gradients. The stock class runs the network once for the
    values and again for the gradients; here one run serves both.
    """

    def forward(self, input_data: Tensor | None = None) -> Tensor:
        """Returns the expectation values, shape (…, observables), for inputs of shape (…, inputs) in radians.

        Raises:
            ArgumentError: The last axis of `input_data` has another length.
        """
        inputs = torch.zeros(0) if input_data is None else input_data
        # Inside the function autograd is always off, so whether there will be a backward pass is asked here.
        return _OnePassFunction.apply(inputs, self._weights, self.neural_network, torch.is_grad_enabled())


class _OnePassFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weights: Tensor, network: OnePassQNN, differentiate: bool) -> Tensor:
        *batch, width = inputs.shape
        if width != network.num_inputs:
            raise argument_error(
                "input_data", f"have {network.num_inputs} values in its last axis", tuple(inputs.shape)
            )
        flat = inputs.detach().cpu().numpy().reshape(math.prod(batch), width)
        rows = network.join(flat, weights.detach().cpu().numpy())
        if differentiate and any(ctx.needs_input_grad):
            values, ctx.jacobian = network.values_and_jacobian(rows)
        else:
            values = network.values(rows)
        ctx.shape, ctx.devices = inputs.shape, (inputs.device, weights.device)
        return torch.from_numpy(values.astype(np.float32)).view(*batch, values.shape[1]).to(inputs.device)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        by_value = slope.detach().cpu().numpy().reshape(len(ctx.jacobian), 1, ctx.jacobian.shape[1])
        by_parameter = np.matmul(by_value, ctx.jacobian)[:, 0]
        width = ctx.shape[-1]
        gradients = by_parameter[:, :width].reshape(ctx.shape), by_parameter[:, width:].sum(axis=0)
        by_inputs, by_weights = (
            torch.from_numpy(gradient.astype(np.float32)).to(device) if wanted else None
            for gradient, device, wanted in zip(gradients, ctx.devices, ctx.needs_input_grad, strict=False)
        )
        return by_inputs, by_weights, None, None
