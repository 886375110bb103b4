"""The three parts of QNL-Net, from its settings: reducer, layer, head."""

import math

import torch
from torch import nn

from qnlnet.circuits import circuit_from_config
from qnlnet.config import QNLNetConfig, RunConfig, settings_of
from qnlnet.models.qnl_net.reducers import build_cnn_reducer, build_pca_reducer
from qnlnet.models.qnl_net.substitutes import build_substitute
from qnlnet.models.streams import Streams

# initial_weights=quarter_turn: π/2 ± this, in radians, where the sines of Table 1's circuits are largest.
_SPREAD = 0.1


def build_head(config: RunConfig, outputs: int) -> nn.Linear:
    """Builds the head: `outputs` values of the layer become one score of two classes, or one for each of more."""
    classes = len(config.data.classes)
    return nn.Linear(outputs, 1 if classes == 2 else classes)


def build_reducer(config: RunConfig, streams: Streams) -> nn.Sequential:
    """Builds what makes features of an image, or of its principal components."""
    model = settings_of(config, QNLNetConfig)
    if model.reducer.name == "pca":
        return build_pca_reducer(model.num_qubits, model.num_features)
    assert model.cnn_channels is not None  # validation puts them in
    return build_cnn_reducer(
        config.data.image_shape,
        model.cnn_channels,
        model.num_features,
        model.dropout,
        streams.generator("dropout"),
        nonlocal_block=model.reducer.name == "cnn_nonlocal",
    )


def build_layer(config: RunConfig, streams: Streams) -> tuple[nn.Module, int]:
    """Returns the layer between reducer and head, and the number of its outputs."""
    model = settings_of(config, QNLNetConfig)
    if not model.runs_circuit:
        return build_substitute(model.layer, model.ansatz, model.num_features)
    layer = streams.quantum_layer(circuit_from_config(config))
    if model.initial_weights == "quarter_turn":
        with torch.no_grad():
            for weight in layer.parameters():
                weight.mul_(_SPREAD).add_(math.pi / 2)
    return layer.requires_grad_(model.layer != "frozen"), len(model.readouts)
