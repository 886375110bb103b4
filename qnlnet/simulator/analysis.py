"""What of a circuit can reach its outputs: a question that the gates alone answer, for all parameter values at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit
from qnlnet.errors import UnsupportedCircuitError, argument_error
from qnlnet.simulator.columns import Columns
from qnlnet.simulator.dead_gates import find_dead_gates, turns_by
from qnlnet.simulator.gates import Pauli, translate_each
from qnlnet.simulator.program import read_observable


@dataclass(frozen=True)
class Reach:
    """What of a circuit can reach its outputs, and what is dead.

    Dead is certain: the outputs are the same whatever the dead parameters are, and without all the dead gates.
    Alive can be an over-estimate, where several contributions cancel by their coefficients. Barriers are in neither.

    Attributes:
        live_parameters: Parameters that can reach an output: one of their gates does. In the order that was asked for.
        dead_parameters: The others.
        live_gates: The positions in `circuit.data` of gates that can reach an output, ascending.
        dead_gates: The positions of the others.
        sees_start: Whether the outputs depend on the state that the circuit starts from, where that may be any.
    """

    live_parameters: tuple[Parameter, ...]
    dead_parameters: tuple[Parameter, ...]
    live_gates: tuple[int, ...]
    dead_gates: tuple[int, ...]
    sees_start: bool = False

    @property
    def live_names(self) -> tuple[str, ...]:
        """The names of the parameters that can reach an output."""
        return tuple(parameter.name for parameter in self.live_parameters)

    @property
    def dead_names(self) -> tuple[str, ...]:
        """The names of the dead parameters."""
        return tuple(parameter.name for parameter in self.dead_parameters)

    @property
    def is_constant(self) -> bool:
        """Whether no output depends on any parameter, nor on amplitudes."""
        return not self.live_parameters and not self.sees_start

    def reaches(self, parameter: Parameter | str) -> bool:
        """Returns whether a parameter, or the parameter of that name, can reach an output.

        Raises:
            ArgumentError: It is none of those that were asked about.
        """
        own = {*self.live_parameters, *self.live_names}
        if parameter not in own and parameter not in {*self.dead_parameters, *self.dead_names}:
            names = ", ".join(sorted((*self.live_names, *self.dead_names)))
            raise argument_error("parameter", f"be one of {names}", parameter)
        return parameter in own


def analyse(
    circuit: QuantumCircuit,
    observables: Sequence[SparsePauliOp],
    parameters: Sequence[Parameter] | None = None,
    *,
    any_start: bool = False,
) -> Reach:
    """Finds out what of a circuit can reach the expectation values of `observables`, any of them.

    Args:
        circuit: The circuit; see `qnlnet.simulator.SUPPORTED_GATES`.
        observables: Real sums of Pauli strings on the circuit's qubits.
        parameters: All free parameters; None takes those of the circuit in Qiskit's order.
        any_start: Whether the circuit may start from any state, as where its inputs are amplitudes; else from |0…0⟩.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported, or a parameter is left out.
    """
    parameters = list(circuit.parameters) if parameters is None else list(parameters)
    if missing := set(circuit.parameters) - set(parameters):
        raise UnsupportedCircuitError(
            f"The parameters must be all of the circuit, but {', '.join(sorted(p.name for p in missing))} is left out."
        )
    columns = Columns(parameters)
    gates = translate_each(circuit, columns)
    strings = _read_strings(observables, circuit.num_qubits)
    dead = find_dead_gates(gates, strings, any_start=any_start)
    live = [position for position, gate in enumerate(gates) if gate and position not in dead]
    turning = {turns_by(operation) for position in live for operation in gates[position]}
    reaching = {parameter for column in turning if column is not None for parameter in columns.parameters_of(column)}
    return Reach(
        live_parameters=tuple(p for index, p in enumerate(parameters) if index in reaching),
        dead_parameters=tuple(p for index, p in enumerate(parameters) if index not in reaching),
        live_gates=tuple(live),
        dead_gates=tuple(position for position, gate in enumerate(gates) if gate and position in dead),
        sees_start=any_start and any(string != (0, 0) for string in strings),
    )


def analyse_circuit(qnl: Circuit) -> Reach:
    """Finds out what of a model's circuit can reach its outputs: inputs first, then weights, in their order."""
    parameters = (*qnl.input_params, *qnl.weight_params)
    return analyse(qnl.circuit, qnl.observables, parameters, any_start=qnl.takes_amplitudes)


def is_constant(circuit: QuantumCircuit, observable: SparsePauliOp, parameters: Sequence[Parameter]) -> bool:
    """Returns whether the expectation value provably does not depend on any parameter.

    True is certain; False can be wrong where terms cancel by their coefficients, which is not looked at.

    Raises:
        UnsupportedCircuitError: A gate, an angle or the observable is not supported.
    """
    return analyse(circuit, [observable], parameters).is_constant


def _read_strings(observables: Iterable[SparsePauliOp], num_qubits: int) -> set[Pauli]:
    """Returns the Pauli strings of all observables; terms of one observable that cancel are none."""
    strings = set()
    for observable in observables:
        coefficients: dict[Pauli, float] = {}
        for _, string, coefficient in read_observable(0, observable, range(num_qubits)):
            coefficients[string] = coefficients.get(string, 0.0) + coefficient
        strings |= {string for string, coefficient in coefficients.items() if coefficient}
    return strings
