"""The Hamiltonian embedding of images as a family: an image is what the state evolves by, between trained unitaries.

Source: arXiv 2407.14055 and the authors' code (repository peiyong-addwater/HamEmbedding). The state |+⟩^5 goes through
layers of exp(−i t A/2), with A = (M + Mᵀ)/2 of the image's 32 × 32 pixels M, and of exp(i Σ θ_k P_k) over all Pauli
words but the identity. The first letter of a word, and the first qubit that is read, belong to the most significant
bit of a row of A. What the circuit sees of an image are the eigenvalues and eigenvectors of A: it is no circuit of
rotations by its inputs, which a backend could run.

What is ours: ``frozen``, with a linear layer behind it, both linear twins, and scores that are logarithms.
"""

import torch
from torch import Tensor, nn

from qnlnet.backends import pauli_exponential
from qnlnet.backends.row_evolution import act_on_rows, evolve_rows
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.hamiltonian_embedding import MEASURED, NUM_QUBITS, HamiltonianEmbeddingConfig
from qnlnet.config.model.square_images import SIDE
from qnlnet.models.eigenbases import SymmetricEigenbases
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.formula_layer import CircuitWeights
from qnlnet.models.readings import build_scores
from qnlnet.models.streams import Streams

_OTHERS = 2 ** (NUM_QUBITS - MEASURED)  # outcomes of the qubits that are not read


class ImageEvolution(CircuitWeights):
    """The circuit, from eigenbases of images to the probabilities of what the first four qubits read.

    Weights are drawn from N(0, 1), as in the authors' code.

    Args:
        layers: L, each with a time and 1,023 angles.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.times = nn.Parameter(torch.empty(layers).normal_())
        self.angles = nn.Parameter(torch.empty(layers, 4**NUM_QUBITS - 1).normal_())

    def forward(self, bases: Tensor) -> Tensor:
        """Returns probabilities, shape (batch, 16), for eigenbases as `SymmetricEigenbases` has them."""
        bases = bases.to(self.times.dtype).contiguous()
        states = bases.new_zeros(len(bases), 2, SIDE)
        states[:, 0] = SIDE**-0.5
        unitaries = act_on_rows(pauli_exponential(self.angles, NUM_QUBITS))
        for time, unitary in zip(self.times, unitaries, strict=True):
            states = (evolve_rows(states, time / 2, bases).flatten(1) @ unitary).view_as(states)
        return states.square().sum(dim=1).unflatten(1, (-1, _OTHERS)).sum(dim=2)


class SymmetricPixels(nn.Module):
    """Square images averaged with their transposes."""

    def forward(self, images: Tensor) -> Tensor:
        """Returns images of the shape that they have, (batch, 1, height, height)."""
        return (images + images.mT) / 2


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the circuit and what makes scores of it, which begins alike whatever is trained; or a linear twin."""
    model, classes = settings_of(config, HamiltonianEmbeddingConfig), len(config.data.classes)
    if not model.runs_circuit:
        _, height, width = config.data.image_shape
        linear = [nn.Flatten(), nn.Linear(height * width, classes)]
        return nn.Sequential(*([SymmetricPixels()] if model.layer == "linear_symmetric" else []), *linear)
    scores = build_scores(model.scores, 2**MEASURED, classes)
    evolution = ImageEvolution(model.layers).requires_grad_(model.layer == "quantum")
    return nn.Sequential(evolution, scores)


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, HamiltonianEmbeddingConfig)
    return SymmetricEigenbases(SIDE) if model.runs_circuit else Pixels("unit")


FAMILY = Family(_choose_features, build)
