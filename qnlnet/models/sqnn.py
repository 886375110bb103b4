"""SQNN as a family: a circuit for each quarter of an image, and one that sees what they give.

Sources: Wu, Tao, Li 2022, arXiv 2208.07719, and the authors' repository Jindi0/SQNN, whose gates, angles, first weights
and training these are. Quarters are top left, top right, bottom left, bottom right; qubit k of an extractor is pixel k
of its quarter, row by row; the last qubit reads out.
"""

import math

import torch
from qiskit.circuit import ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, append_angles
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.sqnn import SQNNConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec
from qnlnet.models.formula_layer import CircuitLayer
from qnlnet.models.patches import cut_patches
from qnlnet.models.readout_products import append_meetings, begin_readout, end_readout, product_readout
from qnlnet.models.resized import Resized
from qnlnet.models.signed_scores import signed_scores
from qnlnet.models.streams import Streams

_QUARTERS = 4
_RANGES = {"two_pi": 2 * math.pi, "small": 0.2}  # of the first weights, in half turns


class SQNN(nn.Module):
    """Quarters → extractors → predictor → one value f → the scores f and −f of two classes.

    Args:
        extractors: Angles of quarters, shape (batch, 4, pixels) → (batch, 4, 1).
        predictor: Angles, shape (batch, 4) → (batch, 1).
        unit: The angle of a pixel of 1.
    """

    def __init__(self, extractors: nn.Module, predictor: nn.Module, unit: float) -> None:
        super().__init__()
        self.extractors = extractors
        self.predictor = predictor
        self.unit = unit

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), of pixels in [0, 1], shape (batch, 1, height, width)."""
        values = self.extractors(self.unit * cut_quarters(images)).squeeze(-1)
        value: Tensor = self.predictor(math.pi * (values + 1))
        return signed_scores(value)


class LinearOnPixels(nn.Module):
    """The classical twin: one value f, linear in the pixels → the scores f and −f.

    Args:
        pixels: How many there are.
        unit: What stands for a pixel of 1.
    """

    def __init__(self, pixels: int, unit: float) -> None:
        super().__init__()
        self.linear = nn.Linear(pixels, 1)
        self.unit = unit

    def forward(self, images: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), of pixels as `SQNN` takes them."""
        value: Tensor = self.linear(self.unit * images.flatten(1))
        return signed_scores(value)


def cut_quarters(images: Tensor) -> Tensor:
    """Returns the quarters of images of shape (batch, 1, side, side), row by row, shape (batch, 4, pixels)."""
    half = images.shape[-1] // 2
    return cut_patches(images.squeeze(1), half, half)


def extract(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns the output of an extractor of XX, YY, YY, shape (…, 1), for angles of shape (…, pixels).

    Both layers of YY are one: only the sum of their weights counts. See `readout_products`.
    """
    turned, first, second = weights.chunk(3, dim=-1)
    return product_readout(first + second, -torch.sin(inputs - math.pi * turned))


def predict(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns the output of the predictor, shape (…, 1), for angles of shape (…, 4); see `readout_products`."""
    return product_readout(weights, -torch.sin(inputs))


def build_extractor(pixels: int, gates: str = "yy") -> Circuit:
    """Returns RX by each input, then XX, YY and YY, or ZZ, of each qubit with the one that is read out."""
    layers = {"xx": "rxx", "yy": "ryy", "zz": "rzz" if gates == "zz" else "ryy"}
    return _build_circuit(pixels, "SQNN extractor", layers)


def build_predictor() -> Circuit:
    """Returns RX by each of four inputs, then YY of each qubit with the one that is read out."""
    return _build_circuit(_QUARTERS, "SQNN predictor", {"yy": "ryy"})


def _build_circuit(data_qubits: int, name: str, layers: dict[str, str]) -> Circuit:
    inputs = ParameterVector("x", data_qubits)
    circuit = QuantumCircuit(data_qubits + 1, name=name)
    append_angles(circuit, list(inputs), "rx")
    begin_readout(circuit)
    weights = [weight for layer, gate in layers.items() for weight in append_meetings(circuit, gate, layer)]
    return Circuit(circuit, tuple(inputs), tuple(weights), tuple(end_readout(circuit)))


def build(config: RunConfig, streams: Streams) -> nn.Module:
    """Builds extractors and predictor, or their twin."""
    model = settings_of(config, SQNNConfig)
    unit = 2 * math.pi if model.scaling == "two_pi" else math.pi
    if not model.runs_circuit:
        return LinearOnPixels(model.pixels, unit)
    extractor, predictor = list_circuits(config)
    starts = _draw_weights(model, extractor), _draw_weights(model, predictor)  # alike, whatever evaluates the circuits
    if model.has_formula:
        extractors: CircuitLayer = streams.formula_layer(extractor, extract, copies=_QUARTERS)
        last: CircuitLayer = streams.formula_layer(predictor, predict)
    else:
        extractors, last = streams.quantum_layer(extractor, copies=_QUARTERS), streams.quantum_layer(predictor)
    with torch.no_grad():
        extractors.weight.copy_(starts[0])
        last.weight.copy_(starts[1][0])
    extractors.requires_grad_(model.layer == "quantum")
    return SQNN(extractors, last, unit)


def _draw_weights(model: SQNNConfig, circuit: Circuit) -> Tensor:
    """Returns the first weights of copies of a circuit, half turns, shape (4, weights)."""
    weights = torch.empty(_QUARTERS, len(circuit.weight_params)).uniform_(0, _RANGES[model.first_weights])
    return weights[:1].expand_as(weights) if model.same_start else weights


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns extractor and predictor, unless something stands in their place."""
    model = settings_of(config, SQNNConfig)
    return (build_extractor(model.pixels // _QUARTERS, model.gates), build_predictor()) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, SQNNConfig)
    return Resized(model.size, doubled=model.scaling == "uint8_wrap", duplicates=model.duplicates)


FAMILY = Family(_choose_features, build, list_circuits)
