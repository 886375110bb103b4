"""The circuit of Farhi and Neven as a family: a qubit for each bit of an image, and one that reads all of them out.

Sources: Farhi, Neven 2018, arXiv 1802.06002; gates, images and training are those of TensorFlow Quantum's tutorial on
MNIST, which implements it. `layer=dense` is the tutorial's "fair" classical model. Qubit k is pixel k, row by row; the
last qubit reads out.
"""

import math

import torch
from qiskit.circuit import ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, append_angles
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.farhi_neven import FarhiNevenConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec
from qnlnet.models.first_weights import turn_anywhere
from qnlnet.models.readout_products import append_meetings, begin_readout, end_readout, product_readout
from qnlnet.models.resized import Resized
from qnlnet.models.signed_scores import signed_scores
from qnlnet.models.streams import Streams

_HIDDEN = 2  # units of the classical model


class BitReadout(nn.Module):
    """Pixels → bits → one value f → the scores f and −f of two classes.

    Args:
        readout: What makes a value of bits, shape (batch, pixels) → (batch, 1).
        threshold: A pixel above it is 1.
        unit: What stands for the bit 1.
    """

    def __init__(self, readout: nn.Module, threshold: float, unit: float) -> None:
        super().__init__()
        self.readout = readout
        self.threshold = threshold
        self.unit = unit

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), of pixels in [0, 1], shape (batch, 1, height, width)."""
        bits = (images.flatten(1) > self.threshold).to(images.dtype)
        value: Tensor = self.readout(self.unit * bits)
        return signed_scores(value)


def formula(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns the output of the circuit, shape (…, 1), for angles of shape (…, pixels); see `readout_products`."""
    turned, met = weights.chunk(2, dim=-1)
    return product_readout(met, torch.cos(inputs - math.pi * turned))


def build_circuit(pixels: int) -> Circuit:
    """Returns RX by each input, XX and then ZZ of each qubit with the readout qubit; weights are half turns."""
    inputs = ParameterVector("x", pixels)
    circuit = QuantumCircuit(pixels + 1, name="Farhi–Neven")
    append_angles(circuit, list(inputs), "rx")
    begin_readout(circuit)
    weights = [*append_meetings(circuit, "rxx"), *append_meetings(circuit, "rzz")]
    return Circuit(circuit, tuple(inputs), tuple(weights), tuple(end_readout(circuit)))


def build(config: RunConfig, streams: Streams) -> BitReadout:
    """Builds the circuit, with weights from U[0, 2π) half turns as the tutorial's library draws them, or its twin."""
    model = settings_of(config, FarhiNevenConfig)
    if model.layer == "linear":
        return BitReadout(nn.Linear(model.pixels, 1), model.threshold, 1.0)
    if model.layer == "dense":
        dense = nn.Sequential(nn.Linear(model.pixels, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 1))
        return BitReadout(dense, model.threshold, 1.0)
    circuit = build_circuit(model.pixels)
    layer = streams.formula_layer(circuit, formula) if model.evaluate == "formula" else streams.quantum_layer(circuit)
    return BitReadout(turn_anywhere(layer), model.threshold, math.pi)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, FarhiNevenConfig)
    return (build_circuit(model.pixels),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, FarhiNevenConfig)
    return Resized(model.size, duplicates=model.duplicates)


FAMILY = Family(_choose_features, build, list_circuits)
