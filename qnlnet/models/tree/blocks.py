"""What the circuits are made of: unitaries of two qubits.

Each function appends one to a circuit and returns its weights, in radians, in the order in which their gates stand
there.
"""

import math
from collections.abc import Callable

from qiskit.circuit import Parameter, QuantumCircuit

# Appends a block on a control and a target; its name ends those of its weights.
AppendBlock = Callable[[QuantumCircuit, int, int, str], list[Parameter]]

# The weights of a general block with which it is the identity, but for a phase. Small changes turn each qubit about all
# three axes from there, as the quarter turns about Z stand before and behind the others; and both by XX, YY and ZZ.
IDENTITY = tuple(quarters * math.pi / 2 for quarters in (0, 0, 0, -1, 0, 0, -1, 1, -1, 0, 0, 1, 0, 0, 0))


def append_simple_block(circuit: QuantumCircuit, control: int, target: int, name: str) -> list[Parameter]:
    """Appends RY on both qubits and a CNOT: Grant et al.'s simple block with real numbers.

    The weight of the lower-numbered qubit comes first.
    """
    weights = [Parameter(f"ry_q{qubit}_{name}") for qubit in sorted((control, target))]
    for qubit, weight in zip(sorted((control, target)), weights, strict=True):
        circuit.ry(weight, qubit)
    circuit.cx(control, target)
    return weights


def append_general_block(circuit: QuantumCircuit, first: int, second: int, name: str) -> list[Parameter]:
    """Appends any unitary of two qubits, by 15 rotations and three CNOTs: Vatan, Williams 2004, quant-ph/0308006.

    RZ, RY, RZ on each qubit; between them and the same once more what entangles: CNOT, RZ ⊗ RY, CNOT, RY, CNOT. Weights
    that are all 0 swap the qubits; `IDENTITY` does nothing.
    """
    weights: list[Parameter] = []

    def turn(gate: str, qubit: int) -> None:
        weights.append(Parameter(f"{gate}{len(weights) + 1}_q{qubit}_{name}"))
        getattr(circuit, gate)(weights[-1], qubit)

    def turn_both() -> None:
        for qubit in (first, second):
            for gate in ("rz", "ry", "rz"):
                turn(gate, qubit)

    turn_both()
    circuit.cx(second, first)
    turn("rz", first)
    turn("ry", second)
    circuit.cx(first, second)
    turn("ry", second)
    circuit.cx(second, first)
    turn_both()
    return weights
