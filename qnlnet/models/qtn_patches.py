"""Two circuits of four qubits, one for each quarter of a 4 × 4 image and one for what they give, as a family.

Source: the repository uwjunqi/QTN-VQC (Qi, Yang, Chen; the article is arXiv 2110.03861), on torchquantum. An image is
averaged 6 × 6 to 4 × 4 pixels; what is left over at the bottom and on the right is not seen. Quarters are top left, top
right, bottom left, bottom right; qubit k is pixel k of a quarter, row by row.
"""

import math
from collections import OrderedDict

import torch
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from torch import Tensor, nn
from torch.func import functional_call

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_angles, measure_each
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.qtn_patches import QTNPatchesConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.patches import cut_patches
from qnlnet.models.streams import Streams

_KERNEL = 6
_QUBITS = _PATCHES = 4
_VALUES = _QUBITS * _PATCHES
_ENCODING = ("ry", "rz", "rx", "ry")  # by values 0–3, 4–7, 8–11, 12–15
_ANGLES = ("theta", "phi", "lambda")  # of U3, in torchquantum's order


class Quarters(nn.Module):
    """Images → their averages over 6 × 6 pixels, quarter by quarter."""

    def forward(self, images: Tensor) -> Tensor:
        """Returns the averages, shape (batch, 4 quarters, 4 pixels), of images, shape (batch, 1, height, width)."""
        return cut_patches(nn.functional.avg_pool2d(images, _KERNEL).squeeze(1), 2, 2)


class ResetCircuits(nn.Module):
    """Quarters → values of the joint circuit; each circuit begins with |0000⟩.

    Args:
        patch: Angles of a quarter, shape (…, 4) → (…, 4).
        joint: Angles, shape (batch, 16) → (batch, 4).
    """

    def __init__(self, patch: QuantumLayer, joint: QuantumLayer) -> None:
        super().__init__()
        self.patch = patch
        self.joint = joint

    def forward(self, quarters: Tensor) -> Tensor:
        """Returns ⟨Z⟩ of each qubit, shape (batch, 4), for angles in radians, shape (batch, 4 quarters, 4 pixels)."""
        values: Tensor = self.joint(_quarter_turns(self.patch(quarters)))
        return values


class CarriedCircuits(nn.Module):
    """Quarters → values of the joint circuit; each circuit begins with the state that the one before it has left.

    What quarter p gives is then what the circuits of quarters 0 to p give, one behind the other, and the joint circuit
    stands behind all of them.

    Args:
        partial: The circuits of quarters 0 to p, for each p: angles, shape (batch, 4 · (p + 1)) → (batch, 4). Their
            weights are taken away: all have the first ones of `whole`.
        whole: All circuits: angles of quarters and of the joint circuit, shape (batch, 32) → (batch, 4).
    """

    def __init__(self, partial: list[QuantumLayer], whole: QuantumLayer) -> None:
        super().__init__()
        self._shared = len(partial[0].weight)
        for layer in partial:
            del layer.weight
        self.partial = nn.ModuleList(partial)
        self.whole = whole

    def forward(self, quarters: Tensor) -> Tensor:
        """Returns ⟨Z⟩ of each qubit, shape (batch, 4), for angles in radians, shape (batch, 4 quarters, 4 pixels)."""
        shared = {"weight": self.whole.weight[: self._shared]}
        angles = quarters.flatten(1)
        seen = angles.split(_QUBITS, dim=1)
        rows = (torch.cat(seen[: last + 1], dim=1) for last in range(_PATCHES))
        given = [functional_call(layer, shared, (row,)) for layer, row in zip(self.partial, rows, strict=True)]
        values: Tensor = self.whole(torch.cat([angles, _quarter_turns(torch.stack(given, dim=1))], dim=1))
        return values


def _quarter_turns(values: Tensor) -> Tensor:
    """Returns angles between 0 and π/2, shape (batch, 16), of values, shape (batch, quarters, qubits).

    Those of qubit 0 come first, quarter by quarter.
    """
    return math.pi / 2 * torch.sigmoid(values.transpose(1, 2).flatten(1))


def build_circuit(name: str, patches: int, blocks: int, joint_blocks: int = 0) -> Circuit:
    """Returns circuits of quarters one behind the other, with the same weights, and the joint one behind them.

    Args:
        name: Of the circuit.
        patches: Quarters: for each RY by its inputs, then the blocks. With 0 the joint circuit stands alone.
        blocks: Of a quarter's circuit, 24 weights each.
        joint_blocks: Of the joint circuit, 24 weights each; with 0 there is none.
    """
    inputs = ParameterVector("x", patches * _QUBITS + (_VALUES if joint_blocks else 0))
    circuit = QuantumCircuit(_QUBITS, name=name)
    weights = _name_weights("patch", blocks if patches else 0)
    groups = [list(inputs)[start : start + _QUBITS] for start in range(0, len(inputs), _QUBITS)]
    for group in groups[:patches]:
        append_angles(circuit, group, "ry")
        _append_blocks(circuit, weights)
    if joint_blocks:
        for gate, group in zip(_ENCODING, groups[patches:], strict=True):
            append_angles(circuit, group, gate)
        own = _name_weights("joint", joint_blocks)
        _append_blocks(circuit, own)
        weights = weights + own
    return Circuit(circuit, tuple(inputs), tuple(weights), measure_each(_QUBITS))


def _name_weights(part: str, blocks: int) -> list[Parameter]:
    return [
        Parameter(f"{part}_{gate}_{angle}_q{qubit}_block{block}")
        for block in range(1, blocks + 1)
        for gate in ("u3", "cu3")
        for qubit in range(_QUBITS)
        for angle in _ANGLES
    ]


def _append_blocks(circuit: QuantumCircuit, weights: list[Parameter]) -> None:
    """Appends U3 on each qubit and a ring of controlled U3, again and again, while there are weights."""
    angles = iter(zip(*[iter(weights)] * len(_ANGLES), strict=True))
    for _ in range(len(weights) // (2 * _QUBITS * len(_ANGLES))):
        for qubit in range(_QUBITS):
            append_u3(circuit, next(angles), qubit)
        for qubit in range(_QUBITS):
            append_controlled_u3(circuit, next(angles), qubit, (qubit + 1) % _QUBITS)


def append_u3(circuit: QuantumCircuit, angles: tuple[Parameter, ...], qubit: int) -> None:
    """Appends U3(θ, φ, λ) = P(φ) RY(θ) P(λ) but for a global phase."""
    theta, phi, lam = angles
    circuit.rz(lam, qubit)
    circuit.ry(theta, qubit)
    circuit.rz(phi, qubit)


def append_controlled_u3(circuit: QuantumCircuit, angles: tuple[Parameter, ...], control: int, target: int) -> None:
    """Appends [[1, 0], [0, U3(θ, φ, λ)]] but for a global phase, by gates whose angles have one parameter each."""
    theta, phi, lam = angles
    _append_controlled_phase(circuit, lam, control, target)
    circuit.ry(theta / 2, target)
    circuit.cx(control, target)
    circuit.ry(-theta / 2, target)
    circuit.cx(control, target)
    _append_controlled_phase(circuit, phi, control, target)


def _append_controlled_phase(circuit: QuantumCircuit, angle: Parameter, control: int, target: int) -> None:
    circuit.rz(angle / 2, control)
    circuit.rz(angle / 2, target)
    circuit.rzz(-angle / 2, control, target)


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the network; head and circuits have the same first weights whether the state is carried over or not."""
    model, classes = settings_of(config, QTNPatchesConfig), len(config.data.classes)
    if not model.runs_circuit:
        parts = [("quarters", Quarters()), ("flatten", nn.Flatten()), ("head", nn.Linear(_VALUES, classes))]
        return nn.Sequential(OrderedDict(parts))
    head = nn.Linear(_QUBITS, classes)
    circuits = list_circuits(config)
    shared = len(circuits[0].weight_params)
    joint = len(circuits[-1].weight_params) - (shared if model.carry_state else 0)
    first = torch.empty(shared + joint).uniform_(-math.pi, math.pi)  # as torchquantum draws
    *patches, last = (streams.quantum_layer(circuit) for circuit in circuits)
    with torch.no_grad():
        patches[0].weight.copy_(first[:shared])
        last.weight.copy_(first[-len(last.weight) :])
    layer = CarriedCircuits(patches, last) if model.carry_state else ResetCircuits(patches[0], last)
    layer.requires_grad_(model.layer == "quantum")
    return nn.Sequential(OrderedDict([("quarters", Quarters()), ("circuits", layer), ("head", head)]))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuits in the order in which they run, the joint one last, unless there are none."""
    model = settings_of(config, QTNPatchesConfig)
    if not model.runs_circuit:
        return ()
    if not model.carry_state:
        patch = build_circuit("QTN patch", 1, model.blocks)
        return patch, build_circuit("QTN joint circuit", 0, 0, model.joint_blocks)
    partial = [build_circuit(f"QTN patches, first {count}", count, model.blocks) for count in range(1, _PATCHES + 1)]
    return *partial, build_circuit("QTN patches and joint circuit", _PATCHES, model.blocks, model.joint_blocks)


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("standard")


FAMILY = Family(_choose_features, build, list_circuits)
