"""HQNN-Quanv as a family: one circuit that sees all patches of an image, as a convolution does, and a linear head.

Source: Senokosov et al. 2023, arXiv 2304.09224; the circuits are those of public re-implementations, which
`HQNNQuanvConfig` names, with what is wrong in their code as options. Qubit k of a circuit is pixel k of the patch, row
by row, channel after channel where a circuit sees several. Where a published twin is known it is the convolution with
nothing before it, and what stands behind the circuit behind it; for ``cnot`` that is ours, as are ``frozen`` and
``none``.
"""

import math
from collections import OrderedDict

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_angles, append_basic_layer, append_strong_layer, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.hqnn_quanv import HQNNQuanvConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.patches import count_patches, cut_patches, join_maps
from qnlnet.models.streams import Streams

_THREE_CNOTS = ((2, 3), (0, 2), (0, 3))  # of circuit=cnot


class PatchCircuit(nn.Module):
    """A circuit on every patch: images → maps.

    Args:
        circuit: Angles, shape (…, qubits) → expectation values, shape (…, qubits).
        model: How patches are cut, what of an image a circuit sees, and how pixels become angles.
    """

    def __init__(self, circuit: nn.Module, model: HQNNQuanvConfig) -> None:
        super().__init__()
        self.circuit = circuit
        self._model = model

    def forward(self, images: Tensor) -> Tensor:
        """Returns maps, shape (batch, channels · patch², rows, columns).

        Args:
            images: Pixels in [0, 1], shape (batch, channels, height, width).
        """
        model = self._model
        assert model.stride is not None  # validation puts it in
        angles = math.pi / 2 * torch.tanh(images) if model.circuit == "strong" else math.pi * images
        patches = cut_patches(angles, model.patch, model.stride)  # (batch, channels, patches, pixels)
        batch, channels, count, _ = patches.shape
        is_mixed = model.patch_order == "mixed"
        if model.joint_channels > 1:
            ordered = patches if is_mixed else patches.transpose(1, 2)
            values = self.circuit(ordered.reshape(batch, 1, count, -1))
        else:
            values = self.circuit(patches)
            if is_mixed:
                values = values.reshape(batch, count, channels, -1).transpose(1, 2)
        return join_maps(values, count_patches(images.shape[2:], model.patch, model.stride))


class Detached(nn.Module):
    """A circuit whose values are cut off from its weights: they count as trained, and never move."""

    def __init__(self, circuit: QuantumLayer) -> None:
        super().__init__()
        self.circuit = circuit

    def forward(self, angles: Tensor) -> Tensor:
        """Returns what the circuit does, without a gradient."""
        with torch.no_grad():
            values: Tensor = self.circuit(angles)
        return values


class ZeroWeights(nn.Module):
    """A circuit that gets zeros in place of its weights: they count as trained, and nothing depends on them."""

    def __init__(self, circuit: QuantumLayer) -> None:
        super().__init__()
        self.weight = nn.Parameter(circuit.weight.detach().clone())
        nn.init.zeros_(circuit.weight)
        self.circuit = circuit.requires_grad_(False)

    def forward(self, angles: Tensor) -> Tensor:
        """Returns the circuit's values at zeros."""
        values: Tensor = self.circuit(angles)
        return values


class SharedConvolution(nn.Module):
    """The classical twin: a convolution with as many outputs as a circuit has, on the channels that it would see."""

    def __init__(self, model: HQNNQuanvConfig) -> None:
        super().__init__()
        assert model.stride is not None  # validation puts it in
        self.convolution = nn.Conv2d(model.joint_channels, model.num_qubits, model.patch, model.stride)

    def forward(self, images: Tensor) -> Tensor:
        """Returns maps as `PatchCircuit` does."""
        seen = self.convolution.in_channels
        maps: Tensor = self.convolution(images.reshape(-1, seen, *images.shape[2:]))
        return maps.reshape(len(images), -1, *maps.shape[2:])


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network; the head has the same first weights whatever stands before it."""
    model = settings_of(config, HQNNQuanvConfig)
    assert model.size is not None  # validation puts it in
    assert model.stride is not None
    channels, maps = config.data.image_shape[0], config.data.image_shape[0] * model.patch**2
    grid = count_patches(model.size, model.patch, model.stride)
    seen = channels * math.prod(model.size) if model.layer == "none" else maps * math.prod(grid)
    parts: list[tuple[str, nn.Module]] = [("head", nn.Linear(seen, len(config.data.classes)))]
    if model.relu_scores:
        parts.append(("relu", nn.ReLU()))
    before: list[tuple[str, nn.Module]] = [("flatten", nn.Flatten())]
    if model.layer != "none":
        behind = nn.Sequential(nn.BatchNorm2d(maps), nn.ReLU()) if model.circuit == "strong" else nn.Identity()
        before = [("filter", _build_filter(config, streams)), ("behind", behind), *before]
    return nn.Sequential(OrderedDict(before + parts))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, HQNNQuanvConfig)
    return (_build_circuit(model),) if model.runs_circuit else ()


def _build_filter(config: RunConfig, streams: Streams) -> nn.Module:
    model = settings_of(config, HQNNQuanvConfig)
    if not model.runs_circuit:
        return SharedConvolution(model).requires_grad_(model.layer == "conv")
    layer = turn_anywhere(streams.quantum_layer(_build_circuit(model)))
    layer.requires_grad_(model.layer == "quantum")
    circuit: nn.Module = layer
    if model.detached:
        circuit = Detached(layer)
    elif model.weights == "zeros":
        circuit = ZeroWeights(layer)
    return PatchCircuit(circuit, model)


def _build_circuit(model: HQNNQuanvConfig) -> Circuit:
    qubits = model.num_qubits
    inputs = ParameterVector("x", qubits)
    circuit = QuantumCircuit(qubits, name=f"HQNN-Quanv {model.circuit}")
    append_angles(circuit, list(inputs), "ry" if model.circuit == "cnot" else "rx")
    weights: list[Parameter] = []
    for layer in range(1, (model.layers or 0) + 1):
        append = append_strong_layer if model.circuit == "strong" else append_basic_layer
        weights += append(circuit, layer)
    if model.circuit == "cnot":
        weights += _append_three_cnots(circuit)
    return Circuit(
        circuit, tuple(inputs), tuple(weights), measure_each(qubits, "Y" if model.circuit == "strong" else "Z")
    )


def _append_three_cnots(circuit: QuantumCircuit) -> list[Parameter]:
    weights = [Parameter(name) for name in ("rx_q0", "rx_q1", "ry_q0", "ry_q3")]
    circuit.rx(weights[0], 0)
    circuit.rx(weights[1], 1)
    for control, target in _THREE_CNOTS:
        circuit.cx(control, target)
    circuit.ry(weights[2], 0)
    circuit.ry(weights[3], 3)
    return weights


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit", settings_of(config, HQNNQuanvConfig).size)


FAMILY = Family(_choose_features, build, list_circuits)
