"""One replica: a model that trains epoch by epoch, can be stopped between any two steps, and goes on from its state.

`CompiledReplica` runs the compiled loop of QNL-Net and needs backend=exact; `TorchReplica` is a loop over torch for any
model and backend; `BestOfStarts` chooses among several first weights of either.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from qnlnet.config import RunConfig
from qnlnet.models import Features

BuildModel = Callable[..., nn.Module]


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave; accuracies in percent, the training accuracy as the steps saw it (with dropout).

    With `train.gradient_norms` it has the mean over the steps of the norm of each trained parameter's gradient.
    """

    number: int
    train_loss: float
    train_accuracy: float
    test_accuracy: float
    gradient_norms: Mapping[str, float] = field(default_factory=dict, hash=False)


class Stopped(Exception):  # noqa: N818 - a wish of the caller, not an error
    """Raised by a replica in the middle of an epoch after its `stop` was set."""


class Replica(ABC):
    """One seed of one cell.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.

    Attributes:
        epochs: Those that are done.
        stop: Set it from another thread to end an epoch that would take long.
        on_step: Called between two steps of an epoch that takes long; `state` is complete there.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features) -> None:
        self.config = config
        self.seed = seed
        self.features = features
        self.epochs: list[Epoch] = []
        self.stop = threading.Event()
        self.on_step: Callable[[], None] = lambda: None

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return len(self.epochs) >= self.config.train.epochs

    def compile(self) -> None:  # noqa: B027 - most have nothing to compile
        """Compiles what has to be, so that it does not count as training; changes nothing else."""

    @abstractmethod
    def advance(self) -> Epoch:
        """Trains one epoch, evaluates the test split, and returns what they gave.

        Raises:
            Stopped: `stop` was set; another call goes on from there.
        """

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Returns all that a replica in another process needs to go on from here: plain values and tensors.

        Weights, moments of the optimizer, every random stream, the epochs so far and the one under way. The learning
        rate follows from the number of epochs.
        """

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Continues where the replica was that returned `state`; configuration, seed and images must be the same."""

    @abstractmethod
    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the scores of the classes for inputs of shape (count, …): shape (count, classes)."""

    @abstractmethod
    def trained_model(self) -> nn.Module:
        """Returns the model with its present weights, in evaluation mode."""
