"""What the loops over mini-batches share: the order of the images, the learning rate, the epochs and the streams."""

import dataclasses
import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.backends import find_streams
from qnlnet.config import RunConfig, TrainConfig
from qnlnet.models import Features, build_model
from qnlnet.seeding import generator
from qnlnet.training.replica import BuildModel, Epoch, Replica
from qnlnet.training.scoring import labels_of


@dataclass
class EpochUnderWay:
    """An epoch between its first step and its evaluation.

    Attributes:
        order: Which images, in which order, int64, shape (count,).
        done: How many of them were seen.
        total: Sum of their losses.
        correct: How many of them were answered right.
        gradient_norms: Sums over the steps of the norms of gradients, by the parameters' names; see `TrainConfig`.
    """

    order: NDArray[np.int64]
    done: int = 0
    total: float = 0.0
    correct: int = 0
    gradient_norms: dict[str, float] = field(default_factory=dict)


def _plain(under_way: EpochUnderWay) -> dict[str, Any]:
    """Returns an epoch under way as plain values and tensors, which do not change with it."""
    norms = dict(under_way.gradient_norms)
    return {**vars(under_way), "order": torch.from_numpy(under_way.order), "gradient_norms": norms}


def learning_rate(protocol: TrainConfig, epochs_done: int, steps_done: int = 0) -> float:
    """Returns the learning rate of the epoch that comes next; with `decay_steps` that of the step that does.

    Args:
        protocol: What says how it falls.
        epochs_done: Epochs so far.
        steps_done: Steps so far, of all epochs; without `decay_steps` they do not count.
    """
    by_steps = protocol.decay_steps is not None
    done = steps_done / protocol.decay_steps if protocol.decay_steps is not None else epochs_done
    if protocol.schedule == "cosine":
        share = math.pi * min(done, 1) if by_steps else math.pi * done / protocol.epochs
        floor = protocol.cosine_floor
        return protocol.learning_rate * (floor + (1 - floor) * ((1 + math.cos(share)) / 2))
    if protocol.schedule == "milestones":
        return protocol.learning_rate * protocol.lr_decay ** sum(epochs_done >= each for each in protocol.milestones)
    return protocol.learning_rate * protocol.lr_decay**done


def _count_in_whole_batches(count: int, protocol: TrainConfig) -> int:
    """Returns how many of some images are in batches of full size; all, where they are fewer than one has."""
    return count - count % protocol.batch_size or count


class StepwiseReplica(Replica):
    """A replica that trains in steps, each on a mini-batch.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.
        build: Builds the untrained model from `config` and `seed`; another one than the cell's serves comparisons.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features)
        self.model = build(config, seed)
        self._shuffling = generator(seed, "shuffling")
        self._under_way: EpochUnderWay | None = None

    def advance(self) -> Epoch:
        if self._under_way is None:
            self._under_way = EpochUnderWay(self._draw_order())
        under_way = self._under_way
        self._train(under_way, learning_rate(self.config.train, len(self.epochs)))
        count = len(under_way.order)
        steps = math.ceil(count / self.config.train.batch_size)
        right = self._find_right()
        epoch = Epoch(
            len(self.epochs) + 1,
            under_way.total / count,
            100 * under_way.correct / count,
            100 * float(right.mean()),
            {name: total / steps for name, total in under_way.gradient_norms.items()},
        )
        self.epochs.append(epoch)
        self._under_way = None
        return epoch

    def state(self) -> dict[str, Any]:
        under_way = self._under_way
        return {
            "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs],
            "shuffling": self._shuffling.bit_generator.state,
            "streams": {name: stream.stream_state() for name, stream in find_streams(self.model).items()},
            "under_way": under_way and _plain(under_way),
            **self._own_state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.epochs = [Epoch(*values) for values in state["epochs"]]
        self._shuffling.bit_generator.state = state["shuffling"]
        for name, stream in find_streams(self.model).items():
            stream.restore_stream_state(state["streams"][name])
        under_way = state["under_way"]
        self._under_way = under_way and EpochUnderWay(**{**under_way, "order": under_way["order"].numpy()})
        self._restore_own_state(state)

    def _draw_order(self) -> NDArray[np.int64]:
        train, count = self.config.train, len(self.features.train)
        order = self._shuffling.permutation(count) if train.shuffle else np.arange(count)
        return order[: _count_in_whole_batches(count, train)] if train.drop_last else order

    def _find_right(self) -> NDArray[np.bool_]:
        """Returns which test images are answered right, shape (count,)."""
        right = labels_of(self.scores(self.features.test)) == self.features.test_labels
        if self.config.train.drop_last_test:
            right[_count_in_whole_batches(len(right), self.config.train) :] = False
        return right

    @abstractmethod
    def _train(self, under_way: EpochUnderWay, rate: float) -> None:
        """Trains on the inputs of `under_way` that are still to be seen, and counts them there."""

    @abstractmethod
    def _own_state(self) -> dict[str, Any]:
        """Returns what this kind of replica adds to `state`."""

    @abstractmethod
    def _restore_own_state(self, state: Mapping[str, Any]) -> None:
        """Takes over what `_own_state` gave."""
