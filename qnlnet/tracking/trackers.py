"""One object for all trackers of a run: it never waits, never fails, and does nothing where none is on."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.config.logger import LoggerConfig, MLflowConfig, TensorBoardConfig
from qnlnet.tracking.address import find_tracking_uri
from qnlnet.tracking.messages import secrets_of
from qnlnet.tracking.tracker import Tracker
from qnlnet.tracking.worker import Action, Worker
from qnlnet.training import Epoch

_PATIENCE = 15.0  # seconds that a tracker may take over one thing at the end
_LIMIT = 60.0  # seconds that it may take altogether when the run has ended by itself
_LIMIT_WHEN_STOPPED = 15.0  # … and after Ctrl-C, SIGTERM or an error: a scheduler soon sends SIGKILL


def build_trackers(config: LoggerConfig) -> "Trackers":
    """Starts the trackers that are on; use the result as a context manager.

    Nothing is imported or opened here: a tracker that is missing or down says so in one line, later.
    """
    workers = []
    if (tensorboard := config.tensorboard) is not None:
        workers.append(Worker("TensorBoard", "tensorboard", lambda: _load_tensorboard(tensorboard)))
    if (mlflow := config.mlflow) is not None:
        uri = find_tracking_uri(mlflow)
        workers.append(Worker("MLflow", "mlflow", lambda: _load_mlflow(mlflow), lambda: secrets_of(uri)))
    return Trackers(workers)


def _load_tensorboard(config: TensorBoardConfig) -> Callable[[], Tracker]:
    from qnlnet.tracking.tensorboard_tracker import TensorBoardTracker

    return lambda: TensorBoardTracker(config)


def _load_mlflow(config: MLflowConfig) -> Callable[[], Tracker]:
    from qnlnet.tracking.mlflow_store import import_mlflow
    from qnlnet.tracking.mlflow_tracker import MLflowTracker

    import_mlflow()
    return lambda: MLflowTracker(config)


class Trackers:
    """Forwards events to all trackers. Every method but `close` returns at once; call them from one thread.

    Args:
        workers: One for each tracker.
    """

    def __init__(self, workers: Sequence[Worker] = ()) -> None:
        self._workers = list(workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(_PATIENCE, _LIMIT if error is None else _LIMIT_WHEN_STOPPED)

    def on_epoch(self, config: RunConfig, seed: int, epoch: Epoch) -> None:
        """Adds a point to the curves of a replica."""
        now = time.time()
        self._send(lambda tracker: tracker.on_epoch(config, seed, epoch, now))

    def on_resumed(self, config: RunConfig, seed: int, epochs: Sequence[Epoch]) -> None:
        """Says that a replica goes on from a checkpoint.

        Args:
            config: Its cell.
            seed: Its seed.
            epochs: Those that are done already; what a tracker does not have of them is filled in.
        """
        now, done = time.time(), tuple(epochs)
        self._send(lambda tracker: tracker.on_resumed(config, seed, done, now))

    def on_trained(self, config: RunConfig, seed: int, row: Mapping[str, Any]) -> None:
        """Ends a replica.

        Args:
            config: Its cell.
            seed: Its seed.
            row: Its per-seed row, with the columns of `qnlnet.records.SEED_COLUMNS`.
        """
        now, values = time.time(), dict(row)
        self._send(lambda tracker: tracker.on_trained(config, seed, values, now))

    def on_failed(self, config: RunConfig, seed: int, message: str) -> None:
        """Ends a replica that has failed; `message` says why."""
        now = time.time()
        self._send(lambda tracker: tracker.on_failed(config, seed, message, now))

    def on_cell(self, config: RunConfig, seed_rows: pd.DataFrame) -> None:
        """Sends the statistics of a cell over its seeds; call it once, or whenever there is a row more.

        Args:
            config: The cell.
            seed_rows: All its per-seed rows by now; with none nothing is sent.
        """
        now = time.time()
        self._send(lambda tracker: tracker.on_cell(config, seed_rows, now))

    def on_table(self, name: str, paths: Sequence[Path | str]) -> None:
        """Sends a table.

        Args:
            name: Its name, such as ``table1``; the same name takes the place of what was sent before.
            paths: The files that were written, in any formats; each tracker takes those that it can show.
        """
        now, files = time.time(), [Path(path) for path in paths]
        self._send(lambda tracker: tracker.on_table(name, files, now))

    def on_figure(self, name: str, paths: Sequence[Path | str]) -> None:
        """Sends a figure; the arguments are those of `on_table`."""
        now, files = time.time(), [Path(path) for path in paths]
        self._send(lambda tracker: tracker.on_figure(name, files, now))

    def close(self, patience: float = _PATIENCE, limit: float = _LIMIT) -> None:
        """Lets all trackers finish side by side, and gives up those that do not; one line says what they left out.

        Args:
            patience: Seconds that a tracker may take over one thing.
            limit: Seconds that all of it may take.
        """
        workers, self._workers = self._workers, []
        deadline = time.monotonic() + limit
        for worker in workers:
            worker.finish()
        for worker in workers:
            worker.wait(patience, deadline)

    def _send(self, action: Action) -> None:
        for worker in self._workers:
            worker.send(action)
