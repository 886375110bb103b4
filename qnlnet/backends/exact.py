"""`backend=exact`: an EstimatorQNN whose values and gradients come from the exact simulator."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit_machine_learning.neural_networks import EstimatorQNN

from qnlnet.simulator import ExactSimulator


class ExactEstimatorQNN(EstimatorQNN):
    """An EstimatorQNN that is exact and computes the full Jacobian by the adjoint method.

    Args:
        circuit: The circuit, of the gates that the exact simulator supports.
        observables: One or several real sums of Pauli strings.
        input_params: The parameters that the inputs are bound to, in order.
        weight_params: The parameters that the weights are bound to, in order.

    Raises:
        UnsupportedCircuitError: The circuit or an observable contains something unsupported; the text names it.
    """

    def __init__(
        self,
        *,
        circuit: QuantumCircuit,
        observables: Sequence[SparsePauliOp] | SparsePauliOp,
        input_params: Sequence[Parameter],
        weight_params: Sequence[Parameter],
    ) -> None:
        super().__init__(
            circuit=circuit,
            observables=observables,
            input_params=input_params,
            weight_params=weight_params,
            input_gradients=True,
            default_precision=0.0,
        )
        self.simulator = ExactSimulator(circuit, self.observables, [*input_params, *weight_params])

    def _validate_weights(self, weights: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        # Beyond the stock class: weights of shape (batch, num_weights) give every row weights of its own.
        array = None if weights is None else np.asarray(weights, dtype=float)
        return array if array is not None and array.ndim == 2 else super()._validate_weights(array)

    def _forward(
        self, input_data: NDArray[np.float64] | None, weights: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        return self.simulator.values(self.join(input_data, weights))

    def _backward(
        self, input_data: NDArray[np.float64] | None, weights: NDArray[np.float64] | None
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
        _, jacobian = self.simulator.values_and_jacobian(self.join(input_data, weights))
        split = self.num_inputs
        return (jacobian[..., :split] if self.input_gradients else None), jacobian[..., split:]

    def join(
        self, input_data: NDArray[np.floating] | None, weights: NDArray[np.floating] | None
    ) -> NDArray[np.float64]:
        """Returns inputs and weights side by side, as the rows that `simulator` takes.

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
