"""What every EstimatorQNN here takes: batches of any shape, none too small, of finite real numbers."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit_machine_learning.neural_networks import EstimatorQNN
from torch import Tensor

from qnlnet.backends.evaluator import Evaluation, GateAngles
from qnlnet.backends.jacobian import expectations_by_jacobian
from qnlnet.errors import argument_error
from qnlnet.simulator.batches import BatchSimulator
from qnlnet.simulator.rows import check_real_and_finite

_Gradients = tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]


class CheckedEstimatorQNN(EstimatorQNN):
    """An EstimatorQNN that refuses NaN, infinity and complex numbers, and runs nothing for an empty batch.

    NaN at a parameter that cannot reach the outputs would vanish, and the stock class drops imaginary parts.
    """

    one_pass = False

    @property
    def gate_angles(self) -> GateAngles | None:
        """None: there are no second derivatives."""
        return None

    @property
    def batches(self) -> BatchSimulator | None:
        """None: rows are evaluated one by one."""
        return None

    @property
    def in_columns(self) -> Any:
        """None: the network reads expressions among the angles by itself."""
        return None

    def differentiable(self, inputs: Tensor, weights: Tensor) -> Tensor:
        """Returns the values, shape (…, observables), by functions that can be differentiated; see `Network`."""
        columns = self.in_columns
        if columns is None:
            return expectations_by_jacobian(inputs, weights, self)
        values = expectations_by_jacobian(columns.rows(inputs, weights), weights.detach()[:0], columns.network)
        return values.to(weights.dtype)

    def evaluate(
        self, inputs: NDArray[np.float64], weights: NDArray[np.float64], *, values: bool, jacobian: bool
    ) -> Evaluation:
        """See `Evaluator`.

        Raises:
            ArgumentError: A number is not finite, or each row has weights of its own.
        """
        if weights.ndim > 1:
            raise argument_error("weights", f"have the shape ({self.num_weights},) on this backend", weights.shape)
        given = inputs if self.num_inputs else None
        outputs = self.forward(given, weights) if values else None
        if not jacobian:
            return outputs, None
        empty = np.zeros((len(inputs), *self.output_shape, 0))
        parts = [empty if part is None else part for part in self.backward(given, weights)]
        return outputs, np.concatenate(parts, axis=-1)

    def forward(self, input_data: Any, weights: Any) -> NDArray[np.float64]:
        if _is_empty(input_data):
            self._validate_weights(weights)
            return np.zeros((*np.shape(input_data)[:-1], *self.output_shape))
        return super().forward(input_data, weights)

    def backward(self, input_data: Any, weights: Any) -> _Gradients:
        if _is_empty(input_data):
            self._validate_weights(weights)
            shape = (*np.shape(input_data)[:-1], *self.output_shape)
            by_inputs = np.zeros((*shape, self.num_inputs)) if self.input_gradients else None
            return by_inputs, np.zeros((*shape, self.num_weights))
        return super().backward(input_data, weights)

    def _validate_input(self, input_data: Any) -> Any:
        if input_data is not None:
            check_real_and_finite("input_data", np.asarray(input_data))
        return super()._validate_input(input_data)

    def _validate_weights(self, weights: Any) -> Any:
        if weights is not None:
            check_real_and_finite("weights", np.asarray(weights))
        return super()._validate_weights(weights)


def _is_empty(input_data: Any) -> bool:
    """Returns whether there is a batch, and nothing in it."""
    shape = () if input_data is None else np.shape(input_data)
    return len(shape) > 1 and math.prod(shape[:-1]) == 0
