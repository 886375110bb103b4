"""A workload's circuit in PennyLane, all rows at once."""

from collections.abc import Callable
from typing import Any

import pennylane as qml

from benchmarks.workloads import Workload

_OPERATIONS = {"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ}


def build_qnode(workload: Workload, interface: str) -> Callable[[Any, Any], Any]:
    """Builds a function of rows and weights that returns probabilities, shape (rows, 2^wires), by default.qubit.

    All ⟨Z⟩ follow from them by one product with `Workload.read_out`; an expectation value for each wire takes longer
    where wires are many.
    """
    wires = range(workload.num_qubits)

    @qml.qnode(qml.device("default.qubit", wires=workload.num_qubits), interface=interface, diff_method="backprop")
    def circuit(rows: Any, weights: Any) -> Any:
        if workload.takes_amplitudes:
            qml.StatePrep(rows, wires=wires, validate_norm=False)
        else:
            for wire in wires:
                qml.RY(rows[:, wire], wires=wire)
        for gate in workload.gates:
            if gate.weight < 0:
                qml.CNOT(wires=gate.wires)
            else:
                _OPERATIONS[gate.name](weights[gate.weight], wires=gate.wires)
        return qml.probs(wires=wires)

    return circuit
