"""From a cell and a seed to the replica that trains fastest."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, build_model, family_of
from qnlnet.models.family import Loop
from qnlnet.training.best_of_starts import BestOfStarts
from qnlnet.training.compiled.replica import CompiledReplica
from qnlnet.training.fitted_replica import FittedReplica
from qnlnet.training.replica import Replica
from qnlnet.training.torch_replica import TorchReplica

_LOOPS: Mapping[Loop, type[Replica]] = {
    "torch": TorchReplica,
    "compiled": CompiledReplica,
    "fitted": FittedReplica,
}


def build_replica(config: RunConfig, seed: int, features: Features) -> Replica:
    """Builds the replica that trains fastest on the configured backend, in the loop that its family asks for."""
    loop = family_of(config).loop(config)
    if (loop == "fitted") != config.model.is_fitted:
        raise ArgumentError(
            f"The model {config.model.name} must have the loop fitted where its settings say is_fitted, and nowhere "
            f"else, but has {loop} with is_fitted={config.model.is_fitted}."
        )
    kind: Any = _LOOPS[loop]
    if config.train.starts == 1:
        return kind(config, seed, features)
    return BestOfStarts(
        config, seed, features, lambda cell, start: kind(cell, seed, features, partial(build_model, start=start))
    )
