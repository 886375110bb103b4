"""Carries what happens in worker threads to the observer in the thread that waits for them."""

import queue
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.observer import Observer
from qnlnet.training.replica import Epoch

_SECONDS_DEAF = 0.2  # how long Ctrl-C may take


@dataclass(frozen=True)
class _Event:
    job: Job
    tell: Callable[[Observer], None]
    ends: bool = False  # the job needs no more work
    trained: bool = False


class Events(Observer):
    """An observer for workers, which hands on to another observer in another thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Event] = queue.SimpleQueue()

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._queue.put(_Event(job, lambda observer: observer.on_epoch(job, epoch)))

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        self._queue.put(_Event(job, lambda observer: observer.on_resumed(job, epochs)))

    def on_trained(self, replica: TrainedReplica) -> None:
        self._queue.put(_Event(replica.job, lambda observer: observer.on_trained(replica), ends=True, trained=True))

    def on_failed(self, job: Job, error: Exception) -> None:
        self._queue.put(_Event(job, lambda observer: observer.on_failed(job, error), ends=True))

    def on_elsewhere(self, job: Job) -> None:
        self._queue.put(_Event(job, lambda observer: observer.on_elsewhere(job), ends=True))

    def on_note(self, job: Job, text: str) -> None:
        self._queue.put(_Event(job, lambda observer: observer.on_note(job, text)))

    def hand_on(self, observer: Observer) -> bool:
        """Waits for the next event and tells the observer; returns whether the event ends its job."""
        event = self._wait()
        _tell(event, observer)
        return event.ends

    def _wait(self) -> _Event:
        """Waits in short pieces: Python hears of a signal that has reached another thread only between two of them."""
        while True:
            with suppress(queue.Empty):
                return self._queue.get(timeout=_SECONDS_DEAF)

    def hand_on_trained(self, observer: Observer) -> None:
        """Tells the observer of all replicas that have finished by now, and forgets everything else."""
        while not self._queue.empty():
            if (event := self._queue.get()).trained:
                _tell(event, observer)
            elif event.ends and event.job.keeper is not None:
                event.job.keeper.release()


def _tell(event: _Event, observer: Observer) -> None:
    try:
        event.tell(observer)
    finally:
        # Only now: what the observer has stored is what another process looks for.
        if event.ends and event.job.keeper is not None:
            event.job.keeper.release()
