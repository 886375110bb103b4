"""`backend=exact`: an EstimatorQNN whose values and gradients come from the exact simulator."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from torch import Tensor

from qnlnet.backends.evaluator import GateAngles, ProgramEvaluator
from qnlnet.backends.one_pass import OnePassQNN
from qnlnet.simulator import ExactSimulator
from qnlnet.simulator.batches import BatchSimulator

_MANY_ROTATIONS = 32


class ExactEstimatorQNN(OnePassQNN):
    """An EstimatorQNN that is exact and computes the full Jacobian by the adjoint method.

    Args:
        circuit: The circuit, of the gates that the exact simulator supports or Qiskit can translate into them.
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
        self._given = circuit
        self.simulator = ExactSimulator(circuit, self.observables, [*input_params, *weight_params])

    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.simulator.run(rows, want_jacobian=False)[0]

    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.simulator.run(rows, want_jacobian=True)

    @cached_property
    def batches(self) -> BatchSimulator | None:
        """What evaluates many rows with the same weights at once; None where the Jacobian is as fast as a gradient."""
        if len(self.observables) == 1 and len(self.simulator.program.rotations) < _MANY_ROTATIONS:
            return None
        parameters = self.input_params, self.weight_params
        return BatchSimulator(self._given, self.observables, *parameters, names=("input_data", "weights"))

    @cached_property
    def gate_angles(self) -> GateAngles:
        program, angles = self.simulator.compile_by_gate()
        matrix = torch.zeros(len(angles), len(self.simulator.columns), dtype=torch.float64)
        for row, angle in enumerate(angles):
            matrix[row, angle.parameter] = angle.scale
        offsets = torch.tensor([angle.offset for angle in angles], dtype=torch.float64)
        return GateAngles(ProgramEvaluator(program), matrix, offsets)

    @cached_property
    def in_columns(self) -> "ColumnsOfExpressions | None":
        """Where the circuit has angles that are no affine functions of one parameter: what gives them to torch."""
        return ColumnsOfExpressions(self) if self.simulator.columns.expressions else None


class ColumnsOfExpressions:
    """A circuit that has columns for the expressions among its angles, which torch computes and differentiates.

    Args:
        qnn: The circuit.
    """

    def __init__(self, qnn: ExactEstimatorQNN) -> None:
        self.network = ProgramEvaluator(qnn.simulator.program, qnn.gate_angles)
        self._compute: Callable[..., Sequence[Any]] = qnn.simulator.columns.compile("torch")

    def rows(self, inputs: Tensor, weights: Tensor) -> Tensor:
        """Returns inputs, weights and expressions side by side, shape (…, columns), float64."""
        own = weights.expand(*inputs.shape[:-1], weights.shape[-1])
        parameters = torch.cat((inputs.double(), own.double()), dim=-1)
        expressions = torch.stack(list(self._compute(*parameters.unbind(-1))), dim=-1)
        return torch.cat((parameters, expressions), dim=-1)
