"""The hybrid network of Shahzad et al. as a family, with the classical one that it was compared with.

Source: Shahzad et al. 2025, arXiv 2509.13353. Layers, circuit, first weights and recipes are those of the authors'
repository adnanphp/Hybrid-Quantum-Classical. ``frozen``, ``linear`` and ``none`` in the circuit's place are ours.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from qiskit.circuit import Parameter, QuantumCircuit
from torch import nn

from qnlnet.circuits import Circuit, append_basic_layer, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.shahzad import ShahzadConfig
from qnlnet.models.dropout import SeededDropout
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.streams import Streams

_HEAD = 128  # units of the hybrid's head
_HYBRID_SIDE = 4  # to which maps are averaged before the dense layers
_DROPOUT = 0.3
# Maps of the convolutions, behind all but the last of which images are halved (of MNIST behind all), and dense units.
_HYBRID: Mapping[str, tuple[tuple[int, ...], int]] = {
    "mnist": ((16, 32), 256),
    "cifar100": ((32, 64, 128), 512),
    "stl10": ((32, 64, 128, 256), 1024),
}
# The same of the classical networks, then the side to which maps are averaged, and the dropout.
_CLASSICAL: Mapping[str, tuple[tuple[int, ...], int, int, float]] = {
    "mnist": ((32, 64), 128, 4, _DROPOUT),
    "cifar100": ((64, 128, 256, 512), 256, 1, _DROPOUT),
    "stl10": ((64, 128, 256, 512), 256, 1, 0.4),
}


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds a network; around the circuit all that has the same shape has the same first weights."""
    model = settings_of(config, ShahzadConfig)
    return _build_classical(config, streams) if model.layer == "classical" else _build_hybrid(config, streams)


def _build_hybrid(config: RunConfig, streams: Streams) -> nn.Sequential:
    model = settings_of(config, ShahzadConfig)
    maps, dense = _HYBRID[model.sizes]
    units = 2**model.num_qubits
    outputs = units if model.layer == "none" else model.num_qubits
    convolutions = _build_convolutions(config, maps, _HYBRID_SIDE)
    reducer = nn.Sequential(
        nn.Linear(maps[-1] * _HYBRID_SIDE**2, dense), nn.ReLU(), nn.Linear(dense, units), nn.Softmax(dim=1)
    )
    scores = nn.Linear(_HEAD, len(config.data.classes))  # before what has other shapes in other twins
    head = _build_head(outputs, scores, _DROPOUT, streams)
    middle = _build_middle(model, streams)
    parts = [("convolutions", convolutions), ("reducer", reducer), ("middle", middle), ("head", head)]
    return nn.Sequential(OrderedDict[str, nn.Module](parts))


def _build_classical(config: RunConfig, streams: Streams) -> nn.Sequential:
    maps, dense, side, dropout = _CLASSICAL[settings_of(config, ShahzadConfig).sizes]
    convolutions = _build_convolutions(config, maps, side)
    scores = nn.Linear(dense, len(config.data.classes))
    head = _build_head(maps[-1] * side**2, scores, dropout, streams)
    return nn.Sequential(OrderedDict[str, nn.Module]([("convolutions", convolutions), ("head", head)]))


def _build_convolutions(config: RunConfig, maps: Sequence[int], side: int) -> nn.Sequential:
    """Returns convolutions with normalisation, ReLU and halving, averaged to side × side and made flat."""
    parts: list[nn.Module] = []
    for place, (inputs, outputs) in enumerate(zip((config.data.image_shape[0], *maps), maps, strict=False), start=1):
        parts += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        if place < len(maps) or settings_of(config, ShahzadConfig).sizes == "mnist":
            parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(side), nn.Flatten())


def _build_head(inputs: int, scores: nn.Linear, dropout: float, streams: Streams) -> nn.Sequential:
    units = scores.in_features
    drop = SeededDropout(dropout, streams.generator("dropout"))
    return nn.Sequential(nn.Linear(inputs, units), nn.BatchNorm1d(units), nn.ReLU(), drop, scores)


def _build_middle(model: ShahzadConfig, streams: Streams) -> nn.Module:
    if model.layer == "none":
        return nn.Identity()
    if model.layer == "linear":
        return nn.Linear(2**model.num_qubits, model.num_qubits)
    return turn_anywhere(streams.quantum_layer(_build_circuit(model))).requires_grad_(model.layer == "quantum")


def _build_circuit(model: ShahzadConfig) -> Circuit:
    """Returns amplitudes → RX and rings of CNOTs → ⟨Z⟩ of each qubit, in the order of PennyLane's wires.

    Value b of the softmax is the amplitude of b, whose most significant bit is wire 0. In Qiskit that is the last
    qubit; weights and outputs keep the numbers of the wires.
    """
    circuit = QuantumCircuit(model.num_qubits, name="Shahzad hybrid")
    weights: list[Parameter] = []
    for layer in range(1, model.layers + 1):
        weights += append_basic_layer(circuit, layer)
    outputs = measure_each(model.num_qubits)[::-1]
    return Circuit(circuit.reverse_bits(), (), tuple(weights), outputs, takes_amplitudes=True)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, ShahzadConfig)
    return (_build_circuit(model),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("standard")


FAMILY = Family(_choose_features, build, list_circuits)
