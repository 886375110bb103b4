"""The variational classifier as a family: principal components → ZZ feature map → layers of RY and CNOTs → parity.

Source: Havlíček et al. 2019, arXiv 1804.11326, for the feature map and the parity of all bits. Layers are Qiskit's
RealAmplitudes with reverse-linear CNOTs, where the article has rotations about two axes and CZ; what is ours: that the
components are images', their scaling, and Adam in place of SPSA.
"""

import math

import torch
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from torch import Tensor, nn

from qnlnet.circuits import Circuit, build_feature_map
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.vqc import VQCConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, PrincipalComponents
from qnlnet.models.signed_scores import signed_scores
from qnlnet.models.streams import Streams

_LEAST = 1e-6  # of a probability whose logarithm is a score


class LogProbabilities(nn.Module):
    """The parity of all bits → the logarithms of the probabilities (1 + parity)/2 and (1 − parity)/2.

    Their softmax is these probabilities, so that the cross-entropy of the scores is that of the probabilities. Below
    10⁻⁶ a probability counts as that, and has no gradient.
    """

    def forward(self, parity: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), for parities of shape (batch, 1)."""
        return torch.log(((1 + signed_scores(parity)) / 2).clamp(min=_LEAST))


class SignedScores(nn.Module):
    """A value f → the scores f and −f."""

    def forward(self, value: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), for values of shape (batch, 1)."""
        return signed_scores(value)


class AngleReadout(nn.Module):
    """Components in [0, 1] → angles → one value → the scores of two classes.

    Args:
        unit: The angle of a component of 1, in radians.
        readout: What makes a value of angles, shape (batch, components) → (batch, 1).
        head: From the value to the scores, shape (batch, 1) → (batch, 2).
    """

    def __init__(self, unit: float, readout: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.unit = unit
        self.readout = readout
        self.head = head

    def forward(self, components: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), of components of shape (batch, components)."""
        scores: Tensor = self.head(self.readout(self.unit * components))
        return scores


def append_real_amplitudes(circuit: QuantumCircuit, reps: int) -> list[Parameter]:
    """Appends RY on all qubits, then so often CNOTs (n − 2, n − 1), …, (0, 1) and RY again; returns the weights."""
    weights: list[Parameter] = []
    for layer in range(reps + 1):
        if layer:
            for control in reversed(range(circuit.num_qubits - 1)):
                circuit.cx(control, control + 1)
        for qubit in range(circuit.num_qubits):
            weights.append(Parameter(f"ry_q{qubit}_layer{layer}"))
            circuit.ry(weights[-1], qubit)
    return weights


def build_circuit(num_qubits: int, reps: int = 2, ansatz_reps: int = 3) -> Circuit:
    """Returns the feature map and the layers; Z on all qubits: the parity of their bits, 1 where it is even."""
    circuit = build_feature_map("zz", num_qubits, reps)
    inputs = tuple(circuit.parameters)
    weights = append_real_amplitudes(circuit, ansatz_reps)
    circuit.name = "VQC"
    return Circuit(circuit, inputs, tuple(weights), (SparsePauliOp("Z" * num_qubits),))


def build(config: RunConfig, streams: Streams) -> AngleReadout:
    """Builds the head, and the circuit or its twin; the head has the same first weights whatever that is."""
    model = settings_of(config, VQCConfig)
    unit = 2 * math.pi * model.bandwidth
    head = nn.Linear(1, 2) if model.head == "linear" else None
    if not model.runs_circuit:
        return AngleReadout(unit, nn.Linear(model.num_qubits, 1), head or SignedScores())
    (circuit,) = list_circuits(config)
    layer = streams.quantum_layer(circuit).requires_grad_(model.layer != "frozen")
    return AngleReadout(unit, layer, head or LogProbabilities())


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, VQCConfig)
    return (build_circuit(model.num_qubits, model.reps, model.ansatz_reps),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return PrincipalComponents(settings_of(config, VQCConfig).num_qubits, "range")


FAMILY = Family(_choose_features, build, list_circuits)
