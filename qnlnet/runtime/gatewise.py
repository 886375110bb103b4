"""A circuit in which every angle has a parameter of its own, so that the parameter-shift rule holds gate by gate."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit
from qnlnet.errors import UnsupportedCircuitError
from qnlnet.simulator.columns import Angle, Columns
from qnlnet.simulator.unrolling import GateOnQubits, unroll

# Two eigenvalues: the derivative is half the difference at ± π/2.
_SHIFT_RULE = {"p", "rx", "ry", "rz", "rxx", "ryy", "rzz"}


@dataclass(frozen=True)
class GatewiseCircuit:
    """A circuit whose parameters appear once each.

    Attributes:
        circuit: The circuit.
        names: The names of its parameters, one per angle, in the order of the gates: ``x[0]#1``, ``x[0]#2``, ….
        sources: For each of them the column of (inputs, weights) that it takes its value from; shape (angles,).
        slopes: The derivative of the gate's angle by the parameter; shape (angles,).
        observable: What is measured.
    """

    circuit: QuantumCircuit
    names: tuple[str, ...]
    sources: NDArray[np.int64]
    slopes: NDArray[np.float64]
    observable: SparsePauliOp

    @property
    def description(self) -> str:
        """Gates, qubits and observable in words that are the same in every process."""
        gates = [
            f"{gate.operation.name}({', '.join(map(str, gate.operation.params))}) "
            f"{[self.circuit.find_bit(qubit).index for qubit in gate.qubits]}"
            for gate in self.circuit.data
        ]
        return f"{'; '.join(gates)} | {self.observable.to_sparse_list()}"

    def spread(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the values of the angles' parameters, shape (…, angles), from rows of (inputs, weights)."""
        return rows[..., self.sources]

    def shift(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns what one broadcast PUB needs for all derivatives of all rows.

        Args:
            rows: Inputs and weights, shape (batch, inputs + weights).

        Returns:
            Values of the angles' parameters, shape (batch, 2 · angles, angles): the even entries of the middle axis are
            shifted by +π/2 in one angle, the odd ones by −π/2.
        """
        shifts = np.repeat(np.diag(np.pi / 2 / self.slopes), 2, axis=0)
        shifts[1::2] *= -1
        return self.spread(rows)[:, None, :] + shifts

    def differentiate(self, values: NDArray[np.float64], num_columns: int) -> NDArray[np.float64]:
        """Returns the Jacobian, shape (batch, num_columns), from the values of the rows that `shift` gave.

        Args:
            values: Expectation values, shape (batch, 2 · angles).
            num_columns: Number of inputs and weights together.
        """
        by_angle = (values[:, 0::2] - values[:, 1::2]) / 2 * self.slopes
        jacobian = np.zeros((len(values), num_columns))
        for angle, column in enumerate(self.sources):
            jacobian[:, column] += by_angle[:, angle]
        return jacobian


def build_gatewise_circuit(qnl: Circuit) -> GatewiseCircuit:
    """Gives every angle of `qnl` a parameter of its own.

    Raises:
        UnsupportedCircuitError: An angle is not affine in one parameter, or Qiskit cannot translate its gate into
            gates with the two-term shift rule.
    """
    columns = Columns((*qnl.input_params, *qnl.weight_params))
    circuit = QuantumCircuit(qnl.circuit.num_qubits, name=qnl.circuit.name)
    names: list[str] = []
    angles: list[Angle] = []
    for gate in _list_gates(qnl.circuit):
        operation = gate.operation
        if any(isinstance(value, ParameterExpression) and value.parameters for value in operation.params):
            (angle,) = (columns.read(value, operation.name) for value in operation.params)
            if columns.expressions:
                raise UnsupportedCircuitError(
                    f"The angle `{columns.expressions[0]}` of a gate `{operation.name}` must be affine (a·x + b) in "
                    "one parameter to run on a device, but is not."
                )
            if angle.parameter is not None and angle.scale != 0:
                source = columns.parameters[angle.parameter].name
                names.append(f"{source}#{1 + sum(known.parameter == angle.parameter for known in angles)}")
                angles.append(angle)
                operation = type(operation)(angle.scale * _parameter(names[-1]) + angle.offset)
        circuit.append(operation, gate.qubits)
    sources = np.array([angle.parameter for angle in angles], np.int64)
    slopes = np.array([angle.scale for angle in angles])
    return GatewiseCircuit(circuit, tuple(names), sources, slopes, qnl.observable)


def _list_gates(circuit: QuantumCircuit) -> Iterator[GateOnQubits]:
    """Yields the gates; those with angles and without the two-term rule are translated into others that have it."""
    for instruction in circuit.data:
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        gate = GateOnQubits(instruction.operation, qubits)
        has_rule = gate.name in _SHIFT_RULE or not instruction.operation.params
        yield from (gate,) if has_rule else unroll(gate)


def _parameter(name: str) -> Parameter:
    """Returns the parameter of that name, the same in every circuit: the client tells boxes of gates apart by it."""
    return Parameter(name, uuid=uuid.uuid5(uuid.NAMESPACE_OID, name))
