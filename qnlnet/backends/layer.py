"""A circuit as a torch layer: the same shapes, types and errors whatever runs it."""

from typing import Any

import numpy as np
import torch
from qiskit_machine_learning.connectors import TorchConnector
from torch import Tensor

from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.backends.differentiation import expectations
from qnlnet.errors import argument_error

_ALIAS = "_weights"  # the stock class writes its weights a second time, by this name


class QuantumLayer(TorchConnector):
    """A TorchConnector with values of the type of its weights, whatever the shape of the batch.

    Beyond the stock class: batches may have any number of axes, or no rows. `weight` can be replaced, pruned,
    parametrised and handed in by `torch.func.functional_call`. With `backend=exact` everything can be differentiated
    as often as wanted, forwards and backwards, and `torch.func` (vmap, grad, jacrev, jacfwd, jvp, hessian) works; other
    backends have first derivatives, and raise an `ArgumentError` where a second one would be needed.

    Angles and sums are float64. What comes out is rounded to the type of `weight`: float32, or float64 after
    `.double()`, or bfloat16 after `.bfloat16()`; under autocast float32.

    Args:
        network: What evaluates the circuit.
        initial_weights: Radians, shape (num_weights,); None draws them from U[−1, 1] by torch's generator.
    """

    def __init__(self, network: CheckedEstimatorQNN, initial_weights: np.ndarray | Tensor | None = None) -> None:
        super().__init__(network, initial_weights)
        del self._parameters[_ALIAS]  # one tensor under two names would become two when one of them is replaced

    @property
    def weight(self) -> Tensor:
        """The weights in radians, shape (num_weights,)."""
        weight = self._parameters.get("weight", self.__dict__.get("weight"))
        if weight is None:
            raise AttributeError("weight")
        return weight

    @weight.setter
    def weight(self, value: Tensor) -> None:
        self.__dict__["weight"] = value  # what torch.nn.utils.prune computes; parameters never come here

    @weight.deleter
    def weight(self) -> None:
        del self.__dict__["weight"]

    def forward(self, input_data: Tensor | None = None) -> Tensor:
        """Returns the expectation values, shape (…, observables), for inputs of shape (…, inputs) in radians.

        Raises:
            ArgumentError: The last axis of `input_data` has another length; inputs or weights are complex, NaN or
                infinite: at a parameter that cannot reach an output such a number would vanish.
        """
        inputs = torch.zeros(0, device=self.weight.device) if input_data is None else input_data
        network = self.neural_network
        if not inputs.ndim or inputs.shape[-1] != network.num_inputs:
            shape = tuple(inputs.shape)
            raise argument_error("input_data", f"have {network.num_inputs} values in its last axis", shape)
        if self.weight.shape != (network.num_weights,):
            raise argument_error("weight", f"have the shape ({network.num_weights},)", tuple(self.weight.shape))
        for name, tensor in (("input_data", inputs), ("weight", self.weight)):
            if tensor.is_complex():
                raise argument_error(name, "be real numbers", str(tensor.dtype), "Angles have no imaginary part.")
        return expectations(inputs, self.weight, network)

    # In a file the weights stand twice, as the stock class writes them.

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if prefix + "weight" in destination:
            destination[prefix + _ALIAS] = destination[prefix + "weight"]

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        second = state_dict.pop(prefix + _ALIAS, None)
        first = state_dict.get(prefix + "weight", second)
        if second is not None and not torch.equal(first, second):
            errors: list[str] = arguments[-1]
            errors.append(f"The weights under {prefix}weight and {prefix}{_ALIAS} must be the same, but differ.")
        super()._load_from_state_dict(state_dict, prefix, *arguments)
