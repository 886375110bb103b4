"""HQNN-Parallel as a family: a CNN, circuits side by side that each see a part of its units, and a linear head.

Source: Senokosov et al. 2023, arXiv 2304.09224. Layers, circuit and first weights are those of the public
re-implementation tommikulevich/hqccnn-research, whose classical twin has Linear(20, 20) in place of the circuits. What
`model.layer` can be beyond these two, ``frozen`` and ``none``, is ours.
"""

import math
from collections import OrderedDict

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_angles, append_basic_layer, append_strong_layer, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.hqnn_parallel import HQNNParallelConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.streams import Streams

_MAPS = (16, 32)  # of the two convolutions


class ParallelCircuits(nn.Module):
    """Circuits side by side, all in one call, each on its part of the units.

    Args:
        circuits: The layer: copies of a circuit with weights of their own.
        bounded: Whether the angles are (π/2) · tanh of the units; else they are the units, in radians.
    """

    def __init__(self, circuits: QuantumLayer, *, bounded: bool) -> None:
        super().__init__()
        self.circuits = circuits
        self.bounded = bounded

    def forward(self, units: Tensor) -> Tensor:
        """Returns the expectation values of all qubits, shape (batch, units), for units of the same shape."""
        angles = math.pi / 2 * torch.tanh(units) if self.bounded else units
        values: Tensor = self.circuits(angles.unflatten(1, (-1, self.circuits.num_inputs)))
        return values.flatten(1)


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network; all but the middle has the same first weights whatever stands there."""
    model = settings_of(config, HQNNParallelConfig)
    channels, height, width = config.data.image_shape
    first, second = _MAPS
    pixels = second * (height // 4) * (width // 4)
    parts: list[tuple[str, nn.Module]] = [
        ("convolutions", nn.Sequential(*_convolve(channels, first), *_convolve(first, second), nn.Flatten())),
        ("dense", _build_dense(model, pixels)),
    ]
    head = nn.Linear(model.width, len(config.data.classes))
    return nn.Sequential(OrderedDict([*parts, ("middle", _build_middle(config, streams)), ("head", head)]))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit whose copies stand side by side, unless something stands in their place."""
    model = settings_of(config, HQNNParallelConfig)
    return (_build_circuit(model),) if model.runs_circuit else ()


def _convolve(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 5, padding=2), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


def _build_dense(model: HQNNParallelConfig, pixels: int) -> nn.Sequential:
    hidden = [] if model.hidden is None else [nn.Linear(pixels, model.hidden), nn.ReLU()]
    norm = [nn.BatchNorm1d(model.width)] if model.batch_norm else []
    return nn.Sequential(*hidden, nn.Linear(model.hidden or pixels, model.width), *norm, nn.ReLU())


def _build_middle(config: RunConfig, streams: Streams) -> nn.Module:
    model = settings_of(config, HQNNParallelConfig)
    if model.layer == "none":
        return nn.Identity()
    if model.layer == "linear":
        return nn.Linear(model.width, model.width)
    layer = turn_anywhere(streams.quantum_layer(_build_circuit(model), model.circuits))
    layer.requires_grad_(model.layer == "quantum")
    return ParallelCircuits(layer, bounded=model.angles == "tanh")


def _build_circuit(model: HQNNParallelConfig) -> Circuit:
    inputs = ParameterVector("x", model.num_qubits)
    circuit = QuantumCircuit(model.num_qubits, name=f"HQNN-Parallel {model.circuit}")
    append_angles(circuit, list(inputs), "rx")
    append = append_strong_layer if model.circuit == "strong" else append_basic_layer
    weights: list[Parameter] = []
    for layer in range(1, model.layers + 1):
        weights += append(circuit, layer)
    return Circuit(circuit, tuple(inputs), tuple(weights), measure_each(model.num_qubits, model.measured.upper()))


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit")


FAMILY = Family(_choose_features, build, list_circuits)
