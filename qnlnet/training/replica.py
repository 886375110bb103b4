"""One replica: a model, its optimizer and its random streams, advanced epoch by epoch.

`CompiledReplica` runs the compiled loop and needs backend=exact; `PlainReplica` is a loop over torch and
TorchConnector(EstimatorQNN) for any backend. Both give the same numbers to float32 rounding.
"""

import dataclasses
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.models import Features, QNLNet, SeededDropout2d, build_model
from qnlnet.seeding import generator
from qnlnet.training.scoring import predict

BuildModel = Callable[..., QNLNet]


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave; accuracies in percent, the training accuracy as the steps saw it (with dropout)."""

    number: int
    train_loss: float
    train_accuracy: float
    test_accuracy: float


@dataclass
class EpochUnderWay:
    """An epoch between its first step and its evaluation.

    Attributes:
        order: Which images, in which order, int64, shape (count,).
        done: How many of them were seen.
        total: Sum of their losses.
        correct: How many of them were answered right.
    """

    order: NDArray[np.int64]
    done: int = 0
    total: float = 0.0
    correct: int = 0


class Stopped(Exception):  # noqa: N818 - a wish of the caller, not an error
    """Raised by a replica in the middle of an epoch after its `stop` was set."""


@dataclass
class _Choice:
    """Where the choice among several first weights is.

    Attributes:
        number: How many were tried.
        best: The state of the best of them.
        best_loss: Its training loss.
        candidate: The replica that is being tried.
    """

    number: int = 0
    best: dict[str, Any] | None = None
    best_loss: float = math.inf
    candidate: "Replica | None" = None

    def state(self) -> dict[str, Any]:
        """Returns the attributes as plain values and tensors."""
        return {**vars(self), "candidate": self.candidate and self.candidate.state()}


class Replica(ABC):
    """One seed of one cell.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.
        build: Builds the untrained model from `config` and `seed`, and from `start` where there are several; another
            one than the paper's serves comparisons.

    Attributes:
        stop: Set it from another thread to end an epoch that would take long.
        on_step: Called between two steps of an epoch that takes long; `state` is complete there.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        self.config = config
        self._build = build
        self.seed = seed
        self.features = features
        self.model = build(config, seed)
        self.epochs: list[Epoch] = []
        self.stop = threading.Event()
        self.on_step: Callable[[], None] = lambda: None
        self._shuffling = generator(seed, "shuffling")
        self._under_way: EpochUnderWay | None = None
        self._choice = _Choice()
        self._dropout = next((layer for layer in self.model.reducer if isinstance(layer, SeededDropout2d)), None)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return len(self.epochs) >= self.config.train.epochs

    def advance(self) -> Epoch:
        """Trains one epoch, evaluates the test split, and returns what they gave.

        Raises:
            Stopped: `stop` was set; another call goes on from there.
        """
        if self.config.train.starts > 1 and not self.epochs:
            return self._choose_start()
        if self._under_way is None:
            self._under_way = EpochUnderWay(self._draw_order())
        under_way = self._under_way
        rate = self.config.train.learning_rate * self.config.train.lr_decay ** len(self.epochs)
        self._train(under_way, rate)
        count = len(under_way.order)
        right = predict(self.scores(self.features.test)) == self.features.test_labels
        epoch = Epoch(
            len(self.epochs) + 1, under_way.total / count, 100 * under_way.correct / count, 100 * float(right.mean())
        )
        self.epochs.append(epoch)
        self._under_way = None
        return epoch

    def compile(self) -> None:  # noqa: B027 - most have nothing to compile
        """Compiles what has to be, so that it does not count as training; changes nothing else."""

    def _choose_start(self) -> Epoch:
        """Trains an epoch from several first weights and goes on from the one with the smallest training loss.

        Sines have local minima, and a replica that begins beside one stays there; the first epoch tells.
        """
        choice = self._choice
        while choice.number < self.config.train.starts:
            candidate = choice.candidate = choice.candidate or self._build_candidate(choice.number)
            candidate.stop, candidate.on_step = self.stop, self.on_step
            loss = candidate.advance().train_loss
            if choice.best is None or loss < choice.best_loss:
                choice.best, choice.best_loss = candidate.state(), loss
            choice.number, choice.candidate = choice.number + 1, None
        assert choice.best is not None
        self._choice = _Choice()
        self.restore(choice.best)
        return self.epochs[0]

    def _build_candidate(self, start: int) -> "Replica":
        train = self.config.train.model_copy(update={"starts": 1})
        config = self.config.model_copy(update={"train": train})
        return type(self)(config, self.seed, self.features, partial(self._build, start=start))

    def state(self) -> dict[str, Any]:
        """Returns all that a replica in another process needs to go on from here: plain values and tensors.

        Weights, moments of the optimizer, every random stream, the epochs so far and the one under way. The learning
        rate follows from the number of epochs.
        """
        under_way = self._under_way
        return {
            "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs],
            "shuffling": self._shuffling.bit_generator.state,
            "dropout": None if self._dropout is None else self._dropout.generator.bit_generator.state,
            "under_way": under_way and {**vars(under_way), "order": torch.from_numpy(under_way.order)},
            "choice": self._choice.state(),
            **self._own_state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Puts this replica where the one was that gave `state`; configuration, seed and images must be the same."""
        self.epochs = [Epoch(*values) for values in state["epochs"]]
        self._shuffling.bit_generator.state = state["shuffling"]
        if self._dropout is not None:
            self._dropout.generator.bit_generator.state = state["dropout"]
        under_way = state["under_way"]
        self._under_way = under_way and EpochUnderWay(**{**under_way, "order": under_way["order"].numpy()})
        self._restore_own_state(state)
        self._choice = _Choice(**{**state["choice"], "candidate": None})
        if (candidate := state["choice"]["candidate"]) is not None:
            self._choice.candidate = self._build_candidate(self._choice.number)
            self._choice.candidate.restore(candidate)

    def _draw_order(self) -> NDArray[np.int64]:
        count = len(self.features.train)
        return self._shuffling.permutation(count) if self.config.train.shuffle else np.arange(count)

    @abstractmethod
    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns what the head gives for inputs of shape (count, …): y, shape (count, 1), or (count, classes)."""

    @abstractmethod
    def trained_model(self) -> QNLNet:
        """Returns the model with its present weights, in evaluation mode."""

    @abstractmethod
    def _train(self, under_way: EpochUnderWay, rate: float) -> None:
        """Trains on the inputs of `under_way` that are still to be seen, and counts them there."""

    @abstractmethod
    def _own_state(self) -> dict[str, Any]:
        """Returns what this kind of replica adds to `state`."""

    @abstractmethod
    def _restore_own_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `_own_state` gave."""
