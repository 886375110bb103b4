"""A quantum-inspired Kolmogorov–Arnold network as a family: a CNN, and a qubit for each pair of a feature and a class.

Source: Jiang, Huang, Chen, Goan 2025, arXiv 2509.14026, and the authors' package qkan 0.2.3, whose example on MNIST has
the CNN, the training and the MLP of `layer=mlp`. What its network class never trains (weights of inputs and outputs,
and that of SiLU) is left out; `silu=true` is its layer class. ``fourier``, ``linear`` and ``frozen`` are ours.

A qubit that reads x in `reps` times has amplitudes that are polynomials of that degree in e^{ix}, up to a phase. So its
⟨Z⟩ is a trigonometric polynomial in x, and all of these are at hand without running a circuit.
"""

import math
from collections import OrderedDict
from collections.abc import Mapping

import torch
from qiskit.circuit import Parameter, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.qkan import QKANConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.formula_layer import CircuitLayer, Formula, FormulaLayer
from qnlnet.models.streams import Streams

_MAPS = ((3, 5), (6, 5), (10, 3))  # of each convolution, and the width of its kernel
_HIDDEN = 20  # units of each hidden layer of the MLP
_SILU_WEIGHT = 0.5  # of each pair, at first


class Edges(nn.Module):
    """A qubit for each pair of a feature and an output: features → sums of what the qubits give.

    Args:
        layer: One number in, one out, with as many copies as there are pairs, output by output.
        outputs: How many there are.
        sums: The sums at once by a formula, of features and weights of shape (outputs, features, weights); None runs
            `layer`.
    """

    def __init__(self, layer: CircuitLayer, outputs: int, sums: Formula | None) -> None:
        super().__init__()
        self.layer = layer
        self.outputs = outputs
        self._sums = sums

    def forward(self, features: Tensor) -> Tensor:
        """Returns the sums, shape (batch, outputs), for features in radians, shape (batch, features)."""
        if self._sums is not None:
            return self._sums(features, self.layer.weight.unflatten(0, (self.outputs, -1)))
        angles = features[:, None].expand(-1, self.outputs, -1)
        values: Tensor = self.layer(angles.flatten(1)[..., None])
        return values.reshape(angles.shape).sum(dim=-1)


class FourierEdges(nn.Module):
    """The classical twin: a trigonometric polynomial for each pair of a feature and an output.

    Args:
        coefficients: The first ones, as `series` has them, shape (outputs, features, 2 · degree + 1).
    """

    def __init__(self, coefficients: Tensor) -> None:
        super().__init__()
        self.coefficients = nn.Parameter(coefficients)

    def forward(self, features: Tensor) -> Tensor:
        """Returns the sums, shape (batch, outputs), for features in radians, shape (batch, features)."""
        waves = list_waves(features, self.coefficients.shape[-1] // 2)
        return waves.flatten(1) @ self.coefficients.flatten(1).T


class WithSiLU(nn.Module):
    """Sums of functions of features, and of SiLU of these times weights.

    Args:
        edges: Features → sums.
        features: How many there are.
        outputs: How many sums.
    """

    def __init__(self, edges: nn.Module, features: int, outputs: int) -> None:
        super().__init__()
        self.edges = edges
        self.weight = nn.Parameter(torch.full((outputs, features), _SILU_WEIGHT))

    def forward(self, features: Tensor) -> Tensor:
        """Returns the sums, shape (batch, outputs), for features of shape (batch, features)."""
        sums: Tensor = self.edges(features)
        return sums + nn.functional.linear(nn.functional.silu(features), self.weight)


class Centred(nn.Module):
    """Pixels in [0, 1] → pixels in [−1, 1]."""

    def forward(self, images: Tensor) -> Tensor:
        """Returns images of the same shape."""
        return 2 * images - 1


def expand_amplitudes(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the coefficients of ψ₀ and ψ₁ as polynomials in e^{ix}, up to a phase, complex, shape (…, reps + 1) each.

    Args:
        weights: Angles of RZ, RY, RZ, RY, …, shape (…, 2 · (reps + 1)), in radians.
    """
    half = weights.unflatten(-1, (-1, 2)) / 2
    turns, cos, sin = torch.polar(torch.ones_like(half[..., 0]), half[..., 0]), half[..., 1].cos(), half[..., 1].sin()
    zero = torch.zeros_like(turns).index_fill(-1, torch.tensor([0]), math.sqrt(0.5))
    one = zero
    count = turns.shape[-1]
    for layer in range(count):
        turn, c, s = (angles[..., layer, None] for angles in (turns, cos, sin))
        zero, one = turn.conj() * zero, turn * one
        zero, one = c * zero - s * one, s * zero + c * one
        if layer < count - 1:  # RZ(x), times e^{ix/2}
            one = one.roll(1, dims=-1)
    return zero, one


def series(weights: Tensor) -> Tensor:
    """Returns ⟨Z⟩ as a trigonometric polynomial: factors of 1, cos x, cos 2x, …, sin x, sin 2x, …, in the last axis."""
    pair = torch.stack(expand_amplitudes(weights), dim=-1)  # (…, reps + 1, 2)
    signs = torch.tensor([1.0, -1.0], dtype=weights.dtype)
    count = pair.shape[-2]
    products = [(pair[..., m:, :] * pair[..., : count - m, :].conj() * signs).sum(dim=(-2, -1)) for m in range(count)]
    waves = torch.stack([products[0], *(2 * each for each in products[1:])], dim=-1)
    return torch.cat([waves.real, -waves.imag[..., 1:]], dim=-1)


def list_powers(angles: Tensor, degree: int) -> Tensor:
    """Returns 1, e^{ix}, e^{2ix}, …, complex, in a new last axis."""
    turn = torch.polar(torch.ones_like(angles), angles)
    powers = [torch.ones_like(turn)]
    for _ in range(degree):
        powers.append(powers[-1] * turn)
    return torch.stack(powers, dim=-1)


def list_waves(angles: Tensor, degree: int) -> Tensor:
    """Returns 1, cos x, cos 2x, …, sin x, sin 2x, … in a new last axis."""
    powers = list_powers(angles, degree)
    return torch.cat([powers.real, powers.imag[..., 1:]], dim=-1)


def expectation(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns ⟨Z⟩, shape (…, 1), for angles of shape (…, 1)."""
    factors = series(weights)
    return (list_waves(inputs[..., 0], factors.shape[-1] // 2) * factors).sum(dim=-1, keepdim=True)


def amplitude_difference(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns |ψ₀| − |ψ₁|, shape (…, 1), for angles of shape (…, 1): the `fast_measure` of the authors' package."""
    pair = torch.stack(expand_amplitudes(weights), dim=-2)
    zero, one = (list_powers(inputs, pair.shape[-1] - 1) * pair).sum(dim=-1).abs().split(1, dim=-1)
    return zero - one


def sum_expectations(features: Tensor, weights: Tensor) -> Tensor:
    """Returns sums of `expectation`, shape (batch, outputs), by one product of matrices.

    Args:
        features: Shape (batch, features).
        weights: Shape (outputs, features, weights).
    """
    factors = series(weights)
    return list_waves(features, factors.shape[-1] // 2).flatten(1) @ factors.flatten(1).T


def sum_amplitude_differences(features: Tensor, weights: Tensor) -> Tensor:
    """Returns sums of `amplitude_difference`, by one product for each feature; see `sum_expectations`."""
    pair = torch.cat(expand_amplitudes(weights))  # (2 · outputs, features, reps + 1)
    powers = list_powers(features, pair.shape[-1] - 1)
    sums = torch.bmm(powers.transpose(0, 1), pair.permute(1, 2, 0)).abs().sum(dim=0)
    zero, one = sums.chunk(2, dim=-1)
    return zero - one


FORMULAS: Mapping[str, Formula] = {"z": expectation, "amplitude": amplitude_difference}
SUMS: Mapping[str, Formula] = {"z": sum_expectations, "amplitude": sum_amplitude_differences}


def build_circuit(reps: int) -> Circuit:
    """Returns H, then RZ, RY by weights and RZ by the input `reps` times, then RZ, RY; ⟨Z⟩."""
    feature = Parameter("x")
    circuit = QuantumCircuit(1, name="QKAN")
    circuit.h(0)
    weights: list[Parameter] = []
    for layer in range(1, reps + 2):
        weights += [Parameter(f"rz_layer{layer}"), Parameter(f"ry_layer{layer}")]
        circuit.rz(weights[-2], 0)
        circuit.ry(weights[-1], 0)
        if layer <= reps:
            circuit.rz(feature, 0)
    return Circuit(circuit, (feature,), tuple(weights), measure_each(1))


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network; the convolutions have the same first weights whatever stands behind them."""
    model = settings_of(config, QKANConfig)
    channels, height, width = config.data.image_shape
    parts: list[nn.Module] = []
    for maps, kernel in _MAPS:
        parts += [nn.Conv2d(channels, maps, kernel), nn.ReLU(), nn.MaxPool2d(2)]
        channels, height, width = maps, (height - kernel + 1) // 2, (width - kernel + 1) // 2
    features, outputs = channels * height * width, len(config.data.classes)
    head = _build_head(model, streams, features, outputs)
    if model.silu:
        head = WithSiLU(head, features, outputs)
    convolutions = nn.Sequential(*parts, nn.Flatten())
    return nn.Sequential(OrderedDict([("centred", Centred()), ("convolutions", convolutions), ("head", head)]))


def _build_head(model: QKANConfig, streams: Streams, features: int, outputs: int) -> nn.Module:
    if model.layer == "linear":
        return nn.Linear(features, outputs)
    if model.layer == "mlp":
        hidden = [nn.Linear(features, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, _HIDDEN), nn.ReLU()]
        return nn.Sequential(*hidden, nn.Linear(_HIDDEN, outputs))
    # Of Xavier's distribution, as torch counts the axes of (outputs, features, reps + 1, 2): 0.112 for 10 and 10.
    angles = 2 * (model.reps + 1)
    weights = torch.randn(features * outputs, angles) * math.sqrt(2 / (angles * (features + outputs)))
    if model.layer == "fourier":  # begins as what the circuits with these weights give
        return FourierEdges(series(weights).unflatten(0, (outputs, features)))
    layer = streams.formula_layer(build_circuit(model.reps), FORMULAS[model.readout], len(weights))
    with torch.no_grad():
        layer.weight.copy_(weights)
    sums = SUMS[model.readout] if isinstance(layer, FormulaLayer) else None
    return Edges(layer.requires_grad_(model.layer == "quantum"), outputs, sums)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit of a pair, unless something stands in its place."""
    model = settings_of(config, QKANConfig)
    return (build_circuit(model.reps),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit")


FAMILY = Family(_choose_features, build, list_circuits)
