"""What is to be trained, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.training.keeper import Keeper
from qnlnet.training.replica import Epoch


@dataclass(frozen=True, eq=False)
class Job:
    """One replica to train.

    Attributes:
        config: Its cell.
        seed: Its seed.
        features: Model inputs of both splits.
        keeper: Keeps its state; without one it is lost when the process ends.
        note: Asked, once the replica is built, for a sentence about it; an empty one is not reported.
        words: What it is called while it trains; empty: what `describe` says of its cell.
    """

    config: RunConfig
    seed: int
    features: Features
    keeper: Keeper | None = None
    note: Callable[[], str] = lambda: ""
    words: str = ""


@dataclass(frozen=True)
class TrainedReplica:
    """A replica after its last epoch.

    Attributes:
        job: What was asked for.
        epochs: All epochs in order.
        model: The trained model, in evaluation mode.
        aer_agreement: Share of test images with the same label on Aer, in [0, 1]; None if it was trained on a device,
            where asking for all labels again would cost as much as an epoch's evaluation.
        train_seconds: Time of training and of the evaluation after each epoch, in all processes that took part.
    """

    job: Job
    epochs: tuple[Epoch, ...]
    model: nn.Module
    aer_agreement: float | None
    train_seconds: float
