"""Reads back what trackers have written, with the clients of TensorBoard and MLflow."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from qnlnet.training import Epoch

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

Curve = list[tuple[int, float]]


def epoch(number: int, accuracy: float | None = None) -> Epoch:
    """Returns an epoch whose loss in epoch 2 was not a number."""
    loss = math.nan if number == 2 else 1.0 / number
    return Epoch(number, loss, 50.0 + number, 60.0 + number if accuracy is None else accuracy)


def epochs(first: int, last: int) -> list[Epoch]:
    return [epoch(number) for number in range(first, last + 1)]


def accuracies(numbers: Sequence[int]) -> Curve:
    """Returns the test accuracies of `epoch`."""
    return [(number, 60.0 + number) for number in numbers]


def client(folder: Path | str = "outputs/mlruns") -> MlflowClient:
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow import MlflowClient  # here, where the environment says that nothing is to be reported

    return MlflowClient(str(folder))


def runs(folder: Path | str = "outputs/mlruns", experiment: str = "qnlnet") -> dict[str, list[Run]]:
    """Returns all runs by their name, the newest first."""
    mlflow = client(folder)
    found = mlflow.get_experiment_by_name(experiment)
    assert found is not None
    by_name: dict[str, list[Run]] = {}
    for run in mlflow.search_runs([found.experiment_id], order_by=["attributes.start_time DESC"]):
        by_name.setdefault(run.info.run_name, []).append(run)
    return by_name


def history(run: Run, name: str, folder: Path | str = "outputs/mlruns") -> Curve:
    return [(metric.step, metric.value) for metric in client(folder).get_metric_history(run.info.run_id, name)]


def wait_for_run(name: str, folder: Path | str = "outputs/mlruns", seconds: float = 60) -> None:
    """Returns when a tracker in another thread or process has created a run."""
    deadline = time.monotonic() + seconds
    # Trackers make a new store under this lock: MLflow cannot read one that has its folder but not yet its trash.
    lock = FileLock(Path(folder).with_name(f".{Path(folder).name}.lock"))
    Path(folder).parent.mkdir(parents=True, exist_ok=True)
    while not _has_run(name, folder, lock):
        assert time.monotonic() < deadline, f"no run {name}"
        time.sleep(0.05)


def _has_run(name: str, folder: Path | str, lock: FileLock) -> bool:
    with lock:
        if not Path(folder).exists() or client(folder).get_experiment_by_name("qnlnet") is None:
            return False
    return name in runs(folder)


def events(folder: Path | str) -> EventAccumulator:
    """Returns what TensorBoard shows of a folder; all points, where by default it picks some."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    return accumulator.Reload()


def curve(folder: Path | str, tag: str) -> Curve:
    return [(event.step, event.value) for event in events(folder).Scalars(tag)]


def text(folder: Path | str, tag: str) -> str:
    # What TensorBoard itself reads with; the older reader above keeps texts that were replaced.
    from tensorboard.backend.event_processing import plugin_event_accumulator

    accumulator = plugin_event_accumulator.EventAccumulator(str(folder), tensor_size_guidance={"text": 0})
    (event,) = accumulator.Reload().Tensors(tag)
    return str(event.tensor_proto.string_val[0].decode())


def hparams(folder: Path | str) -> dict[str, object]:
    """Returns the row of a replica in TensorBoard's table of hyperparameters."""
    from tensorboard.plugins.hparams.metadata import SESSION_START_INFO_TAG, parse_session_start_info_plugin_data

    content = events(folder).SummaryMetadata(SESSION_START_INFO_TAG).plugin_data.content
    values = parse_session_start_info_plugin_data(content).hparams
    return {name: getattr(value, value.WhichOneof("kind")) for name, value in values.items()}


def ending(folder: Path | str) -> str | None:
    """Returns how a replica ended according to TensorBoard's table of hyperparameters, None where it has not."""
    from tensorboard.plugins.hparams.api_pb2 import Status
    from tensorboard.plugins.hparams.metadata import SESSION_END_INFO_TAG, parse_session_end_info_plugin_data

    accumulator = events(folder)
    if SESSION_END_INFO_TAG not in accumulator.Tags()["tensors"]:
        return None
    content = accumulator.SummaryMetadata(SESSION_END_INFO_TAG).plugin_data.content
    return str(Status.Name(parse_session_end_info_plugin_data(content).status))
