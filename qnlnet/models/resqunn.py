"""ResQuNN as a family: trainable quanvolutions one behind the other, with skips around them, and a head.

Source: Kashif, Shafique 2024, arXiv 2402.09146: patches of 2 × 2 pixels, circuits of 4 qubits, where skips are.
What is ours, as nothing public says it: RY(π · pixel), the layers of RY and CNOTs, outputs back at the pixels' places,
one circuit for each layer, the heads, and skips where there are more than two quanvolutions. Qubit k of a
circuit is pixel k of the patch, row by row.

All quanvolutions cut the same patches, so that patches do not meet before the head.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, append_angles, append_basic_layer, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.resqunn import ResQuNNConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.patches import cut_patches, join_patches
from qnlnet.models.streams import Streams

_LAYERS = "layers"  # what the learning rate of the quanvolutions is for


class ResQuNN(nn.Module):
    """Quanvolutions with skips → head.

    Args:
        layers: The quanvolutions: patches, shape (…, patch²) → the same. None of them: the head sees the image.
        skips: For each whether its input is added to its output.
        patch: Height and width of a patch.
        detach: Whether all but the first take their inputs as plain numbers; skips hand gradients on all the same.
        head: From all values of a map, shape (batch, values), to the scores.
    """

    def __init__(
        self, layers: Sequence[nn.Module], skips: Sequence[bool], patch: int, detach: bool, head: nn.Module
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.skips = tuple(skips)
        self.patch = patch
        self.detach = detach
        self.head = head

    def maps(self, images: Tensor) -> Tensor:
        """Returns what the head sees, shape (batch, channels, height, width).

        Args:
            images: Pixels in [0, 1], in that shape; each channel goes through by itself.
        """
        if not self.layers:
            return images
        patches = cut_patches(images, self.patch, self.patch)
        for number, (layer, skip) in enumerate(zip(self.layers, self.skips, strict=True)):
            outputs = layer(patches.detach() if self.detach and number else patches)
            patches = patches + outputs if skip else outputs
        return join_patches(patches, self.patch, images.shape[-2:])

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores of the classes, shape (batch, classes), for images as `maps` takes them."""
        scores: Tensor = self.head(self.maps(images).flatten(1))
        return scores


class Quanvolution(nn.Module):
    """A circuit that sees patches: angles π · pixel, whatever their range.

    Args:
        circuit: Angles, shape (…, patch²) → as many expectation values.
    """

    def __init__(self, circuit: nn.Module) -> None:
        super().__init__()
        self.circuit = circuit

    def forward(self, patches: Tensor) -> Tensor:
        """Returns the outputs, shape (…, patch²), of patches of that shape."""
        outputs: Tensor = self.circuit(math.pi * patches)
        return outputs


class BlockMeans(nn.Module):
    """A head without weights: the scores are means of blocks of the map.

    The pixels, row by row and averaged over channels, are cut into runs, one a class, whose lengths differ by one at
    most; the longer ones come first.

    Args:
        channels: Of the map.
        pixels: Of each channel.
        classes: How many blocks.
    """

    shares: Tensor

    def __init__(self, channels: int, pixels: int, classes: int) -> None:
        super().__init__()
        blocks = torch.eye(pixels).tensor_split(classes)
        shares = torch.stack([block.mean(dim=0) for block in blocks], dim=1) / channels
        self.register_buffer("shares", shares.repeat(channels, 1), persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        """Returns the scores, shape (batch, classes), of values of shape (batch, channels · pixels)."""
        return values @ self.shares


def build(config: RunConfig, streams: Streams) -> ResQuNN:
    """Builds head and quanvolutions; the head has the same first weights whatever these are."""
    model = settings_of(config, ResQuNNConfig)
    head = _build_head(model, config)
    count = model.quanvolutions if model.layer != "none" else 0
    layers = [_build_layer(model, streams).requires_grad_(model.layer != "frozen") for _ in range(count)]
    skips = _choose_skips(model.skip, count)
    return ResQuNN(layers, skips, model.patch, model.detach_between_layers, head)


def _choose_skips(skip: str, count: int) -> list[bool]:
    """Returns for each layer whether its input is added to its output."""
    ways = {"none": slice(0, 0), "early": slice(0, -1), "late": slice(1, None), "all": slice(None)}
    numbers = range(count)
    return [number in numbers[ways[skip]] for number in numbers]


def _build_head(model: ResQuNNConfig, config: RunConfig) -> nn.Module:
    assert model.size is not None  # validation puts it in
    channels, pixels, classes = config.data.image_shape[0], math.prod(model.size), len(config.data.classes)
    if model.head == "blocks":
        return BlockMeans(channels, pixels, classes)
    return nn.Linear(channels * pixels, classes)


def _build_layer(model: ResQuNNConfig, streams: Streams) -> nn.Module:
    pixels = model.patch**2
    if model.layer == "conv":  # the linear functions of a patch that a convolution with such a stride has
        return nn.Linear(pixels, pixels)
    return Quanvolution(turn_anywhere(streams.quantum_layer(build_circuit(pixels, model.layers))))


def build_circuit(qubits: int, layers: int) -> Circuit:
    """Returns RY by each input, then layers of RY on each qubit and CNOTs 0 → 1 → … → 0; ⟨Z⟩ of each qubit."""
    inputs = ParameterVector("x", qubits)
    circuit = QuantumCircuit(qubits, name="ResQuNN")
    append_angles(circuit, list(inputs), "ry")
    weights: list[Parameter] = []
    for layer in range(1, layers + 1):
        weights += append_basic_layer(circuit, layer, "ry")
    return Circuit(circuit, tuple(inputs), tuple(weights), measure_each(qubits))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit that all quanvolutions are of, each with weights of its own."""
    model = settings_of(config, ResQuNNConfig)
    return (build_circuit(model.patch**2, model.layers),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit", settings_of(config, ResQuNNConfig).size)


def _choose_rates(config: RunConfig, epochs_done: int) -> Mapping[str, float]:
    return {_LAYERS: settings_of(config, ResQuNNConfig).layer_rate}


FAMILY = Family(_choose_features, build, list_circuits, rate_factors=_choose_rates)
