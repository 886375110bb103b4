"""A circuit in which every angle has a parameter of its own, so that the parameter-shift rule holds gate by gate."""

import uuid
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import QNLCircuit
from qnlnet.errors import UnsupportedCircuitError
from qnlnet.simulator.gates import read_angle

_SHIFT_RULE = {"p", "rx", "ry", "rz"}  # two eigenvalues: the derivative is half the difference at ± π/2


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


def build_gatewise_circuit(qnl: QNLCircuit) -> GatewiseCircuit:
    """Gives every angle of `qnl` a parameter of its own.

    Raises:
        UnsupportedCircuitError: An angle belongs to a gate without the two-term shift rule, or is not affine.
    """
    columns: dict[Parameter, int] = {p: k for k, p in enumerate((*qnl.input_params, *qnl.weight_params))}
    names_of_columns = [parameter.name for parameter in columns]
    circuit = QuantumCircuit(qnl.circuit.num_qubits, name=qnl.circuit.name)
    names: list[str] = []
    sources: list[int] = []
    slopes: list[float] = []
    for instruction in qnl.circuit.data:
        operation = instruction.operation
        angles = [read_angle(value, columns, operation.name) for value in operation.params]
        if any(angle.parameter is not None and angle.scale != 0 for angle in angles):
            if operation.name not in _SHIFT_RULE:
                raise UnsupportedCircuitError(
                    f"A gate with a free angle must be one of {', '.join(sorted(_SHIFT_RULE))} to run on a device, "
                    f"but is `{operation.name}`."
                )
            (angle,) = angles
            assert angle.parameter is not None
            sources.append(angle.parameter)
            slopes.append(angle.scale)
            names.append(f"{names_of_columns[angle.parameter]}#{sources.count(angle.parameter)}")
            operation = type(operation)(angle.scale * _parameter(names[-1]) + angle.offset)
        circuit.append(operation, [circuit.qubits[qnl.circuit.find_bit(qubit).index] for qubit in instruction.qubits])
    return GatewiseCircuit(circuit, tuple(names), np.array(sources, np.int64), np.array(slopes), qnl.observable)


def _parameter(name: str) -> Parameter:
    """Returns the parameter of that name, the same in every circuit: the client tells boxes of gates apart by it."""
    return Parameter(name, uuid=uuid.uuid5(uuid.NAMESPACE_OID, name))
