"""From Qiskit's gates to the simulator's few operations.

Up to a global phase, which no expectation value sees, every supported gate is a sequence of

* Pauli rotations exp(−i θ/2 G), where the generator G is a string of Paulis, and
* the Clifford gates H, CX and CZ.

A Pauli string is a pair of bit masks (x, z): G = i^|x∧z| Xˣ Zᶻ, bit k for qubit k.
"""

import math
from dataclasses import dataclass

from qiskit.circuit import Barrier, CircuitInstruction, Parameter, ParameterExpression, QuantumCircuit

from qnlnet.errors import UnsupportedCircuitError

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
SUPPORTED_GATES = (*_CLIFFORDS, *_FIXED_ROTATIONS, *_ROTATIONS, "swap")


@dataclass(frozen=True)
class Angle:
    """An angle a·x + b in radians; `parameter` is the index of x, or None for the constant b."""

    parameter: int | None
    scale: float
    offset: float


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


def translate_circuit(
    circuit: QuantumCircuit, parameters: dict[Parameter, int]
) -> tuple[list[Operation], tuple[int, ...]]:
    """Translates `circuit` into operations; a SWAP gate only renames the qubits that follow it.

    Args:
        circuit: The circuit; barriers are passed over.
        parameters: The index of each free parameter.

    Returns:
        The operations in order, and for each qubit of the circuit the qubit on which its final state lies.

    Raises:
        UnsupportedCircuitError: A gate is not supported, or an angle is not affine in one parameter.
    """
    wire = list(range(circuit.num_qubits))
    operations: list[Operation] = []
    for instruction in circuit.data:
        name = _standard_name(instruction)
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        if name == "swap":
            wire[qubits[0]], wire[qubits[1]] = wire[qubits[1]], wire[qubits[0]]
        elif name != "barrier":
            operations.append(_translate(name, instruction, tuple(wire[qubit] for qubit in qubits), parameters))
    return operations, tuple(wire)


def translate_each(circuit: QuantumCircuit, parameters: dict[Parameter, int]) -> list[tuple[Operation, ...]]:
    """Translates each instruction of `circuit` by itself, on the qubits that it names.

    Args:
        circuit: The circuit.
        parameters: The index of each free parameter.

    Returns:
        The operations of each instruction: one for a gate, three CX for a SWAP gate, none for a barrier.

    Raises:
        UnsupportedCircuitError: A gate is not supported, or an angle is not affine in one parameter.
    """
    translated: list[tuple[Operation, ...]] = []
    for instruction in circuit.data:
        name = _standard_name(instruction)
        qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        if name == "swap":
            there, back = Operation(CX, qubits), Operation(CX, qubits[::-1])
            translated.append((there, back, there))
        else:
            translated.append(() if name == "barrier" else (_translate(name, instruction, qubits, parameters),))
    return translated


def _standard_name(instruction: CircuitInstruction) -> str | None:
    """Returns the name of a barrier or of a standard gate, else None: a custom gate may be named like one."""
    standard = instruction.is_standard_gate() or isinstance(instruction.operation, Barrier)
    return instruction.operation.name if standard else None


def _translate(
    name: str | None, instruction: CircuitInstruction, qubits: tuple[int, ...], parameters: dict[Parameter, int]
) -> Operation:
    if name in _CLIFFORDS:
        return Operation(_CLIFFORDS[name], qubits)
    if name in _FIXED_ROTATIONS:
        pauli, theta = _FIXED_ROTATIONS[name]
        return _rotation(pauli, qubits, Angle(None, 0.0, theta))
    if name in _ROTATIONS:
        return _rotation(_ROTATIONS[name], qubits, read_angle(instruction.operation.params[0], parameters, name))
    raise UnsupportedCircuitError(
        f"The exact simulator does not know the instruction `{instruction.operation.name}`; it knows the standard "
        f"gates {', '.join(SUPPORTED_GATES)}. "
        "Decompose the circuit into these, or choose the backend statevector or aer."
    )


def _rotation(pauli: str, qubits: tuple[int, ...], angle: Angle) -> Operation:
    mask = sum(1 << qubit for qubit in qubits)
    x_mask, z_mask = (mask if pauli[0] in letters else 0 for letters in ("XY", "YZ"))
    return Operation(ROTATION, qubits, x_mask, z_mask, angle)


def read_angle(value: ParameterExpression | float, parameters: dict[Parameter, int], gate: str) -> Angle:
    """Returns the angle of a gate as a·x + b with the numbers a and b.

    Args:
        value: The angle in radians, a number or an expression.
        parameters: The index of each free parameter.
        gate: Name of the gate, for the error.

    Raises:
        UnsupportedCircuitError: The expression depends on several parameters, or is not affine.
    """
    if not isinstance(value, ParameterExpression) or not value.parameters:
        return Angle(None, 0.0, float(value))
    if len(value.parameters) > 1:
        raise UnsupportedCircuitError(
            f"The angle `{value}` of a gate `{gate}` must depend on one parameter, but depends on "
            f"{', '.join(sorted(parameter.name for parameter in value.parameters))}."
        )
    (parameter,) = value.parameters
    slope = value.gradient(parameter)
    if isinstance(slope, complex) or (isinstance(slope, ParameterExpression) and slope.parameters):
        raise UnsupportedCircuitError(f"The angle `{value}` of a gate `{gate}` must be affine (a·x + b), but is not.")
    return Angle(parameters[parameter], float(slope), float(value.bind({parameter: 0.0})))
