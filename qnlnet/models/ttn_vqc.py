"""TTN-VQC as a family: a tensor-train layer, a circuit of a qubit for each of its values, and a linear head.

Sources: Qi, Yang, Chen 2021, arXiv 2110.03861 (QTN-VQC) and 2023, arXiv 2306.03741; layers, circuit and training are
those of the authors' repository uwjunqi/Pretrained-TTN-VQC. What is ours: modes for other numbers of qubits and pixels,
and the standardised principal components, which their script fits on each batch anew.
"""

import math
from collections import OrderedDict

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn

from qnlnet.circuits import Circuit, append_angles, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.ttn_vqc import TTNVQCConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels, PrincipalComponents
from qnlnet.models.streams import Streams
from qnlnet.models.tensor_train import TensorTrain

_ROTATIONS = ("rx", "ry", "rz")


class QuarterTurns(nn.Module):
    """Values → angles between 0 and π/2, by the sigmoid."""

    def forward(self, values: Tensor) -> Tensor:
        """Returns the angles in radians, in the shape of the values."""
        return math.pi / 2 * torch.sigmoid(values)


def formula(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns ⟨Z⟩ of each qubit behind one layer, shape (…, qubits), for angles of that shape.

    Before the ring of CNOTs qubit i has ⟨Z⟩ = m_i. The ring makes products of them: of qubit 0 the product of all m but
    its own, of qubit j that of m_0 to m_j. The weights of RZ do not count.
    """
    turned_x, turned_y, _ = weights.unflatten(-1, (-1, len(_ROTATIONS))).unbind(-1)
    before = torch.cos(inputs) * torch.cos(turned_x) * torch.cos(turned_y) - torch.sin(inputs) * torch.sin(turned_y)
    behind = before[..., 1:].prod(dim=-1, keepdim=True)
    return torch.cat([behind, torch.cumprod(before, dim=-1)[..., 1:]], dim=-1)


def build_circuit(qubits: int, layers: int) -> Circuit:
    """Returns RY by each input, then layers of RX, RY, RZ on each qubit and CNOTs 0 → 1 → … → 0; ⟨Z⟩ of each qubit."""
    inputs = ParameterVector("x", qubits)
    circuit = QuantumCircuit(qubits, name="TTN-VQC")
    append_angles(circuit, list(inputs), "ry")
    weights: list[Parameter] = []
    for layer in range(1, layers + 1):
        for qubit in range(qubits):
            for gate in _ROTATIONS:
                weights.append(Parameter(f"{gate}_q{qubit}_layer{layer}"))
                getattr(circuit, gate)(weights[-1], qubit)
        for qubit in range(qubits):
            circuit.cx(qubit, (qubit + 1) % qubits)
    return Circuit(circuit, tuple(inputs), tuple(weights), measure_each(qubits))


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network; head and tensor-train layer have the same first weights whatever stands between them."""
    model = settings_of(config, TTNVQCConfig)
    head = nn.Linear(model.num_qubits, len(config.data.classes))
    parts: list[tuple[str, nn.Module]] = []
    if model.features == "tensor_train":
        assert model.input_modes is not None  # validation puts them in
        assert model.output_modes is not None
        train = TensorTrain(model.input_modes, model.output_modes, model.rank, model.relu_cores)
        parts = [("flatten", nn.Flatten()), ("tensor_train", train), ("relu", nn.ReLU())]
    parts.append(("angles", QuarterTurns()))
    if model.runs_circuit:
        parts.append(("circuit", _build_layer(model, streams)))
    return nn.Sequential(OrderedDict([*parts, ("head", head)]))


def _build_layer(model: TTNVQCConfig, streams: Streams) -> nn.Module:
    circuit = build_circuit(model.num_qubits, model.layers)
    layer = streams.formula_layer(circuit, formula) if model.has_formula else streams.quantum_layer(circuit)
    nn.init.uniform_(layer.weight, -math.pi, math.pi)
    return layer.requires_grad_(model.layer == "quantum")


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless there is none."""
    model = settings_of(config, TTNVQCConfig)
    return (build_circuit(model.num_qubits, model.layers),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, TTNVQCConfig)
    if model.features == "pca":
        return PrincipalComponents(model.num_qubits, "train_split", "model.num_qubits")
    return Pixels("standard")


FAMILY = Family(_choose_features, build, list_circuits)
