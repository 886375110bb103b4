"""A circuit as models use it: which of its parameters are inputs and which are weights, and what is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits.layers import measure_each
from qnlnet.errors import argument_error


@dataclass(frozen=True)
class Circuit:
    """A circuit with its ordered parameters and its observables.

    Attributes:
        circuit: The unbound circuit.
        input_params: The inputs in order.
        weight_params: The trainable parameters in order.
        observables: What is measured, each on all qubits of the circuit.
        takes_amplitudes: Whether a row of inputs begins with 2^qubits real amplitudes of the state that the circuit
            starts from, bit k of an index for qubit k, which are divided by their norm. The other inputs follow.
    """

    circuit: QuantumCircuit
    input_params: tuple[Parameter, ...]
    weight_params: tuple[Parameter, ...]
    observables: tuple[SparsePauliOp, ...]
    takes_amplitudes: bool = False

    @classmethod
    def of(
        cls,
        circuit: QuantumCircuit,
        *,
        inputs: Sequence[Parameter] = (),
        observables: Sequence[SparsePauliOp] | None = None,
        takes_amplitudes: bool = False,
    ) -> "Circuit":
        """Makes one of any circuit of Qiskit's.

        Args:
            circuit: The circuit.
            inputs: Its parameters that are inputs, in order; all others are weights, in Qiskit's order.
            observables: What is measured; None measures Z on every qubit. See `measure_outcomes` for probabilities.
            takes_amplitudes: Whether inputs begin with the amplitudes of the state that it starts from.

        Raises:
            ArgumentError: An input is no parameter of the circuit.
        """
        if missing := [parameter.name for parameter in inputs if parameter not in circuit.parameters]:
            names = ", ".join(parameter.name for parameter in circuit.parameters)
            raise argument_error("inputs", f"be parameters of the circuit: {names}", ", ".join(missing))
        weights = tuple(parameter for parameter in circuit.parameters if parameter not in {*inputs})
        measured = measure_each(circuit.num_qubits) if observables is None else tuple(observables)
        return cls(circuit, tuple(inputs), weights, measured, takes_amplitudes)

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
        return tuple(f"x{index}" for index in range(self.num_inputs))

    @property
    def num_amplitudes(self) -> int:
        """How many inputs are amplitudes: 2^qubits, or none."""
        return 2**self.circuit.num_qubits if self.takes_amplitudes else 0

    @property
    def num_inputs(self) -> int:
        """How many inputs a row has."""
        return self.num_amplitudes + len(self.input_params)

    @property
    def weight_names(self) -> tuple[str, ...]:
        """The names of the weights in order, such as ``ry_q1_rep1``: checkpoints store them."""
        return tuple(parameter.name for parameter in self.weight_params)
