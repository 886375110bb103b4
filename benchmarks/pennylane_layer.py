"""Any circuit of a family in PennyLane, in the place of its quantum layer: default.qubit, all rows at once."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pennylane as qml
import torch
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit

_OPERATIONS = {"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ, "cx": qml.CNOT}


class PennyLaneCircuit(nn.Module):
    """A circuit in PennyLane with the inputs, weights and outputs of a `QuantumLayer`; copies run one after another.

    Args:
        circuit: One Pauli on each qubit is measured, of all qubits the same; angles are parameters as they are.
        layer: The layer in whose place it stands.
    """

    def __init__(self, circuit: Circuit, layer: QuantumLayer) -> None:
        super().__init__()
        self.weight = nn.Parameter(layer.weight.detach().clone(), requires_grad=layer.weight.requires_grad)
        self.num_inputs = layer.num_inputs
        self._run, self._read_out = _build_qnode(circuit), _read_out(circuit)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the expectation values, shape (…, outputs), for inputs of shape (…, inputs), with copies as there."""
        if self.weight.ndim == 1:
            return self._evaluate(inputs, self.weight)
        parts = inputs.expand(*inputs.shape[:-2], len(self.weight), -1).unbind(-2)
        return torch.stack([self._evaluate(*pair) for pair in zip(parts, self.weight, strict=True)], dim=-2)

    def _evaluate(self, inputs: Tensor, weights: Tensor) -> Tensor:
        probabilities = self._run(inputs.reshape(-1, inputs.shape[-1]), weights)
        values: Tensor = probabilities.to(inputs.dtype) @ self._read_out
        return values.reshape(*inputs.shape[:-1], -1)


def replace_layers(network: nn.Module, circuits: Sequence[Circuit]) -> nn.Module:
    """Puts PennyLane in the place of all quantum layers of a network, with their weights, and returns it.

    Args:
        network: The network; its parameters keep their order.
        circuits: The circuits of its layers in order; a single one stands for all.
    """
    places = [
        (parent, name, layer)
        for parent in network.modules()
        for name, layer in parent.named_children()
        if isinstance(layer, QuantumLayer)
    ]
    each = list(circuits) * len(places) if len(circuits) == 1 else circuits
    for (parent, name, layer), circuit in zip(places, each, strict=True):
        parent.register_module(name, PennyLaneCircuit(circuit, layer))
    return network


def _build_qnode(circuit: Circuit) -> Callable[[Tensor, Tensor], Tensor]:
    """Builds a function of rows and weights that returns probabilities, shape (rows, 2^qubits).

    All expectation values follow from them by one product; an expectation value for each wire takes longer.
    """
    count = circuit.circuit.num_qubits
    wires = range(count)
    numbers = {parameter: ("input", k) for k, parameter in enumerate(circuit.input_params)}
    numbers |= {parameter: ("weight", k) for k, parameter in enumerate(circuit.weight_params)}
    gates = []
    for gate in circuit.circuit.data:
        on = [count - 1 - circuit.circuit.find_bit(qubit).index for qubit in gate.qubits]  # wire 0 is the last qubit
        gates.append((_OPERATIONS[gate.operation.name], on, *[numbers[angle] for angle in gate.operation.params]))
    (pauli,) = {str(observable.paulis[0]).strip("I") for observable in circuit.observables}
    amplitudes = 2**count if circuit.takes_amplitudes else 0

    @qml.qnode(qml.device("default.qubit", wires=count), interface="torch", diff_method="backprop")
    def run(rows: Tensor, weights: Tensor) -> Any:
        if amplitudes:
            norms = rows[:, :amplitudes].square().sum(dim=1, keepdim=True).sqrt()
            qml.StatePrep(rows[:, :amplitudes] / norms.clamp_min(1e-12), wires=wires, validate_norm=False)
        for operation, on, *angles in gates:
            values = [rows[:, amplitudes + k] if kind == "input" else weights[k] for kind, k in angles]
            operation(*values, wires=on)
        if pauli == "Y":
            for wire in wires:
                qml.RX(math.pi / 2, wires=wire)  # Y becomes Z
        return qml.probs(wires=wires)

    return run


def _read_out(circuit: Circuit) -> Tensor:
    """Returns the signs by which probabilities become expectation values, shape (2^qubits, outputs)."""
    outcomes = torch.arange(2**circuit.circuit.num_qubits)
    qubits = [str(observable.paulis[0])[::-1].find("Z") for observable in circuit.observables]
    if -1 in qubits:
        qubits = [str(observable.paulis[0])[::-1].find("Y") for observable in circuit.observables]
    return torch.stack([1.0 - 2.0 * (outcomes >> qubit & 1) for qubit in qubits], dim=1)
