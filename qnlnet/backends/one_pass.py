"""EstimatorQNNs that compute values and gradients in one pass."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.backends.evaluator import Evaluation
from qnlnet.simulator.rows import check_real_and_finite


class OnePassQNN(CheckedEstimatorQNN):
    """An EstimatorQNN that computes the full Jacobian, and the values with it, in one pass.

    Rows are inputs and weights side by side, shape (batch, num_inputs + num_weights), in radians.
    """

    one_pass = True

    @abstractmethod
    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the expectation values, shape (batch, observables)."""

    @abstractmethod
    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns the values and their derivatives, shape (batch, observables, num_inputs + num_weights)."""

    def evaluate(
        self, inputs: NDArray[np.float64], weights: NDArray[np.float64], *, values: bool, jacobian: bool
    ) -> Evaluation:
        """See `Evaluator`; one pass serves values and Jacobian."""
        rows = self.join(inputs, weights)
        if not np.isfinite(rows).all():
            check_real_and_finite("input_data", inputs)
            check_real_and_finite("weights", weights)
        if not len(rows):
            shape = (0, *self.output_shape)
            return np.zeros(shape), np.zeros((*shape, rows.shape[1]))
        return self.values_and_jacobian(rows) if jacobian else (self.values(rows), None)

    def _validate_weights(self, weights: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        # Beyond the stock class: weights of shape (batch, num_weights) give every row weights of its own.
        array = None if weights is None else np.asarray(weights)
        if array is None or array.ndim != 2:
            return super()._validate_weights(array)
        check_real_and_finite("weights", array)
        return np.asarray(array, dtype=float)

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
