"""How long a training will take, from what its epochs have taken so far."""

import time
from collections.abc import Callable, Sequence

from qnlnet.config import RunConfig
from qnlnet.training.job import Job

_MOST = 0.95  # of an epoch under way that may count as passed: what has not ended has something left


class Remaining:
    """An estimate that is measured: each cell by its own epochs, those that have not begun by the mean of the others.

    Args:
        jobs: Everything that will be trained.
        clock: Returns seconds.
    """

    def __init__(self, jobs: Sequence[Job], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin = clock()
        self._left = {job: _units(job.config, job.config.train.epochs) for job in jobs}
        self._since: dict[Job, float] = {}
        self._measured: dict[RunConfig, tuple[float, int]] = {}  # seconds and units

    def on_started(self, job: Job) -> None:
        """A thread has begun with a job."""
        self._since[job] = self._clock()

    def on_epoch(self, job: Job, number: int) -> None:
        """An epoch has ended."""
        now = self._clock()
        units = _units(job.config, number) - _units(job.config, number - 1)
        seconds, before = self._measured.get(job.config, (0.0, 0))
        self._measured[job.config] = (seconds + now - self._since.get(job, self._begin), before + units)
        self._since[job] = now
        self._left[job] = max(0, self._left.get(job, 0) - units)

    def skip(self, job: Job, epochs: int) -> None:
        """Epochs of a job need no work here."""
        self._left[job] = max(0, self._left.get(job, 0) - _units(job.config, epochs))
        self._since[job] = self._clock()

    def drop(self, job: Job) -> None:
        """A job needs no more work."""
        self._left[job] = 0

    @property
    def seconds(self) -> float | None:
        """What is left, of all threads together; None before the first epoch has ended."""
        if not self._measured:
            return None
        rates = {config: seconds / units for config, (seconds, units) in self._measured.items()}
        usual = sum(rates.values()) / len(rates)
        busy = sum(seconds for seconds, _ in self._measured.values())
        side_by_side = max(1.0, busy / max(self._clock() - self._begin, 1e-9))
        now = self._clock()
        return sum(self._seconds_of(job, rates.get(job.config, usual), now) for job in self._left) / side_by_side

    def _seconds_of(self, job: Job, rate: float, now: float) -> float:
        """Returns what is left of one job; of an epoch that is under way, what has passed is not."""
        units = self._left[job]
        passed = min(now - self._since[job], _MOST * rate) if units and job in self._since else 0.0
        return units * rate - passed

    @property
    def share_done(self) -> float:
        """The share of the whole time that has passed, in [0, 1]."""
        left = self.seconds
        passed = self._clock() - self._begin
        return 0.0 if left is None else passed / max(passed + left, 1e-9)


def _units(config: RunConfig, epochs: int) -> int:
    """Returns how often the training images are seen for so many epochs; the first may have several starts."""
    return epochs + config.train.starts - 1 if epochs else 0
