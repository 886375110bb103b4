"""MLflow: a run for each cell, a nested run for each replica, a run for each table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.config.logger import MLflowConfig
from qnlnet.tracking.cell import describe_cell, epoch_values, final_values, origin, summary_values
from qnlnet.tracking.mlflow_open import OpenCell, OpenReplica
from qnlnet.tracking.mlflow_runs import RunFinder, milliseconds
from qnlnet.tracking.mlflow_store import Store
from qnlnet.tracking.tracker import Tracker
from qnlnet.training import Epoch

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

_BATCH = 1000  # metrics in one request, MLflow's limit
_TAG = 5000  # characters, MLflow's limit
_CURVES = ("train_loss", "train_accuracy", "test_accuracy")


class MLflowTracker(Tracker):
    """Sends to an MLflow store.

    Args:
        config: Where to.

    Raises:
        Exception: Whatever MLflow raises, here and later.
    """

    def __init__(self, config: MLflowConfig) -> None:
        store = Store(config)
        self._client = store.client
        self._runs = RunFinder(store)
        self._replicas: dict[tuple[str, int], OpenReplica] = {}
        self._open_cells: dict[str, OpenCell] = {}  # by their hash

    def on_epoch(self, config: RunConfig, seed: int, epoch: Epoch, time: float) -> None:
        self._add(self._replica(config, seed, [epoch], time), epoch_values(epoch), epoch.number, time)

    def on_resumed(self, config: RunConfig, seed: int, epochs: Sequence[Epoch], time: float) -> None:
        replica = self._replica(config, seed, epochs, time, resumed=True)
        for epoch in epochs:
            self._add(replica, epoch_values(epoch), epoch.number, time)

    def on_trained(self, config: RunConfig, seed: int, row: Mapping[str, Any], time: float) -> None:
        replica = self._replica(config, seed, [], time)
        self._add(replica, final_values(row), config.train.epochs, time)
        new = {name: value for name, value in origin(row).items() if name not in replica.parameters}
        self._runs.log_parameters(replica.run_id, new)
        self._end(config, seed, "FINISHED", time)

    def on_failed(self, config: RunConfig, seed: int, message: str, time: float) -> None:
        replica = self._replica(config, seed, [], time)
        self._client.set_tag(replica.run_id, "failure", message[:_TAG])
        self._end(config, seed, "FAILED", time)
        self._open_cells[replica.cell].failed = True

    def on_cell(self, config: RunConfig, seed_rows: pd.DataFrame, time: float) -> None:
        values = summary_values(seed_rows)
        if not values:
            return
        digest, count = describe_cell(config).hash, len(seed_rows)
        run_id = self._runs.cell(config, time).run_id
        self._client.log_batch(run_id, metrics=[_metric(key, value, count, time) for key, value in values.items()])
        cell = self._open_cells.get(digest)
        if cell is not None:
            cell.finished = count
        if cell is None or (count >= config.seeds and digest not in self._cells_under_way()):
            self._client.set_terminated(run_id, "FINISHED", milliseconds(time))
            self._open_cells.pop(digest, None)

    def on_table(self, name: str, paths: Sequence[Path], time: float) -> None:
        self._log_files(name, paths, "tables", time)

    def on_figure(self, name: str, paths: Sequence[Path], time: float) -> None:
        self._log_files(name, paths, "figures", time)

    def flush(self) -> None:
        for replica in self._replicas.values():
            self._flush(replica)

    def close(self) -> None:
        """Ends what is still under way as killed: the same command goes on with it."""
        self.flush()
        interrupted = self._cells_under_way()
        for replica in self._replicas.values():
            self._client.set_terminated(replica.run_id, "KILLED")
        for digest, cell in self._open_cells.items():
            self._client.set_terminated(cell.run_id, cell.status(interrupted=digest in interrupted))
        self.discard()

    def discard(self) -> None:
        self._replicas.clear()
        self._open_cells.clear()

    def _cells_under_way(self) -> set[str]:
        return {replica.cell for replica in self._replicas.values()}

    def _replica(
        self, config: RunConfig, seed: int, epochs: Sequence[Epoch], time: float, *, resumed: bool = False
    ) -> OpenReplica:
        """Returns the run of a replica that goes on with `epochs`."""
        cell = describe_cell(config).hash
        if (cell, seed) in self._replicas:
            return self._replicas[cell, seed]
        if cell not in self._open_cells:
            self._open_cells[cell] = OpenCell(self._runs.cell(config, time).run_id, config.seeds)
            self._client.update_run(self._open_cells[cell].run_id, status="RUNNING")
        earlier = self._runs.unfinished_replica(config, seed, time, again=resumed)
        replica = None if earlier is None else self._go_on(cell, earlier, epochs)
        if replica is None:
            replica = OpenReplica(self._runs.create_replica(config, seed, time), cell)
        self._replicas[cell, seed] = replica
        return replica

    def _go_on(self, cell: str, run: "Run", epochs: Sequence[Epoch]) -> OpenReplica | None:
        """Returns the run of an earlier process, or None where its curve is another: other code made it."""
        run_id = run.info.run_id
        curves = {
            name: {metric.step: metric.value for metric in self._client.get_metric_history(run_id, name)}
            for name in _CURVES
        }
        accuracies = curves["test_accuracy"]
        if any(accuracies.get(epoch.number, epoch.test_accuracy) != epoch.test_accuracy for epoch in epochs):
            return None
        self._client.update_run(run_id, status="RUNNING")
        known = {(name, step) for name, curve in curves.items() for step in curve}
        return OpenReplica(run_id, cell, known, set(run.data.params))

    def _add(self, replica: OpenReplica, values: Mapping[str, float], step: int, time: float) -> None:
        for name, value in values.items():
            if (name, step) not in replica.known:
                replica.pending.append(_metric(name, value, step, time))
        if len(replica.pending) >= _BATCH:
            self._flush(replica)

    def _flush(self, replica: OpenReplica) -> None:
        pending, replica.pending = replica.pending, []
        for start in range(0, len(pending), _BATCH):
            self._client.log_batch(replica.run_id, metrics=pending[start : start + _BATCH])

    def _end(self, config: RunConfig, seed: int, status: str, time: float) -> None:
        replica = self._replicas.pop((describe_cell(config).hash, seed))
        self._flush(replica)
        self._client.set_terminated(replica.run_id, status, milliseconds(time))

    def _log_files(self, name: str, paths: Sequence[Path], folder: str, time: float) -> None:
        run_id = self._runs.table(name, time)
        for path in paths:
            self._client.log_artifact(run_id, str(path), folder)
        self._client.set_terminated(run_id, "FINISHED", milliseconds(time))


def _metric(key: str, value: float, step: int, time: float) -> "Metric":
    from mlflow.entities import Metric

    return Metric(key, value, milliseconds(time), step)
