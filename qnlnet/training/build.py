"""From a cell and a seed to the replica that trains fastest."""

from functools import partial

from qnlnet.config import RunConfig
from qnlnet.models import Features, build_model
from qnlnet.training.best_of_starts import BestOfStarts
from qnlnet.training.compiled.replica import CompiledReplica
from qnlnet.training.replica import Replica
from qnlnet.training.torch_replica import TorchReplica


def build_replica(config: RunConfig, seed: int, features: Features) -> Replica:
    """Builds the replica that trains fastest on the configured backend."""
    compiled = config.backend.name == "exact" and config.reducer.name != "cnn_nonlocal"
    kind = CompiledReplica if compiled else TorchReplica
    if config.train.starts == 1:
        return kind(config, seed, features)
    return BestOfStarts(
        config, seed, features, lambda cell, start: kind(cell, seed, features, partial(build_model, start=start))
    )
