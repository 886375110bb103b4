"""Which job comes next: in order, but what another process is training waits until the others are done."""

import threading
from collections import deque
from collections.abc import Sequence

from qnlnet.training.job import Job
from qnlnet.training.observer import Observer

_SECONDS_BETWEEN_LOOKS = 0.5


class Schedule:
    """Hands out jobs to several threads; each job that it hands out is claimed.

    Args:
        jobs: All jobs, in the order in which they are to start.
        stop: Ends the waiting for jobs that other processes hold.
        observer: Hears of jobs that another process is training and of those that cannot be claimed.
    """

    def __init__(self, jobs: Sequence[Job], stop: threading.Event, observer: Observer) -> None:
        self._pending = deque(jobs)
        self._waited_for: set[Job] = set()
        self._stop = stop
        self._observer = observer
        self._lock = threading.Lock()

    def next(self) -> Job | None:
        """Returns a job, claimed, or None when there is none left or `stop` is set."""
        while not self._stop.is_set():
            with self._lock:
                if (job := self._claim_one()) is not None or not self._pending:
                    return job
            self._stop.wait(_SECONDS_BETWEEN_LOOKS)
        return None

    def _claim_one(self) -> Job | None:
        for _ in range(len(self._pending)):
            job = self._pending.popleft()
            try:
                if job.keeper is None or job.keeper.claim():
                    return job
            except Exception as error:  # noqa: BLE001 - the observer decides; raised here, it would end the thread unheard
                self._observer.on_failed(job, error)
                continue
            self._pending.append(job)
            if job not in self._waited_for:
                self._waited_for.add(job)
                self._observer.on_note(job, "another process is training it; its result will be taken over")
        return None
