"""Signals that come while something must not be cut in two; and what may pile up until one comes."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from training.memory_keeper import Diary

from qnlnet.config import load_config
from qnlnet.models import Features
from qnlnet.training import Job, Observer, TrainedReplica, train_replicas
from qnlnet.training.interrupts import Interrupts

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Heard(Exception):  # noqa: N818 - stands for a signal
    """Raised by the handler of these tests."""


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Both signals raise `Heard`."""

    def hear(number: int, frame: object) -> None:
        raise Heard(number)

    previous = [signal.signal(number, hear) for number in SIGNALS]
    yield
    for number, handler in zip(SIGNALS, previous, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_heard_at_the_end_of_what_is_held(number: int) -> None:
    done: list[str] = []
    with Interrupts() as interrupts:
        with pytest.raises(Heard) as caught:
            kill_inside(interrupts, done, number)
        assert caught.value.args == (number,)
        assert len(done) == 1
        with pytest.raises(Heard):
            os.kill(os.getpid(), number)
        with interrupts.held():
            done.append("again")
    assert done[1:] == ["again"]


@pytest.mark.parametrize("second", SIGNALS)
def test_a_second_signal_is_heard_at_once(second: int) -> None:
    done: list[str] = []
    with Interrupts() as interrupts, pytest.raises(Heard) as caught:
        kill_inside(interrupts, done, signal.SIGTERM, second)
    assert caught.value.args == (second,)
    assert done == ["SIGTERM"]


def test_handlers_are_put_back_and_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts() as interrupts, interrupts.held():
        os.kill(os.getpid(), signal.SIGINT)
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_other_threads_change_no_handlers() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    inside: list[object] = []

    def work() -> None:
        with Interrupts() as interrupts, interrupts.held():
            inside.extend(signal.getsignal(number) for number in SIGNALS)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == before


def kill_inside(interrupts: Interrupts, done: list[str], *numbers: int) -> None:
    """Sends signals to this process while they are held back, and writes down how far it came."""
    with interrupts.held():
        for number in numbers:
            os.kill(os.getpid(), number)
            done.append(signal.Signals(number).name)


class Slow(Observer):
    """Takes longer to store a replica than it takes to train one; a signal comes while it stores the second."""

    def __init__(self) -> None:
        self.stored: list[int] = []
        self.last: list[int] = []

    def on_trained(self, replica: TrainedReplica) -> None:
        if len(self.stored) == 1:
            time.sleep(1.0)  # meanwhile the threads could train dozens
            os.kill(os.getpid(), signal.SIGTERM)
        self.stored.append(replica.job.seed)

    def on_last_trained(self, replicas: object) -> None:
        assert isinstance(replicas, list)
        self.last = [replica.job.seed for replica in replicas]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_leaves_at_most_one_more_replica_to_store_than_there_are_threads(
    workers: int, make_features: Callable[..., Features]
) -> None:
    config = load_config("reducer=pca", "train.epochs=1")
    features = make_features(config, 4)
    observer = Slow()
    with pytest.raises(Heard):
        train_replicas([Job(config, seed, features) for seed in range(300)], observer, workers=workers)
    assert len(observer.stored) == 2  # the one that was being stored is not lost
    assert 1 <= len(observer.last) <= workers + 1
    assert not set(observer.stored) & set(observer.last)


def test_without_a_signal_everything_is_told(make_features: Callable[..., Features]) -> None:
    config = load_config("reducer=pca", "train.epochs=1")
    features = make_features(config, 4)
    diary = Diary()
    train_replicas([Job(config, seed, features) for seed in range(20)], diary, workers=3)
    assert set(diary.trained) == set(range(20))
