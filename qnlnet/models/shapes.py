"""The names and shapes of a model's weights, known without building it."""

import torch
from torch import nn

from qnlnet.circuits.ansatz import resolve_ansatz
from qnlnet.config import CIRCUIT_LAYERS, RunConfig
from qnlnet.models.qnl_net import build_head, build_reducer
from qnlnet.models.substitutes import build_substitute

_CIRCUIT_WEIGHTS = ("quantum.weight", "quantum._weights")  # the layer writes one tensor under two names


def count_gates(config: RunConfig) -> int:
    """Returns how many gates the circuit of a cell has, without building it."""
    ansatz = resolve_ansatz(config.ansatz, config.num_qubits)
    uploads = config.ansatz_reps if config.circuit == "reuploading" else 1
    encoders = 2 * config.num_qubits * config.feature_map_reps * uploads
    return encoders + config.ansatz_reps * (ansatz.num_weights + len(ansatz.entangling))


def weight_shapes(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Returns the shapes of what `state_dict` of the cell's model holds; no memory is taken, however large they are.

    Raises:
        ArgumentError: The images are too small for the CNN.
        RuntimeError, TypeError: torch's, for a shape beyond any memory.
    """
    with torch.device("meta"):
        modules: dict[str, nn.Module] = {"reducer": build_reducer(config, seed=0)}
        if config.layer in CIRCUIT_LAYERS:
            outputs = len(config.readouts)
        else:
            layer, outputs = build_substitute(config.layer, config.ansatz, config.num_features)
            modules["quantum"] = layer
        modules["head"] = build_head(config, outputs)
    shapes = {
        f"{part}.{name}": tuple(value.shape)
        for part, module in modules.items()
        for name, value in module.state_dict().items()
    }
    if config.layer in CIRCUIT_LAYERS:
        weights = config.ansatz_reps * resolve_ansatz(config.ansatz, config.num_qubits).num_weights
        shapes |= dict.fromkeys(_CIRCUIT_WEIGHTS, (weights,))
    return shapes
