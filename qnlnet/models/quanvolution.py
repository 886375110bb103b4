"""Quanvolution as a family: circuits that see patches of an image, as a convolution does, and a linear head.

Sources: Henderson et al. 2019, arXiv 1904.04767 (random circuits, not trained); Senokosov et al. 2023, arXiv 2304.09224
(trained ones). Qubit k of a circuit is pixel k of the patch, row by row.
"""

import math
from collections.abc import Sequence

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import (
    Circuit,
    append_angles,
    append_basic_layer,
    append_random_layer,
    append_strong_layer,
    measure_each,
)
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.quanvolution import QuanvolutionConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.patches import count_patches, cut_patches, join_maps
from qnlnet.models.streams import Streams
from qnlnet.seeding import generator


class Quanvolution(nn.Module):
    """Patches → filters → linear head.

    Args:
        filters: Each makes values of a patch: angles π · pixel, shape (…, patch²) → (…, values). None of them: the
            pixels themselves are what the head sees.
        patch: Height and width of a patch.
        stride: Pixels from one patch to the next.
        head: From all values of all patches and channels to the scores.
    """

    def __init__(self, filters: Sequence[nn.Module], patch: int, stride: int, head: nn.Linear) -> None:
        super().__init__()
        self.filters = nn.ModuleList(filters)
        self.patch = patch
        self.stride = stride
        self.head = head

    def maps(self, images: Tensor) -> Tensor:
        """Returns what the filters make of images, shape (batch, channels · values of all filters, rows, columns).

        Args:
            images: Pixels in [0, 1], shape (batch, channels, height, width); each channel goes through by itself.
        """
        patches = cut_patches(math.pi * images, self.patch, self.stride)
        values = [each(patches) for each in self.filters]
        joined = values[0] if len(values) == 1 else torch.cat(values, dim=-1)
        return join_maps(joined, count_patches(images.shape[2:], self.patch, self.stride))

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores of the classes, shape (batch, classes), for images as `maps` takes them."""
        scores: Tensor = self.head((self.maps(images) if self.filters else images).flatten(1))
        return scores


def build(config: RunConfig, streams: Streams) -> Quanvolution:
    """Builds head and filters; the head has the same first weights whatever the filters are."""
    model = settings_of(config, QuanvolutionConfig)
    head = nn.Linear(_count_values(config), len(config.data.classes))
    filters: list[nn.Module] = [turn_anywhere(streams.quantum_layer(circuit)) for circuit in list_circuits(config)]
    if model.layer in ("conv", "frozen_conv"):
        filters = [_build_convolution(model)]
    for each in filters:
        each.requires_grad_(model.layer in ("quantum", "conv"))
    return Quanvolution(filters, model.patch, model.stride, head)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns one circuit for each filter; random ones follow from `circuit_seed` alone."""
    model = settings_of(config, QuanvolutionConfig)
    return tuple(_build_circuit(model, number) for number in range(model.filters)) if model.runs_circuit else ()


def _build_circuit(model: QuanvolutionConfig, number: int) -> Circuit:
    inputs = ParameterVector("x", model.num_qubits)
    circuit = QuantumCircuit(model.num_qubits, name=f"Quanvolution {model.circuit}")
    append_angles(circuit, list(inputs), model.encoding)
    weights: list[Parameter] = []
    gates = generator(model.circuit_seed, "random circuits", number)
    for layer in range(1, model.layers + 1):
        if model.circuit == "random":
            weights += append_random_layer(circuit, layer, gates)
        elif model.circuit == "basic":
            weights += append_basic_layer(circuit, layer, model.rotation)
        else:
            weights += append_strong_layer(circuit, layer)
    return Circuit(circuit, tuple(inputs), tuple(weights), measure_each(model.num_qubits, model.measured.upper()))


def _build_convolution(model: QuanvolutionConfig) -> nn.Module:
    """Builds the classical twin, a convolution: linear functions of the patch, and tanh, in [−1, 1] like ⟨Z⟩."""
    pixels = model.patch**2
    return nn.Sequential(nn.Linear(pixels, model.filters * pixels), nn.Tanh())


def _count_values(config: RunConfig) -> int:
    """Returns how many values the head sees."""
    model = settings_of(config, QuanvolutionConfig)
    assert model.size is not None  # validation puts it in
    channels = config.data.image_shape[0]
    if model.layer == "none":
        return channels * math.prod(model.size)
    patches = math.prod(count_patches(model.size, model.patch, model.stride))
    return channels * patches * model.filters * model.patch**2


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit", settings_of(config, QuanvolutionConfig).size)


FAMILY = Family(_choose_features, build, list_circuits)
