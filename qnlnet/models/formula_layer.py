"""A circuit evaluated by a formula, in place of the layer that runs it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit
from qnlnet.errors import argument_error

# Inputs, shape (…, inputs), and weights, shape (…, weights), as the circuit takes them → outputs, shape (…, outputs).
Formula = Callable[[Tensor, Tensor], Tensor]


class CircuitWeights(nn.Module):
    """A part whose parameters are those of circuits that it does not run."""


class FormulaLayer(CircuitWeights):
    """The expectation values of a circuit by a formula that holds for it: as `QuantumLayer` has them, with its weights.

    What one has saved the other loads.

    Args:
        circuit: The circuit.
        formula: What its outputs are.
        copies: How many circuits with weights of their own stand side by side; None for a single one, without an axis.
    """

    def __init__(self, circuit: Circuit, formula: Formula, copies: int | None = None) -> None:
        super().__init__()
        self.num_inputs = circuit.num_inputs
        self.num_qubits = circuit.circuit.num_qubits
        self.copies = copies
        self._formula = formula
        shape = (len(circuit.weight_params),) if copies is None else (copies, len(circuit.weight_params))
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-1, 1))

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the outputs, shape (…, outputs), for inputs of shape (…, inputs); see `QuantumLayer` for copies.

        Raises:
            ArgumentError: The last axis of `inputs` has another length.
        """
        if not inputs.ndim or inputs.shape[-1] != self.num_inputs:
            shape = tuple(inputs.shape)
            raise argument_error("inputs", f"have {self.num_inputs} values in the last axis", shape)
        return self._formula(inputs.to(self.weight.dtype), self.weight)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *arguments: object) -> None:
        state_dict.pop(f"{prefix}_weights", None)  # as which the stock class writes its weights a second time
        super()._load_from_state_dict(state_dict, prefix, *arguments)


CircuitLayer = QuantumLayer | FormulaLayer  # what the weights of a circuit belong to
