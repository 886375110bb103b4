"""QNL-Net: reducer → quantum layer → linear head, as one torch module for one replica."""

import math
import threading

import torch
from torch import Tensor, nn

from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import circuit_from_config
from qnlnet.config import CIRCUIT_LAYERS, AnyBackendConfig, RunConfig, RuntimeConfig
from qnlnet.models.reducers import build_cnn_reducer, build_pca_reducer
from qnlnet.models.substitutes import build_substitute
from qnlnet.seeding import generator, integer_seed

_BUILDING = threading.Lock()  # torch's generator is global: models are built one at a time
# initial_weights=quarter_turn: π/2 ± this, in radians, where the sines of Table 1's circuits are largest.
_SPREAD = 0.1


class QNLNet(nn.Module):
    """The hybrid model.

    Args:
        reducer: Model input → features, which are angles in radians: one per qubit and upload.
        quantum: Features → expectation values in [−1, 1], shape (batch, readouts); or what stands in for it.
        head: Expectation values → y, the score of class 0 of two; or the scores of all classes.
    """

    def __init__(self, reducer: nn.Sequential, quantum: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.reducer = reducer
        self.quantum = quantum
        self.head = head

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the scores of the classes, shape (batch, classes); the largest names the class.

        Two classes have the scores (y, 1 − y), as in the released code.
        """
        scores = self.head(self.quantum(self.reducer(inputs)))
        return scores if scores.shape[-1] > 1 else torch.cat((scores, 1 - scores), dim=-1)


def build_model(config: RunConfig, seed: int, start: int = 0) -> QNLNet:
    """Builds the untrained model of one replica.

    Weights are drawn as in the released scripts, torch's defaults for convolutions and linear layers and U[−1, 1]
    for the circuit, but from `seed`; torch's global generator is left as it was. What comes before the layer has the
    same weights whatever stands there.

    Args:
        config: The cell.
        seed: The replica.
        start: Which of the first weights of that replica, with `train.starts` > 1.
    """
    with _BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(integer_seed(seed, "weights", start))
        reducer = build_reducer(config, seed)
        layer, outputs = _build_layer(config, seed)
        return QNLNet(reducer, layer, build_head(config, outputs))


def build_head(config: RunConfig, outputs: int) -> nn.Linear:
    """Builds the head: `outputs` values of the layer become one score of two classes, or one for each of more."""
    classes = len(config.data.classes)
    return nn.Linear(outputs, 1 if classes == 2 else classes)


def build_reducer(config: RunConfig, seed: int) -> nn.Sequential:
    """Builds what makes features of an image, or of its principal components; `seed` draws its dropout masks."""
    if config.reducer.name == "pca":
        return build_pca_reducer(config.num_qubits, config.num_features)
    return build_cnn_reducer(
        config.data.image_shape,
        config.data.cnn_channels,
        config.num_features,
        config.train.dropout,
        generator(seed, "dropout"),
        nonlocal_block=config.reducer.name == "cnn_nonlocal",
    )


def _build_layer(config: RunConfig, seed: int) -> tuple[nn.Module, int]:
    """Returns the layer between reducer and head, and the number of its outputs."""
    if config.layer not in CIRCUIT_LAYERS:
        return build_substitute(config.layer, config.ansatz, config.num_features)
    layer = build_quantum_layer(circuit_from_config(config), _share_of_budget(config), seed=seed)
    if config.train.initial_weights == "quarter_turn":
        with torch.no_grad():
            for weight in layer.parameters():
                weight.mul_(_SPREAD).add_(math.pi / 2)
    return layer.requires_grad_(config.layer != "frozen"), len(config.readouts)


def _share_of_budget(config: RunConfig) -> AnyBackendConfig:
    """Returns the backend for one replica, which may spend its share of the QPU seconds of all."""
    backend = config.backend
    if not isinstance(backend, RuntimeConfig) or backend.budget_seconds is None:
        return backend
    return backend.model_copy(update={"budget_seconds": backend.budget_seconds / config.seeds})
