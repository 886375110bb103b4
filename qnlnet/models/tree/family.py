"""Tree tensor networks as circuits: principal components → blocks of two qubits, level by level → one qubit.

Source: Grant, Benedetti, Cao, Hallam, Lockhart, Stojevic, Green, Severini 2018, arXiv 1804.03680: the encoding, TTN,
MERA, the kinds of blocks, and the hybrid of both. There is no code of theirs. The order of the blocks is that of their
figure; MathWorks' example (github.com/mathworks/Quantum-Computing-MATLAB) has another, first weights, and a linear
head. What is ours, as nothing public says it: the gates of a general block, scaling by the training images only, and
that the hybrid trains its tree alone for the first half of the epochs. All structures begin with the same tree.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.tree import TreeConfig
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, PrincipalComponents
from qnlnet.models.signed_scores import signed_scores
from qnlnet.models.streams import Streams
from qnlnet.models.tree.blocks import IDENTITY
from qnlnet.models.tree.circuit import QUBITS, build_circuit, count_disentanglers, count_tree_weights

_DISENTANGLERS = "readout.parametrizations.weight.original1"  # the second part of the weights, as torch calls it


class ComponentsReadout(nn.Module):
    """Principal components → one value z → the scores z and −z of two classes, or those of a head.

    Args:
        readout: What makes a value of components, shape (batch, components) → (batch, 1).
        unit: What a component of 1 becomes before.
        head: From z to two scores; None has no weights.
    """

    def __init__(self, readout: nn.Module, unit: float, head: nn.Module | None) -> None:
        super().__init__()
        self.readout = readout
        self.unit = unit
        self.head = head

    def forward(self, components: Tensor) -> Tensor:
        """Returns the scores, shape (batch, 2), of components in [0, 1], shape (batch, components)."""
        value: Tensor = self.readout(self.unit * components)
        scores: Tensor = signed_scores(value) if self.head is None else self.head(value)
        return scores


class InTwoParts(nn.Module):
    """Makes one tensor of two parameters: the weights of the tree's blocks, and those of the disentanglers.

    Args:
        tree: How many weights the tree's blocks have.
    """

    def __init__(self, tree: int) -> None:
        super().__init__()
        self.tree = tree

    def forward(self, tree: Tensor, disentanglers: Tensor) -> Tensor:
        """Returns the weights of the circuit."""
        return torch.cat([tree, disentanglers])

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the two parts of a circuit's weights."""
        return weight[: self.tree], weight[self.tree :]


def build(config: RunConfig, streams: Streams) -> ComponentsReadout:
    """Builds the head, and the circuit or its twin; the head has the same first weights whatever that is."""
    model = settings_of(config, TreeConfig)
    head = nn.Linear(1, 2) if model.head == "linear" else None
    if not model.runs_circuit:
        return ComponentsReadout(nn.Linear(QUBITS, 1), 1.0, head)
    first = _draw_weights(model)
    layer = streams.quantum_layer(_build_circuit(model))
    with torch.no_grad():
        layer.weight.copy_(first)
    if model.structure == "hybrid":
        register_parametrization(layer, "weight", InTwoParts(count_tree_weights(model.unitary)))
    return ComponentsReadout(layer.requires_grad_(model.layer != "frozen"), math.pi / 2, head)


def _draw_weights(model: TreeConfig) -> Tensor:
    """Returns the first weights: from U[0, 1), as MathWorks' are; the hybrid's disentanglers are the identity."""
    tree = torch.rand(count_tree_weights(model.unitary))
    if model.structure == "hybrid":
        return torch.cat([tree, torch.tensor(IDENTITY).repeat(count_disentanglers())])
    further = len(_build_circuit(model).weight_params) - len(tree)
    return torch.cat([tree, torch.rand(further)])


def _build_circuit(model: TreeConfig) -> Circuit:
    return build_circuit(model.unitary, model.blocks, disentangled=model.is_disentangled)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    model = settings_of(config, TreeConfig)
    return (_build_circuit(model),) if model.runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return PrincipalComponents(QUBITS, "range", "principal components")


def _choose_rates(config: RunConfig, epochs_done: int) -> Mapping[str, float]:
    """Returns 0 for the hybrid's disentanglers in the first half of the epochs, rounded down."""
    is_first = epochs_done < config.train.epochs // 2
    return {_DISENTANGLERS: 0.0} if settings_of(config, TreeConfig).structure == "hybrid" and is_first else {}


FAMILY = Family(_choose_features, build, list_circuits, rate_factors=_choose_rates)
