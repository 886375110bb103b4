"""The names and shapes of a model's weights, known without building it."""

import torch
from torch import nn

from qnlnet.circuits.ansatz import resolve_ansatz
from qnlnet.config import QNLNetConfig, RunConfig, settings_of
from qnlnet.errors import argument_error
from qnlnet.models.qnl_net.parts import build_head, build_reducer
from qnlnet.models.qnl_net.substitutes import build_substitute
from qnlnet.models.streams import Streams

MOST_GATES = 50_000  # building and compiling them takes half a minute
_CIRCUIT_WEIGHTS = ("quantum.weight", "quantum._weights")  # the layer writes one tensor under two names


def count_gates(model: QNLNetConfig) -> int:
    """Returns how many gates the circuit of a model has, without building it."""
    ansatz = resolve_ansatz(model.ansatz, model.num_qubits)
    uploads = model.ansatz_reps if model.circuit == "reuploading" else 1
    encoders = 2 * model.num_qubits * model.feature_map_reps * uploads
    return encoders + model.ansatz_reps * (ansatz.num_weights + len(ansatz.entangling))


def find_shapes(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Returns the shapes of what `state_dict` of the cell's model holds; no memory is taken, however large they are.

    Raises:
        ArgumentError: The images are too small for the CNN, or the circuit has more than `MOST_GATES`.
        RuntimeError, TypeError: torch's, for a shape beyond any memory.
    """
    model = settings_of(config, QNLNetConfig)
    if (gates := count_gates(model)) > MOST_GATES:
        raise argument_error("D", f"give a circuit of at most {MOST_GATES:,} gates", f"one of {gates:,}")
    with torch.device("meta"):
        modules: dict[str, nn.Module] = {"reducer": build_reducer(config, Streams(config, seed=0))}
        if model.runs_circuit:
            outputs = len(model.readouts)
        else:
            layer, outputs = build_substitute(model.layer, model.ansatz, model.num_features)
            modules["quantum"] = layer
        modules["head"] = build_head(config, outputs)
    shapes = {
        f"{part}.{name}": tuple(value.shape)
        for part, module in modules.items()
        for name, value in module.state_dict().items()
    }
    if model.runs_circuit:
        weights = model.ansatz_reps * resolve_ansatz(model.ansatz, model.num_qubits).num_weights
        shapes |= dict.fromkeys(_CIRCUIT_WEIGHTS, (weights,))
    return shapes
