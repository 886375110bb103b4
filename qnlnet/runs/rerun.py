"""Trains a stored row again and compares everything that it holds, to the last digit."""

import math
from collections.abc import Iterable
from typing import Any

from qnlnet.config import RunConfig, RuntimeConfig, config_hash
from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError, argument_error
from qnlnet.models import prepare_features
from qnlnet.records.stored import StoredRow, row_id
from qnlnet.runs.chance import has_converged
from qnlnet.training import Job, Progress, TrainedReplica, check_budget, train_replicas

_EPOCH_NUMBERS = ("train_loss", "train_accuracy", "test_accuracy")


def check_same_cell(config: RunConfig, stored: StoredRow) -> None:
    """Raises an error unless training `config` could repeat the row.

    Raises:
        ArgumentError: It is the configuration of another cell, or the row comes from a quantum computer.
    """
    if config_hash(config) != stored.row["config_hash"]:
        raise ArgumentError(
            f"The configuration must be {stored.row['config_hash']} to repeat the row {row_id(stored.row)}, but is "
            f"{config_hash(config)}. Only data.root, data.verify, workers and the like may be overridden freely. If "
            "the row was trained with something that no column shows, such as train.batch_size=4, say so again."
        )
    if isinstance(config.backend, RuntimeConfig) and not config.backend.is_local:
        raise argument_error(
            "row_id",
            "name a row that was trained on a simulator",
            row_id(stored.row),
            f"{config.backend.name} is a quantum computer, which never gives the same numbers twice.",
        )


def train_again(config: RunConfig, seed: int, dataset: Dataset) -> TrainedReplica:
    """Trains one seed from its start, with progress on the terminal; nothing is written anywhere.

    Args:
        config: The cell.
        seed: Which of its replicas.
        dataset: Its images.

    Raises:
        ArgumentError: It would train on a simulated device, and `backend.budget_seconds` is missing.
        RequestRefusedError: That budget does not suffice.
        KeyboardInterrupt: After Ctrl-C.
    """
    features = prepare_features(dataset, config)
    check_budget(config, features, 1)
    jobs = [Job(config, seed, features)]
    watched = _Watched(jobs)
    with watched:
        train_replicas(jobs, watched, workers=1)
    return watched.trained[0]


class _Watched(Progress):
    """Keeps what was trained; an error ends everything."""

    def __init__(self, jobs: list[Job]) -> None:
        super().__init__(jobs)
        self.trained: list[TrainedReplica] = []

    def on_trained(self, replica: TrainedReplica) -> None:
        self.trained.append(replica)
        super().on_trained(replica)

    def on_failed(self, job: Job, error: Exception) -> None:
        raise error


def compare(stored: StoredRow, replica: TrainedReplica, dataset: Dataset) -> list[str]:
    """Returns a sentence for everything in which the replica differs from the row; none if all digits are the same.

    Compared are the images, loss and accuracies of every epoch, the accuracies of the last and of the best one, whether
    the seed counts as converged, and the agreement with Aer. Times, commit and versions are not.
    """
    row, last = stored.row, replica.epochs[-1]
    now = {
        "data_fingerprint": dataset.fingerprint,
        "train_accuracy": last.train_accuracy,
        "test_accuracy": last.test_accuracy,
        "best_epoch_test_accuracy": max(epoch.test_accuracy for epoch in replica.epochs),
        "converged": has_converged(replica.job.config, dataset, last.test_accuracy),
        "aer_agreement": math.nan if replica.aer_agreement is None else replica.aer_agreement,
    }
    differences = [
        f"{name} was {row[name]} and is {value}." for name, value in now.items() if not _same(row[name], value)
    ]
    if len(stored.epochs) != len(replica.epochs):
        differences.append(f"There were {len(stored.epochs)} epochs and are {len(replica.epochs)}.")
    for name in _EPOCH_NUMBERS:
        pairs = zip(stored.epochs[name], (getattr(epoch, name) for epoch in replica.epochs), strict=False)
        differences += _compare_epochs(name, pairs)
    return differences


def _compare_epochs(name: str, pairs: Iterable[tuple[float, float]]) -> list[str]:
    pairs = list(pairs)
    unequal = [(number, *pair) for number, pair in enumerate(pairs, start=1) if not _same(*pair)]
    if not unequal:
        return []
    first, before, after = unequal[0]
    largest = max((abs(then - now) for _, then, now in unequal if math.isfinite(then - now)), default=math.nan)
    return [
        f"{name} differs in {len(unequal)} of {len(pairs)} epochs, by {largest:.2g} at most; first in epoch {first}, "
        f"where it was {before!r} and is {after!r}."
    ]


def _same(then: Any, now: Any) -> bool:
    both_missing = isinstance(then, float) and isinstance(now, float) and math.isnan(then) and math.isnan(now)
    return bool(both_missing or then == now)
