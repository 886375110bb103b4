"""QNL-Net as a family: what it sees, how it is built and trained."""

from qnlnet.circuits import Circuit, circuit_from_config
from qnlnet.config import QNLNetConfig, RunConfig, settings_of
from qnlnet.models.family import Family, Loop
from qnlnet.models.features import FeatureSpec, Pixels, PrincipalComponents
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.models.qnl_net.parts import build_head, build_layer, build_reducer
from qnlnet.models.qnl_net.shapes import find_shapes
from qnlnet.models.registry import build_model
from qnlnet.models.streams import Streams


def choose_features(config: RunConfig) -> FeatureSpec:
    """Returns normalised pixels for the CNN, as many principal components as qubits for PCA."""
    model = settings_of(config, QNLNetConfig)
    if model.reducer.name == "pca":
        return PrincipalComponents(model.num_qubits, model.pca_scaling)
    return Pixels("standard")


def build(config: RunConfig, streams: Streams) -> QNLNet:
    """Builds reducer, layer and head; what comes before the layer has the same weights whatever stands there."""
    reducer = build_reducer(config, streams)
    layer, outputs = build_layer(config, streams)
    return QNLNet(reducer, layer, build_head(config, outputs))


def list_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    """Returns the circuit, unless something stands in its place."""
    return (circuit_from_config(config),) if settings_of(config, QNLNetConfig).runs_circuit else ()


def choose_loop(config: RunConfig) -> Loop:
    """Returns the compiled loop where it knows the model and its training."""
    train = config.train
    known = (
        config.backend.name == "exact"
        and settings_of(config, QNLNetConfig).reducer.name != "cnn_nonlocal"
        and (train.optimizer, train.weight_decay) == ("adam", 0.0)
        and train.loss in ("raw_nll", "cross_entropy")
        and not train.gradient_norms
        and train.clip_value is None
        and train.decay_steps is None
    )
    return "compiled" if known else "torch"


def build_qnl_net(config: RunConfig, seed: int) -> QNLNet:
    """Builds the untrained model of one replica, like `build_model`, for callers that look at its parts."""
    model = build_model(config, seed)
    assert isinstance(model, QNLNet)  # a cell of another family ends before, with a sentence
    return model


FAMILY = Family(choose_features, build, list_circuits, choose_loop, find_shapes)
