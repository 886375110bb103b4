"""One replica: a model, its optimizer and its random streams, advanced epoch by epoch.

`CompiledReplica` runs the compiled loop and needs backend=exact; `PlainReplica` is a loop over torch and
TorchConnector(EstimatorQNN) for any backend. Both give the same numbers to float32 rounding.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from qnlnet.config import RunConfig
from qnlnet.models import Features, QNLNet, SeededDropout2d, build_model, draw_dropout_masks
from qnlnet.seeding import generator
from qnlnet.training.network import flatten_parameters, read_network, restore_parameters
from qnlnet.training.steps import CROSS_ENTROPY, RAW_NLL, allocate_workspace, score_inputs, train_epoch

BuildModel = Callable[[RunConfig, int], QNLNet]

EVALUATION_BATCH = 512


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave; accuracies in percent, the training accuracy as the steps saw it (with dropout)."""

    number: int
    train_loss: float
    train_accuracy: float
    test_accuracy: float


class Stopped(Exception):  # noqa: N818 - a wish of the caller, not an error
    """Raised by a replica in the middle of an epoch after its `stop` was set."""


class Replica(ABC):
    """One seed of one cell.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.
        build: Builds the untrained model from `config` and `seed`; another one than the paper's serves comparisons.

    Attributes:
        stop: Set it from another thread to end an epoch that would take long.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        self.config = config
        self.seed = seed
        self.features = features
        self.model = build(config, seed)
        self.epochs: list[Epoch] = []
        self.stop = threading.Event()
        self._shuffling = generator(seed, "shuffling")

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return len(self.epochs) >= self.config.train.epochs

    def advance(self) -> Epoch:
        """Trains one epoch, evaluates the test split, and returns what they gave.

        Raises:
            Stopped: `stop` was set; the replica can not go on from there.
        """
        count = len(self.features.train)
        order = self._shuffling.permutation(count) if self.config.train.shuffle else np.arange(count)
        rate = self.config.train.learning_rate * self.config.train.lr_decay ** len(self.epochs)
        total, correct = self._train(order, rate)
        right = predict(self.scores(self.features.test)) == self.features.test_labels
        epoch = Epoch(len(self.epochs) + 1, total / count, 100 * correct / count, 100 * float(right.mean()))
        self.epochs.append(epoch)
        return epoch

    @abstractmethod
    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns y, the score of class 0, for model inputs of shape (count, …); shape (count,)."""

    @abstractmethod
    def trained_model(self) -> QNLNet:
        """Returns the model with its present weights, in evaluation mode."""

    @abstractmethod
    def _train(self, order: NDArray[np.int64], rate: float) -> tuple[float, int]:
        """Trains on the inputs in `order`; returns the sum of the losses and the number of right answers."""


def predict(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the label that the scores (y, 1 − y) name: 0 where y ≥ 1 − y, else 1."""
    return np.where(scores >= np.float32(1) - scores, 0, 1)


class CompiledReplica(Replica):
    """A replica that trains in the compiled loop (backend=exact)."""

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features, build)
        self._network = read_network(self.model, features.train.shape[1:])
        parameters = flatten_parameters(self.model)
        self._state = np.stack([parameters, np.zeros_like(parameters), np.zeros_like(parameters)])
        self._gradient = np.zeros_like(parameters)
        self._workspace = allocate_workspace(self._network)
        self._steps_done = 0
        self._dropout = next((layer for layer in self.model.reducer if isinstance(layer, SeededDropout2d)), None)

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = np.empty(len(inputs), np.float32)
        score_inputs(self._network, self._state[0], _flatten(inputs), self._workspace, scores)
        return scores

    def trained_model(self) -> QNLNet:
        restore_parameters(self.model, self._state[0])
        return self.model.eval()

    def _train(self, order: NDArray[np.int64], rate: float) -> tuple[float, int]:
        protocol, inputs = self.config.train, self.features.train
        masks = np.empty((len(order), 0), np.float32)
        if self._dropout is not None:
            channels = int(self._network.convolutions[-1, 3])
            masks = draw_dropout_masks(self._dropout.generator, len(order), channels, self._dropout.p)
        total, correct = train_epoch(
            self._network,
            _flatten(inputs),
            self.features.train_labels,
            order,
            masks,
            self._state,
            self._gradient,
            self._steps_done,
            rate,
            RAW_NLL if protocol.loss == "raw_nll" else CROSS_ENTROPY,
            protocol.batch_size,
            self._workspace,
        )
        self._steps_done += -(-len(order) // protocol.batch_size)
        return total, correct


def _flatten(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns inputs of shape (count, …) as one row each, which the compiled loop wants to lie in one piece."""
    return np.ascontiguousarray(inputs).reshape(len(inputs), -1)


class PlainReplica(Replica):
    """A replica that trains in a plain torch loop, on any backend."""

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features, build)
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=config.train.learning_rate)
        self._loss = nn.NLLLoss() if config.train.loss == "raw_nll" else nn.CrossEntropyLoss()

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return score_with_model(self.model, inputs)

    def trained_model(self) -> QNLNet:
        return self.model.eval()

    def _train(self, order: NDArray[np.int64], rate: float) -> tuple[float, int]:
        self._optimizer.param_groups[0]["lr"] = rate
        self.model.train()
        total, correct = 0.0, 0
        for start in range(0, len(order), self.config.train.batch_size):
            batch = order[start : start + self.config.train.batch_size]
            if self.stop.is_set():  # an epoch by parameter shift takes minutes
                raise Stopped
            labels = torch.from_numpy(self.features.train_labels[batch])
            self._optimizer.zero_grad()
            scores = self.model(torch.from_numpy(self.features.train[batch]))
            loss = self._loss(scores, labels)
            loss.backward()
            self._optimizer.step()
            total += loss.item() * len(batch)
            correct += int((scores.argmax(dim=1) == labels).sum())
        return total, correct


def score_with_model(model: QNLNet, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns y for each input, as the torch model computes it in evaluation mode; shape (count,)."""
    model.eval()
    with torch.no_grad():
        parts = [model(torch.from_numpy(part))[:, 0] for part in _batches(inputs)]
    return torch.cat(parts).numpy()


def _batches(inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [inputs[start : start + EVALUATION_BATCH] for start in range(0, len(inputs), EVALUATION_BATCH)]


def build_replica(config: RunConfig, seed: int, features: Features) -> Replica:
    """Builds the replica that trains fastest on the configured backend."""
    kind = CompiledReplica if config.backend.name == "exact" else PlainReplica
    return kind(config, seed, features)
