"""A circuit as models use it: which of its parameters are inputs and which are weights, and what is measured."""

from dataclasses import dataclass

from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import argument_error


@dataclass(frozen=True)
class Circuit:
    """A circuit with its ordered parameters and its observables.

    Attributes:
        circuit: The unbound circuit.
        input_params: The inputs in order.
        weight_params: The trainable parameters in order.
        observables: What is measured, each on all qubits of the circuit.
    """

    circuit: QuantumCircuit
    input_params: tuple[Parameter, ...]
    weight_params: tuple[Parameter, ...]
    observables: tuple[SparsePauliOp, ...]

    @property
    def observable(self) -> SparsePauliOp:
        """The only observable.

        Raises:
            ArgumentError: There are several.
        """
        if len(self.observables) > 1:
            raise argument_error("readout_qubits", "name one qubit here", len(self.observables))
        return self.observables[0]

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs for readers, in order, such as ``x0``."""
        return tuple(f"x{index}" for index in range(len(self.input_params)))

    @property
    def weight_names(self) -> tuple[str, ...]:
        """The names of the weights in order, such as ``ry_q1_rep1``: checkpoints store them."""
        return tuple(parameter.name for parameter in self.weight_params)
