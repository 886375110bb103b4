"""What a person sees while replicas train: a bar on a terminal, a plain line per replica elsewhere."""

import sys
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from tqdm import tqdm

from qnlnet.compilation import is_cached
from qnlnet.config import RunConfig, unusual_settings
from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.observer import Observer
from qnlnet.training.remaining import Remaining
from qnlnet.training.replica import Epoch

_TICK = 1.0  # seconds between two looks at the clock


class Progress(Observer):
    """Reports on `jobs` while they train; use it as a context manager around `train_replicas`.

    Args:
        jobs: Everything that will be trained.
        stream: Where to write, None for standard error; a terminal gets a bar.
        what: What a reader calls the jobs.
    """

    def __init__(self, jobs: Sequence[Job], stream: Any = None, what: str = "replicas") -> None:
        self._what = what
        self._stream = stream = sys.stderr if stream is None else stream
        self._total = len(jobs)
        self._trained = self._failed = 0
        self._time = Remaining(jobs)
        self._doing = ""
        self._shown = time.monotonic()
        self._bar: tqdm | None = None
        if any(job.config.backend.name == "exact" for job in jobs) and not is_cached():
            print("Compiling the training loop, once per machine and version: half a minute.", file=stream, flush=True)
        if stream.isatty():
            layout = "{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}"
            self._bar = tqdm(total=1.0, file=stream, bar_format=layout, dynamic_ncols=True, desc=self._count())

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        """Counts an epoch."""
        self._time.on_epoch(job, epoch.number)
        if self._bar is not None:
            self._doing = f"{_name(job)}, epoch {epoch.number}: {epoch.test_accuracy:.2f} %"
            self._update()

    def on_started(self, job: Job) -> None:
        """Starts the clock of a replica."""
        self._time.on_started(job)
        if self._bar is not None and not self._doing:
            self._doing = f"{_name(job)} begins"
            self._update()

    def on_waiting(self) -> None:
        """Lets the clock of the bar go on while nothing ends, such as one long fit."""
        if self._bar is not None and time.monotonic() - self._shown >= _TICK:
            self._update()

    def _update(self) -> None:
        assert self._bar is not None
        self._shown = time.monotonic()
        self._bar.n = self._time.share_done
        self._bar.set_postfix_str(f"{self._remaining()} left, {self._doing}")

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        """Says behind which epoch a replica goes on."""
        self._time.skip(job, len(epochs))
        self.on_note(job, f"goes on after epoch {len(epochs)} of {job.config.train.epochs}")

    def on_finished_elsewhere(self, job: Job) -> None:
        """Says that another process was first."""
        self._trained += 1
        self._time.drop(job)
        self.on_note(job, "finished by another process")

    def on_failed(self, job: Job, error: Exception) -> None:
        """Says what went wrong; the others go on."""
        self._failed += 1
        self._time.drop(job)
        self.on_note(job, f"failed: {error}")

    def on_note(self, job: Job, text: str) -> None:
        """Writes a line about a replica."""
        self._write(f"{_name(job)}: {text}")

    def on_cell_note(self, config: RunConfig, text: str) -> None:
        """Writes a line about a cell."""
        self._write(f"{describe(config)}: {text}")

    def on_trained(self, replica: TrainedReplica) -> None:
        """Reports a finished replica."""
        self._trained += 1
        last, job = replica.epochs[-1], replica.job
        line = (
            f"{_name(job)}: train {last.train_accuracy:.2f} %, "
            f"{job.config.data.evaluate_on} {last.test_accuracy:.2f} %, {replica.train_seconds:.1f} s"
        )
        self._write(line if self._bar is not None else f"{line} [{self._count()}, {self._remaining()} left]")

    def _write(self, line: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(self._count())
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)

    def _count(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._trained}/{self._total} {self._what}{failed}"

    def _remaining(self) -> str:
        seconds = self._time.seconds
        if seconds is None:
            return "an unknown time"
        return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"


def _name(job: Job) -> str:
    return f"{job.words or describe(job.config)}, seed {job.seed}"


@cache  # settings are compared with all options of configs/
def describe(config: RunConfig) -> str:
    """Returns a cell in words, such as ``mnist 0/1, cnn, ansatz 0``, and whatever is unusual about it."""
    task = f"{config.data.dataset} {'/'.join(map(str, config.data.classes))}"
    protocol = config.train.protocol if config.train.protocol != config.model.usual_protocol else ""
    spoken = tuple(f"model.{key}=" for key in config.model.spoken)
    unusual = " ".join(word for word in unusual_settings(config).split() if not word.startswith(spoken))
    return ", ".join(filter(None, [task, *config.model.words(), protocol, unusual]))
