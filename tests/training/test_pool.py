"""Many replicas side by side: the same numbers as alone, reports in order, errors and Ctrl-C handed on."""

import itertools
import signal
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import Features
from qnlnet.training import Epoch, Job, Observer, TorchReplica, TrainedReplica, train_replicas
from qnlnet.training.compiled.network import flatten_parameters

MakeFeatures = Callable[..., Features]
Numbers = dict[tuple[str, int], Any]


@pytest.fixture(scope="module")
def jobs(make_features: MakeFeatures) -> list[Job]:
    """Three seeds of three cells."""
    cells = [
        load_config("reducer=cnn", "train.epochs=2"),
        load_config("reducer=cnn", "data=cifar10", "ansatz=2", "r=2", "train.epochs=2", "train.batch_size=4"),
        load_config("reducer=pca", "ansatz=1", "D=2", "train.epochs=2"),
    ]
    return [Job(cell, seed, make_features(cell, 30)) for cell in cells for seed in range(3)]


class Listener(Observer):
    """Hands what happens to functions."""

    def __init__(
        self,
        on_epoch: Callable[[Job, Epoch], object] = lambda job, epoch: None,
        on_trained: Callable[[TrainedReplica], object] = lambda replica: None,
    ) -> None:
        self._on_epoch, self._on_trained = on_epoch, on_trained

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._on_epoch(job, epoch)

    def on_trained(self, replica: TrainedReplica) -> None:
        self._on_trained(replica)


def train(jobs: Sequence[Job], workers: int | None) -> Numbers:
    """Returns epochs, agreement and weights of each replica."""
    numbers: Numbers = {}

    def keep(replica: TrainedReplica) -> None:
        config = replica.job.config
        key = (f"{config.data.name} {config.model.reducer.name}", replica.job.seed)
        numbers[key] = replica.epochs, replica.aer_agreement, flatten_parameters(replica.model).tobytes()

    train_replicas(jobs, Listener(on_trained=keep), workers=workers)
    return numbers


@pytest.fixture(scope="module")
def alone(jobs: list[Job]) -> Numbers:
    """The numbers of every replica, each trained with no other beside it."""
    return dict(itertools.chain.from_iterable(train([job], workers=1).items() for job in jobs))


def test_replicas_differ(alone: Numbers) -> None:
    assert len(alone) == 9
    assert len({weights for _, _, weights in alone.values()}) == 9


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 4, None])
def test_numbers_are_the_same_to_the_bit_whichever_others_train_beside_a_replica(
    workers: int | None, jobs: list[Job], alone: Numbers
) -> None:
    assert train(jobs, workers) == alone
    assert train(jobs[::-1], workers) == alone


def test_half_of_the_replicas_give_half_of_the_numbers(jobs: list[Job], alone: Numbers) -> None:
    half = train(jobs[1::2], workers=2)
    assert len(half) == 4
    assert half == {key: alone[key] for key in half}


def test_a_busy_global_generator_changes_nothing(jobs: list[Job], alone: Numbers) -> None:
    torch.manual_seed(123)
    before = torch.get_rng_state()
    assert train(jobs[:1], workers=1) == {("mnist cnn", 0): alone["mnist cnn", 0]}
    assert torch.equal(before, torch.get_rng_state())  # nothing draws from what all threads share


def test_reports_come_in_the_calling_thread_and_in_order(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "train.epochs=3")
    features = make_features(config, 10)
    events: list[tuple[str, int, int]] = []

    def on_epoch(job: Job, epoch: Epoch) -> None:
        events.append(("epoch", job.seed, epoch.number))

    def on_trained(replica: TrainedReplica) -> None:
        assert not replica.model.training
        assert replica.train_seconds > 0
        events.append(("trained", replica.job.seed, len(replica.epochs)))

    jobs = [Job(config, seed, features) for seed in range(2)]
    train_replicas(jobs, Listener(on_epoch, on_trained), workers=1)
    one = [("epoch", 1), ("epoch", 2), ("epoch", 3), ("trained", 3)]
    # While one replica is compared with Aer or reported, the next may begin: each has its own order.
    for seed in range(2):
        assert [(kind, number) for kind, replica, number in events if replica == seed] == one
    assert [seed for kind, seed, _ in events if kind == "trained"] == [0, 1]


def test_no_jobs_are_no_problem() -> None:
    train_replicas([], Observer())


def test_the_first_error_of_a_replica_stops_the_others(make_features: MakeFeatures) -> None:
    good = load_config("reducer=pca", "train.epochs=1000000")
    bad = load_config("reducer=pca", "backend=aer", "backend.noise=FakeManilaV7")
    features = make_features(good, 10)
    threads = torch.get_num_threads()
    with pytest.raises(ArgumentError, match=r"`backend.noise` must name a fake device .* but is 'FakeManilaV7'"):
        train_replicas([Job(good, 0, features), Job(bad, 0, features), Job(good, 1, features)], Observer(), workers=2)
    assert torch.get_num_threads() == threads


def test_ctrl_c_keeps_what_was_reported_and_stops_the_rest(make_features: MakeFeatures) -> None:
    short, endless = (load_config("reducer=pca", f"train.epochs={epochs}") for epochs in (1, 1_000_000))
    features = make_features(short, 10)
    finished: list[int] = []

    def on_epoch(job: Job, epoch: Epoch) -> None:
        if finished and job.config is endless:
            raise KeyboardInterrupt

    jobs = [Job(short, 0, features), Job(endless, 1, features), Job(endless, 2, features)]
    with pytest.raises(KeyboardInterrupt):
        train_replicas(jobs, Listener(on_epoch, lambda replica: finished.append(replica.job.seed)), workers=2)
    assert finished == [0]


def test_statevector_replicas_train_side_by_side_too(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "backend=statevector", "train.epochs=1")
    features = make_features(config, 3, 3)
    jobs = [Job(config, seed, features) for seed in range(2)]
    assert train(jobs, workers=2) == train(jobs[:1], workers=1) | train(jobs[1:], workers=1)


def test_the_calling_thread_keeps_its_denormal_numbers(make_features: MakeFeatures) -> None:
    # The threads of the pool flush them to zero, for Adam's fading moments would slow training down a hundredfold.
    config = load_config("reducer=pca", "train.epochs=1")
    train([Job(config, 0, make_features(config, 10))], workers=1)
    assert torch.tensor([1e-38]).mul(1e-3).item() > 0
    assert np.float32(1e-38) * np.float32(1e-3) > 0


@pytest.mark.parametrize("flush", [True, False])
def test_a_replica_may_keep_its_denormal_numbers(
    flush: bool, make_features: MakeFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config("reducer=pca", "layer=none", "train.optimizer=sgd", "train.epochs=1")
    config = config.override(f"train.flush_denormal={flush}")
    found: list[bool] = []
    advance = TorchReplica.advance

    def look(replica: TorchReplica) -> Epoch:
        found.append(torch.tensor([1e-38]).mul(1e-3).item() > 0)
        return advance(replica)

    monkeypatch.setattr(TorchReplica, "advance", look)
    train([Job(config, 0, make_features(config, 3))], workers=1)
    assert found == [not flush]


@pytest.mark.slow
def test_ctrl_c_does_not_wait_for_a_slow_epoch(make_features: MakeFeatures) -> None:
    config = load_config("reducer=pca", "backend=statevector", "train.epochs=1")
    features = make_features(config, 1_000)  # half a minute by parameter shift
    seen: list[object] = []
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with pytest.raises(KeyboardInterrupt):
            train_replicas([Job(config, 0, features)], Listener(lambda *event: seen.append(event)), workers=1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert not seen
