"""How an entangling gate stands in a circuit."""

from qiskit.circuit import Parameter, QuantumCircuit

from qnlnet.circuits.ansatz import Entangler

_FLIPS = {"rx": "cz", "ry": "cz", "rz": "cx"}  # what turns a rotation round where the control is 1


def append_entangler(circuit: QuantumCircuit, entangler: Entangler, angle: Parameter | None) -> None:
    """Appends an entangling gate to `circuit`.

    A controlled rotation by θ is written as a rotation of the target by θ/2 and one by −θ/2 between two CZ, or two CX
    for RZ: they cancel where the control is 0 and add up where it is 1. Every backend knows these gates, whereas Aer's
    estimator (0.18.2) takes 0 for a parameter of a CRX, CRY or CRZ gate, without a word.

    Args:
        circuit: Where it goes.
        entangler: The gate and its qubits.
        angle: Its angle in radians, if it has one.
    """
    gate, qubits = entangler.gate, entangler.qubits
    if angle is None:
        getattr(circuit, gate)(*qubits)
    elif gate.startswith("c"):
        rotation = gate.removeprefix("c")
        for turn in (angle / 2, -angle / 2):
            getattr(circuit, rotation)(turn, qubits[1])
            getattr(circuit, _FLIPS[rotation])(*qubits)
    else:
        getattr(circuit, gate)(angle, *qubits)
