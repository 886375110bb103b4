"""The learning rate of each step, and what a schedule changes beside it."""

import math

from qnlnet.config import TrainConfig

_WARM_UP = 0.3  # of all steps of one cycle; this and the four that follow are those of torch's OneCycleLR
_FIRST_SHARE = 1 / 25  # of the largest rate
_LAST_SHARE = _FIRST_SHARE / 1e4
_SLOW_DECAY, _FAST_DECAY = 0.95, 0.85  # of Adam's mean of gradients, at the smallest and the largest rate


def learning_rate(protocol: TrainConfig, epochs_done: int, step: int = 0, steps: int = 1) -> float:
    """Returns the learning rate of a step.

    Args:
        protocol: The schedule.
        epochs_done: How many epochs are done.
        step: Which step of the epoch that comes next, from 0.
        steps: How many steps an epoch has.
    """
    done: float = epochs_done
    if protocol.decay_steps is not None:
        done = (epochs_done * steps + step) / protocol.decay_steps
    if protocol.schedule == "cosine":
        share = done / protocol.epochs if protocol.decay_steps is None else min(done, 1)
        return _anneal(protocol.learning_rate, protocol.min_learning_rate, share)
    if protocol.schedule == "milestones":
        return protocol.learning_rate * protocol.lr_decay ** sum(epochs_done >= each for each in protocol.milestones)
    if protocol.schedule == "one_cycle":
        first, last = protocol.learning_rate * _FIRST_SHARE, protocol.learning_rate * _LAST_SHARE
        return _go_through_cycle(protocol, epochs_done * steps + step, steps, first, protocol.learning_rate, last)
    if protocol.schedule == "cosine_restarts":
        assert protocol.restart_every is not None  # what the schema makes sure of
        count = epochs_done if protocol.restart_unit == "epochs" else epochs_done * steps + step
        share = count % protocol.restart_every / protocol.restart_every
        return _anneal(protocol.learning_rate, protocol.min_learning_rate, share)
    return protocol.learning_rate * protocol.lr_decay**done


def gradient_decay(protocol: TrainConfig, epochs_done: int, step: int, steps: int) -> float | None:
    """Returns the factor of Adam's mean of gradients in a step, β₁; None where the schedule leaves it alone.

    Args:
        protocol: The schedule.
        epochs_done: How many epochs are done.
        step: Which step of the epoch that comes next, from 0.
        steps: How many steps an epoch has.
    """
    if protocol.schedule != "one_cycle" or protocol.optimizer == "sgd":
        return None
    return _go_through_cycle(protocol, epochs_done * steps + step, steps, _SLOW_DECAY, _FAST_DECAY, _SLOW_DECAY)


def changes_in_an_epoch(protocol: TrainConfig) -> bool:
    """Returns whether the rate depends on the step, and not on the epoch alone."""
    return protocol.schedule in ("one_cycle", "cosine_restarts") or protocol.decay_steps is not None


def _go_through_cycle(protocol: TrainConfig, done: int, steps: int, first: float, middle: float, last: float) -> float:
    """Returns a value that goes from `first` to `middle` and on to `last` while all steps are made."""
    total = protocol.epochs * steps
    peak = _WARM_UP * total - 1
    if done <= peak:
        return _anneal(first, middle, done / peak)
    return _anneal(middle, last, (done - peak) / (total - 1 - peak))


def _anneal(start: float, end: float, share: float) -> float:
    """Returns what lies between two values on half a cosine."""
    return end + (start - end) * ((1 + math.cos(math.pi * share)) / 2)
