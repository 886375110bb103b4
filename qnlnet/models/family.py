"""What a family of models is to everything else: features, a module, its circuits, and how it is trained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from torch import nn

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig
from qnlnet.models.features import FeatureSpec
from qnlnet.models.streams import Streams

Loop = Literal["torch", "compiled", "fitted"]


def _no_circuits(config: RunConfig) -> tuple[Circuit, ...]:
    return ()


def _torch(config: RunConfig) -> Loop:
    return "torch"


def _no_factors(config: RunConfig, epochs_done: int) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class Family:
    """A family of models.

    Attributes:
        features: What a model sees.
        build: Builds an untrained model: features of shape (batch, …) → scores, shape (batch, classes). Torch's
            initialisers draw from the replica's seed meanwhile; everything else that is random comes from the streams.
        circuits: The circuits that a model runs; none for most classical ones.
        loop: What trains it: ``torch``, mini-batches in torch; ``fitted``, once, by the model's own `fit`;
            ``compiled``, the loop that knows QNL-Net.
        shapes: The shapes of a model's weights by their names, known without building it; None where building it is
            cheap whatever its settings are.
        rate_factors: Factors of the learning rate by the names of a model's parts or of single parameters, such as
            ``{"layers": 10.0}``, for the loop ``torch``, in the epoch that follows so many epochs; 1 where nothing is
            said.
    """

    features: Callable[[RunConfig], FeatureSpec]
    build: Callable[[RunConfig, Streams], nn.Module]
    circuits: Callable[[RunConfig], tuple[Circuit, ...]] = _no_circuits
    loop: Callable[[RunConfig], Loop] = _torch
    shapes: Callable[[RunConfig], Mapping[str, tuple[int, ...]]] | None = None
    rate_factors: Callable[[RunConfig, int], Mapping[str, float]] = _no_factors
