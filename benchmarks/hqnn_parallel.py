"""HQNN-Parallel: a CNN, four circuits side by side, a linear head; or Linear(20, 20) in place of the circuits.

Source: Senokosov et al. 2023, arXiv 2304.09224; layers and circuit as in the public re-implementation
tommikulevich/hqccnn-research, for images of 1 × 28 × 28.
"""

import math

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_angles, append_strong_layer, measure_each

_CIRCUITS, _QUBITS, _LAYERS = 4, 5, 3


class ParallelCircuits(nn.Module):
    """Four circuits of five qubits, each on its part of the inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.circuits = QuantumLayer(_build_circuit(), copies=_CIRCUITS)
        for weight in self.parameters():
            nn.init.uniform_(weight, 0, 2 * math.pi)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns ⟨Y⟩ of all qubits, shape (batch, 20), for inputs of the same shape."""
        angles = math.pi / 2 * torch.tanh(inputs)
        values: Tensor = self.circuits(angles.unflatten(1, (_CIRCUITS, _QUBITS)))
        return values.flatten(1)


def build_hqnn_parallel(*, quantum: bool) -> nn.Sequential:
    """Builds the network; 45,154 parameters with circuits, 45,394 with Linear(20, 20)."""
    torch.manual_seed(0)
    width = _CIRCUITS * _QUBITS
    return nn.Sequential(
        *_convolve(1, 16),
        *_convolve(16, 32),
        nn.Flatten(),
        nn.Linear(1568, width),
        nn.BatchNorm1d(width),
        nn.ReLU(),
        ParallelCircuits() if quantum else nn.Linear(width, width),
        nn.Linear(width, 10),
    )


def _convolve(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 5, padding=2), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


def _build_circuit() -> Circuit:
    inputs = ParameterVector("x", _QUBITS)
    circuit = QuantumCircuit(_QUBITS)
    append_angles(circuit, list(inputs), "rx")
    weights: list[Parameter] = []
    for layer in range(1, _LAYERS + 1):
        weights += append_strong_layer(circuit, layer)
    return Circuit(circuit, tuple(inputs), tuple(weights), tuple(measure_each(_QUBITS, "Y")))
