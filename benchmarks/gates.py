"""A Circuit as a plain list of gates, from which every peer builds its own circuit."""

from dataclasses import dataclass

from qnlnet.circuits import Circuit
from qnlnet.simulator.columns import Angle, Columns


@dataclass(frozen=True)
class Gate:
    """A gate by Qiskit's name, with an angle in radians where it is a rotation."""

    name: str
    qubits: tuple[int, ...]
    angle: Angle | None


def list_gates(qnl: Circuit) -> list[Gate]:
    """Returns the gates in order; parameters are numbered inputs first, then weights."""
    columns = Columns((*qnl.input_params, *qnl.weight_params))
    gates = []
    for instruction in qnl.circuit.data:
        qubits = tuple(qnl.circuit.find_bit(qubit).index for qubit in instruction.qubits)
        values = instruction.operation.params
        angle = columns.read(values[0], instruction.operation.name) if values else None
        gates.append(Gate(instruction.operation.name, qubits, angle))
    return gates


def readout_qubit(qnl: Circuit) -> int:
    """Returns the qubit whose Pauli Z is measured."""
    ((letters, (qubit,), _),) = qnl.observable.to_sparse_list()
    assert letters == "Z"
    return int(qubit)
