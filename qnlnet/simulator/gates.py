"""From Qiskit's gates to the simulator's few operations.

Up to a global phase, which no expectation value sees, every supported gate is a sequence of

* Pauli rotations exp(−i θ/2 G), where the generator G is a string of Paulis, and
* the Clifford gates H, CX and CZ.

A Pauli string is a pair of bit masks (x, z): G = i^|x∧z| Xˣ Zᶻ, bit k for qubit k.
"""

import math
from dataclasses import dataclass

from qiskit.circuit import QuantumCircuit

from qnlnet.simulator.columns import Angle, Columns
from qnlnet.simulator.unrolling import SUPPORTED_GATES, GateOnQubits, unroll

__all__ = ["CX", "CZ", "HADAMARD", "ROTATION", "SUPPORTED_GATES", "Angle", "Operation", "Pauli"]

ROTATION, HADAMARD, CX, CZ = range(4)

Pauli = tuple[int, int]  # (x mask, z mask)

_ROTATIONS = {"p": "Z", "rx": "X", "ry": "Y", "rz": "Z", "rxx": "XX", "ryy": "YY", "rzz": "ZZ"}
_FIXED_ROTATIONS = {
    "x": ("X", math.pi),
    "y": ("Y", math.pi),
    "z": ("Z", math.pi),
    "s": ("Z", math.pi / 2),
    "t": ("Z", math.pi / 4),
}
_CLIFFORDS = {"h": HADAMARD, "cx": CX, "cz": CZ}


@dataclass(frozen=True)
class Operation:
    """One operation on the state.

    Attributes:
        kind: ROTATION, HADAMARD, CX or CZ.
        qubits: The qubits acted on; control first for CX.
        x_mask: X part of a rotation's generator.
        z_mask: Z part of a rotation's generator.
        angle: The angle of a rotation.
    """

    kind: int
    qubits: tuple[int, ...]
    x_mask: int = 0
    z_mask: int = 0
    angle: Angle | None = None


def translate_circuit(circuit: QuantumCircuit, columns: Columns) -> tuple[list[Operation], tuple[int, ...]]:
    """Translates `circuit` into operations; a SWAP gate only renames the qubits that follow it.

    Args:
        circuit: The circuit; barriers are passed over.
        columns: What the angles are read by.

    Returns:
        The operations in order, and for each qubit of the circuit the qubit on which its final state lies.

    Raises:
        UnsupportedCircuitError: Qiskit cannot translate an instruction into the supported gates, or an angle is not
            real.
    """
    wire = list(range(circuit.num_qubits))
    operations: list[Operation] = []
    for gate in _list_gates(circuit):
        for part in unroll(gate):
            if part.name == "swap":
                first, second = part.qubits
                wire[first], wire[second] = wire[second], wire[first]
            else:
                operations.append(_translate(part, tuple(wire[qubit] for qubit in part.qubits), columns))
    return operations, tuple(wire)


def translate_each(circuit: QuantumCircuit, columns: Columns) -> list[tuple[Operation, ...]]:
    """Translates each instruction of `circuit` by itself, on the qubits that it names.

    Args:
        circuit: The circuit.
        columns: What the angles are read by.

    Returns:
        The operations of each instruction: one for a supported gate, three CX for a SWAP gate, none for a barrier, and
        for another gate those that it is made of.

    Raises:
        UnsupportedCircuitError: Qiskit cannot translate an instruction into the supported gates, or an angle is not
            real.
    """
    return [
        tuple(operation for part in unroll(gate) for operation in _translate_alone(part, columns))
        for gate in _list_gates(circuit)
    ]


def _list_gates(circuit: QuantumCircuit) -> list[GateOnQubits]:
    return [
        GateOnQubits(instruction.operation, tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits))
        for instruction in circuit.data
    ]


def _translate_alone(gate: GateOnQubits, columns: Columns) -> tuple[Operation, ...]:
    if gate.name == "swap":
        there, back = Operation(CX, gate.qubits), Operation(CX, gate.qubits[::-1])
        return there, back, there
    return (_translate(gate, gate.qubits, columns),)


def _translate(gate: GateOnQubits, qubits: tuple[int, ...], columns: Columns) -> Operation:
    name = gate.name
    if name in _CLIFFORDS:
        return Operation(_CLIFFORDS[name], qubits)
    if name in _FIXED_ROTATIONS:
        pauli, theta = _FIXED_ROTATIONS[name]
        return _rotation(pauli, qubits, Angle(None, 0.0, theta))
    return _rotation(_ROTATIONS[name], qubits, columns.read(gate.operation.params[0], name))


def _rotation(pauli: str, qubits: tuple[int, ...], angle: Angle) -> Operation:
    mask = sum(1 << qubit for qubit in qubits)
    x_mask, z_mask = (mask if pauli[0] in letters else 0 for letters in ("XY", "YZ"))
    return Operation(ROTATION, qubits, x_mask, z_mask, angle)
