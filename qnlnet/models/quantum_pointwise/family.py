"""Quantum pointwise convolution as a family: circuits at every pixel, in a convolutional network.

Source: Ning, Li, Chen 2024, arXiv 2412.01241. Theirs are the normalised channels as amplitudes, strongly entangling
layers, ⟨Z⟩ of each qubit as a map, several kernels. Networks, place, sizes and first weights are ours.
"""

from collections.abc import Mapping
from functools import partial

from torch import nn

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.quantum_pointwise import QuantumPointwiseConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.quantum_pointwise.layers import (
    NormalisedConvolution,
    QuadraticForms,
    QuantumPointwise,
    build_circuit,
)
from qnlnet.models.quantum_pointwise.networks import ResNet20, SmallNetwork
from qnlnet.models.streams import Streams

_NETWORKS: Mapping[str, type[SmallNetwork] | type[ResNet20]] = {"small": SmallNetwork, "resnet20": ResNet20}


def build(config: RunConfig, streams: Streams) -> SmallNetwork | ResNet20:
    """Builds a network; what stands around the layer has the same first weights whatever that is."""
    model = settings_of(config, QuantumPointwiseConfig)
    build_network = _NETWORKS[model.network]
    inputs, classes = config.data.image_shape[0], len(config.data.classes)
    return build_network(inputs, model.channels, model.num_maps, classes, partial(_build_layer, model, streams))


def _build_layer(model: QuantumPointwiseConfig, streams: Streams) -> nn.Module:
    sizes = model.channels, model.num_maps
    if model.layer == "conv":
        return nn.Conv2d(*sizes, 1)
    if model.layer == "normalised_conv":
        return NormalisedConvolution(*sizes)
    if model.layer == "quadratic":
        return QuadraticForms(*sizes)
    kernels = streams.quantum_layer(build_circuit(model.num_qubits, model.layers), copies=model.kernels)
    return QuantumPointwise(turn_anywhere(kernels)).requires_grad_(model.layer == "quantum")


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit that all kernels are copies of, unless something stands in its place."""
    model = settings_of(config, QuantumPointwiseConfig)
    return (build_circuit(model.num_qubits, model.layers),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("standard")


FAMILY = Family(_choose_features, build, list_circuits)
