"""From a cell and a seed to the replica that trains fastest."""

from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.training.compiled_replica import CompiledReplica
from qnlnet.training.plain_replica import PlainReplica
from qnlnet.training.replica import Replica


def build_replica(config: RunConfig, seed: int, features: Features) -> Replica:
    """Builds the replica that trains fastest on the configured backend."""
    compiled = config.backend.name == "exact" and config.reducer.name != "cnn_nonlocal"
    kind = CompiledReplica if compiled else PlainReplica
    return kind(config, seed, features)
