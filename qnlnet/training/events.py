"""Carries what happens in worker threads to the observer in the thread that waits for them."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.observer import Observer
from qnlnet.training.replica import Epoch

_SECONDS_DEAF = 0.2  # how long Ctrl-C may take
_MOST_UNTOLD = 1  # trained replicas that may wait while another one begins


@dataclass(frozen=True)
class _Event:
    job: Job
    tell: Callable[[Observer], None]
    ends: bool = False  # the job needs no more work
    trained: TrainedReplica | None = None


class Events(Observer):
    """An observer for workers, which forwards to another observer in another thread.

    Args:
        held: Gives a context in which no signal comes between the parts of a piece of work.
    """

    def __init__(self, held: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._queue: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._held = held
        self._untold = 0  # trained replicas in the queue, and the one that is being reported
        self._changed = threading.Condition()

    def on_started(self, job: Job) -> None:
        self._put(_Event(job, lambda observer: observer.on_started(job)))

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._put(_Event(job, lambda observer: observer.on_epoch(job, epoch)))

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        self._put(_Event(job, lambda observer: observer.on_resumed(job, epochs)))

    def on_trained(self, replica: TrainedReplica) -> None:
        self._put(_Event(replica.job, lambda observer: observer.on_trained(replica), ends=True, trained=replica))

    def on_failed(self, job: Job, error: Exception) -> None:
        self._put(_Event(job, lambda observer: observer.on_failed(job, error), ends=True))

    def on_finished_elsewhere(self, job: Job) -> None:
        self._put(_Event(job, lambda observer: observer.on_finished_elsewhere(job), ends=True))

    def on_note(self, job: Job, text: str) -> None:
        self._put(_Event(job, lambda observer: observer.on_note(job, text)))

    def wait_for_room(self, stop: threading.Event) -> None:
        """Waits while more than one trained replica is still to be reported, unless `stop` is set.

        Where replicas train faster than they are stored, a stop would otherwise have to store what has piled up.
        """
        with self._changed:
            while self._untold > _MOST_UNTOLD and not stop.is_set():
                self._changed.wait(_SECONDS_DEAF)

    def hand_on(self, observer: Observer) -> bool:
        """Waits for the next event and reports it to the observer; returns whether the event ends its job."""
        while True:  # in short pieces, between which a signal is heard
            with self._held():
                try:
                    event = self._queue.get(timeout=_SECONDS_DEAF)
                except queue.Empty:
                    observer.on_waiting()
                    continue
                try:
                    event.tell(observer)
                finally:
                    self._end(event)
                return event.ends

    def hand_on_trained(self, observer: Observer) -> None:
        """Reports to the observer all replicas that have finished by now, all at once, and forgets everything else."""
        with self._held():
            events = [self._queue.get() for _ in range(self._queue.qsize())]
            trained = [event.trained for event in events if event.trained is not None]
            try:
                if trained:
                    observer.on_last_trained(trained)
            finally:
                for event in events:
                    self._end(event)

    def _put(self, event: _Event) -> None:
        if event.trained is not None:
            with self._changed:
                self._untold += 1
        self._queue.put(event)

    def _end(self, event: _Event) -> None:
        # Only now: what the observer has stored is what another process looks for.
        if event.ends and event.job.keeper is not None:
            event.job.keeper.release()
        if event.trained is not None:
            with self._changed:
                self._untold -= 1
                self._changed.notify_all()
