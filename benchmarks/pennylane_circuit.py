"""The same circuit in PennyLane, for any of its devices and interfaces."""

from collections.abc import Callable
from typing import Any

import pennylane as qml

from benchmarks.gates import list_gates, readout_qubit
from qnlnet.circuits import Circuit

_OPERATIONS = {
    "h": qml.Hadamard,
    "p": qml.PhaseShift,
    "rx": qml.RX,
    "ry": qml.RY,
    "rz": qml.RZ,
    "cx": qml.CNOT,
    "cz": qml.CZ,
}


def build_qnode(qnl: Circuit, device: str, interface: str, method: str) -> Callable[[Any, Any], Any]:
    """Builds a function (inputs, weights) → expectation value.

    Args:
        qnl: The circuit.
        device: Name of a PennyLane device.
        interface: ``torch`` or ``jax``.
        method: How to differentiate, ``backprop`` or ``adjoint``.

    Returns:
        A QNode for inputs of shape (inputs,) or, all rows at once, (batch, inputs).
    """
    gates, num_inputs, readout = list_gates(qnl), len(qnl.input_params), readout_qubit(qnl)

    @qml.qnode(qml.device(device, wires=qnl.circuit.num_qubits), interface=interface, diff_method=method)
    def circuit(inputs: Any, weights: Any) -> Any:
        for gate in gates:
            operation = _OPERATIONS[gate.name]
            if gate.angle is None:
                operation(wires=gate.qubits)
            elif gate.angle.parameter is None:
                operation(gate.angle.offset, wires=gate.qubits)
            else:
                number = gate.angle.parameter
                value = inputs[..., number] if number < num_inputs else weights[number - num_inputs]
                operation(gate.angle.scale * value + gate.angle.offset, wires=gate.qubits)
        return qml.expval(qml.PauliZ(readout))

    return circuit
