"""The torch layer of `backend=exact`: a TorchConnector that runs the simulator once for values and gradients."""

import math
from typing import Any

import numpy as np
import torch
from qiskit_machine_learning.connectors import TorchConnector
from torch import Tensor
from torch.autograd.function import once_differentiable

from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.errors import argument_error


class ExactTorchConnector(TorchConnector):
    """A TorchConnector around an `ExactEstimatorQNN`.

    It gives what the stock class gives, float32 values and gradients. The stock class runs the network once for the
    values and again for the gradients; adjoint differentiation has the values on its way, so one run serves both.
    """

    def forward(self, input_data: Tensor | None = None) -> Tensor:
        """Returns the expectation values, shape (…, observables), for inputs of shape (…, inputs) in radians.

        Raises:
            ArgumentError: The last axis of `input_data` has another length.
        """
        inputs = torch.zeros(0) if input_data is None else input_data
        # Inside the function autograd is always off, so whether there will be a backward pass is asked here.
        return _ExactFunction.apply(inputs, self._weights, self.neural_network, torch.is_grad_enabled())


class _ExactFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weights: Tensor, network: ExactEstimatorQNN, differentiate: bool) -> Tensor:
        *batch, width = inputs.shape
        if width != network.num_inputs:
            raise argument_error(
                "input_data", f"have {network.num_inputs} values in its last axis", tuple(inputs.shape)
            )
        flat = inputs.detach().cpu().numpy().reshape(math.prod(batch), width)
        rows = network.join(flat, weights.detach().cpu().numpy())
        if differentiate and any(ctx.needs_input_grad):
            values, ctx.jacobian = network.simulator.values_and_jacobian(rows)
        else:
            values = network.simulator.values(rows)
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
