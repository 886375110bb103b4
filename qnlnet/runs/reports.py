"""Everyone who hears what happens while cells train: the progress on the terminal, and each cell's trackers."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import pandas as pd

from qnlnet.config import LoggerConfig, RunConfig
from qnlnet.tracking import Trackers, build_trackers
from qnlnet.training import Epoch, Job, Observer, Progress, TrainedReplica


class Reports(Observer):
    """Forwards everything to the progress and to the trackers; use it as a context manager around the training.

    Args:
        jobs: Everything that will be trained.
        what: What these are called.
    """

    def __init__(self, jobs: Sequence[Job], what: str) -> None:
        self._progress = Progress(jobs, what=what)
        self._loggers = list(dict.fromkeys(job.config.logger for job in jobs))
        self._trackers: dict[LoggerConfig, Trackers] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:  # closes what is open by then where something cannot be opened
            opening.enter_context(self._progress)
            for logger in self._loggers:
                self._trackers[logger] = opening.enter_context(build_trackers(logger))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def on_started(self, job: Job) -> None:
        self._progress.on_started(job)

    def on_waiting(self) -> None:
        self._progress.on_waiting()

    def on_epoch(self, job: Job, epoch: Epoch) -> None:
        self._progress.on_epoch(job, epoch)
        self._trackers[job.config.logger].on_epoch(job.config, job.seed, epoch)

    def on_resumed(self, job: Job, epochs: Sequence[Epoch]) -> None:
        self._progress.on_resumed(job, epochs)
        self._trackers[job.config.logger].on_resumed(job.config, job.seed, epochs)

    def on_stored(
        self, replicas: Sequence[TrainedReplica], rows: Sequence[Mapping[str, Any]], seed_rows: pd.DataFrame
    ) -> None:
        """Replicas of one cell are on disk, with a row each.

        Args:
            replicas: They.
            rows: Their per-seed rows, in order.
            seed_rows: All rows of the cell by now.
        """
        config = replicas[0].job.config
        trackers = self._trackers[config.logger]
        for replica, row in zip(replicas, rows, strict=True):
            self._progress.on_trained(replica)
            trackers.on_trained(config, replica.job.seed, row)
        trackers.on_cell(config, seed_rows)

    def report_failure(self, job: Job, error: Exception, *, on_terminal: bool) -> None:
        """A replica has failed; `on_terminal` says whether the progress is to say so."""
        if on_terminal:
            self._progress.on_failed(job, error)
        self._trackers[job.config.logger].on_failed(job.config, job.seed, str(error))

    def on_finished_elsewhere(self, job: Job) -> None:
        self._progress.on_finished_elsewhere(job)

    def on_note(self, job: Job, text: str) -> None:
        self._progress.on_note(job, text)

    def on_cell_note(self, config: RunConfig, text: str) -> None:
        """There is something to say about a cell, in one sentence."""
        self._progress.on_cell_note(config, text)
