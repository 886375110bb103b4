"""An autoencoder with a circuit of a few qubits behind it, as a family: its probabilities are what dense layers see.

Source: Sarkar 2024, arXiv 2408.03351, second version: 784 pixels → a code of 64 → 5 principal components → RY, a
Hadamard gate, a cascade of CNOTs → 32 probabilities → dense layers with batch normalisation and dropout. There is no
code. Sizes of the layers, the angles' scale, that the Hadamard gate is on qubit 0 and that CNOTs go down the chain are
ours. Nothing in the circuit is trained.

What is behind RY and Hadamard gates is a product state, and CNOTs only give other names to its outcomes: the outcome y
behind them is y XOR (y >> 1) before, Gray's code, with qubit 0 as the first bit. So all 2^n probabilities are products
of one factor for each qubit; they hold its marginals, which `layer=marginals` has, and nothing else.
"""

import math
from collections import OrderedDict

import torch
from qiskit.circuit import ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, append_angles, measure_outcomes
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.autoencoder_5q import Autoencoder5qConfig
from qnlnet.models.autoencoder import AutoencoderCode
from qnlnet.models.dropout import SeededDropout
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec
from qnlnet.models.formula_layer import Formula
from qnlnet.models.streams import Streams

_HIDDEN = (128, 64)  # units of the dense layers


class Marginals(nn.Module):
    """The probability of 1 on each qubit before the CNOTs.

    Args:
        hadamards: On how many of the first qubits a Hadamard gate follows on RY.
    """

    def __init__(self, hadamards: int) -> None:
        super().__init__()
        self.hadamards = hadamards

    def forward(self, angles: Tensor) -> Tensor:
        """Returns the probabilities, shape (…, qubits), for angles of RY of that shape."""
        turned, plain = angles[..., : self.hadamards].sin(), angles[..., self.hadamards :].cos()
        return (1 - torch.cat([turned, plain], dim=-1)) / 2


class Scaled(nn.Module):
    """Components → angles → what is made of these.

    Args:
        angle: Radians that a component of 1 is.
        inner: What sees the angles.
    """

    def __init__(self, angle: float, inner: nn.Module) -> None:
        super().__init__()
        self.angle = angle
        self.inner = inner

    def forward(self, components: Tensor) -> Tensor:
        """Returns what is made of components, shape (batch, qubits)."""
        values: Tensor = self.inner(self.angle * components)
        return values


def multiply_marginals(ones: Tensor) -> Tensor:
    """Returns the probabilities of all outcomes of independent bits, shape (…, 2^bits), the first bit leading.

    Args:
        ones: The probability of 1 of each, shape (…, bits).
    """
    products = torch.ones_like(ones[..., :1])
    for one in ones.split(1, dim=-1):
        products = torch.stack([products * (1 - one), products * one], dim=-1).flatten(-2)
    return products


def choose_formula(hadamards: int) -> Formula:
    """Returns what the circuit's probabilities are, with Hadamard gates on so many of the first qubits."""
    marginals = Marginals(hadamards)

    def formula(inputs: Tensor, weights: Tensor) -> Tensor:
        outcomes = torch.arange(2 ** inputs.shape[-1], device=inputs.device)
        return multiply_marginals(marginals(inputs))[..., outcomes ^ (outcomes >> 1)]

    return formula


def build_circuit(num_qubits: int, hadamards: int) -> Circuit:
    """Returns RY by each input, H on so many of the first qubits, CNOTs 0 → 1 → …; probabilities, qubit 0 leading."""
    inputs = ParameterVector("x", num_qubits)
    circuit = QuantumCircuit(num_qubits, name="Autoencoder's components")
    append_angles(circuit, list(inputs), "ry")
    for qubit in range(hadamards):
        circuit.h(qubit)
    for qubit in range(num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    return Circuit(circuit, tuple(inputs), (), measure_outcomes(num_qubits, range(num_qubits)[::-1]))


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the dense layers, and what they see; all but the first have the same first weights whatever that is."""
    model = settings_of(config, Autoencoder5qConfig)
    masks = streams.generator("dropout")
    wide, narrow = _HIDDEN
    rest: list[nn.Module] = [nn.BatchNorm1d(wide), nn.ReLU(), SeededDropout(model.dropout, masks)]
    rest += [nn.Linear(wide, narrow), nn.BatchNorm1d(narrow), nn.ReLU(), SeededDropout(model.dropout, masks)]
    rest += [nn.Linear(narrow, len(config.data.classes))]
    sizes = {"quantum": 2**model.num_qubits, "latent": model.code}
    first = nn.Linear(sizes.get(model.layer, model.num_qubits), wide)
    parts = [("seen", _build_seen(model, streams)), ("dense", nn.Sequential(first, *rest))]
    return nn.Sequential(OrderedDict(parts))


def _build_seen(model: Autoencoder5qConfig, streams: Streams) -> nn.Module:
    if model.layer in ("pca", "latent"):
        return nn.Identity()
    inner: nn.Module = Marginals(_count_hadamards(model))
    if model.runs_circuit:
        inner = streams.formula_layer(_circuit_of(model), choose_formula(_count_hadamards(model)))
    return Scaled(math.pi * model.scale, inner.requires_grad_(False))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, Autoencoder5qConfig)
    return (_circuit_of(model),) if model.runs_circuit else ()


def _circuit_of(model: Autoencoder5qConfig) -> Circuit:
    return build_circuit(model.num_qubits, _count_hadamards(model))


def _count_hadamards(model: Autoencoder5qConfig) -> int:
    return {"none": 0, "first": 1, "all": model.num_qubits}[model.hadamard]


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, Autoencoder5qConfig)
    components = None if model.layer == "latent" else model.num_qubits
    return AutoencoderCode(model.code, model.autoencoder_epochs, "dense", components)


FAMILY = Family(_choose_features, build, list_circuits)
