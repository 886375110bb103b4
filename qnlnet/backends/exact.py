"""`backend=exact`: an EstimatorQNN whose values and gradients come from the exact simulator."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.backends.one_pass import OnePassQNN
from qnlnet.simulator import ExactSimulator


class ExactEstimatorQNN(OnePassQNN):
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

    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.simulator.values(rows)

    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.simulator.values_and_jacobian(rows)
