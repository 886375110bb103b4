"""The quantum convolutional network as a family: pixels as amplitudes, and a class for each outcome of three qubits.

Source: the authors' code of arXiv 2407.14055, where it is what their model is compared with; see `circuit`. What is
ours: first weights from N(0, 1), ``frozen``, with a linear layer behind it, ``linear``, and scores that are logarithms.
"""

from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.qcnn import MEASURED, QCNNConfig
from qnlnet.config.model.square_images import SIDE
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.qcnn.circuit import build_circuit
from qnlnet.models.qcnn.formula import formula
from qnlnet.models.readings import build_scores
from qnlnet.models.streams import Streams


class Amplitudes(nn.Module):
    """Images in the middle of a square of zeros, row by row, divided by their norm."""

    def forward(self, images: Tensor) -> Tensor:
        """Returns amplitudes, shape (batch, 1024), of grey images, shape (batch, 1, height, width)."""
        height, width = (SIDE - length for length in images.shape[2:])
        square = pad(images, (width // 2, width - width // 2, height // 2, height - height // 2))
        return normalize(square.flatten(1))


def build(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds the circuit and what makes scores of it, which begins alike whatever is trained; or the linear twin."""
    model, classes = settings_of(config, QCNNConfig), len(config.data.classes)
    if not model.runs_circuit:
        return nn.Sequential(Amplitudes(), nn.Linear(SIDE**2, classes))
    scores = build_scores(model.scores, 2**MEASURED, classes)
    layer = streams.formula_layer(build_circuit(), formula)
    nn.init.normal_(layer.weight)
    return nn.Sequential(Amplitudes(), layer.requires_grad_(model.layer == "quantum"), scores)


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    return (build_circuit(),) if settings_of(config, QCNNConfig).runs_circuit else ()


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit")


FAMILY = Family(_choose_features, build, list_circuits)
