"""The runs of MLflow that belong to a cell, its replicas and the tables: found again, or created.

A cell is a run with its replicas as nested runs. Tags say which is which, so that a replica goes on in its run
whichever process goes on with it. A finished replica that is trained again is a new run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qnlnet.config import RunConfig
from qnlnet.tracking.cell import Cell, Scalar, describe_cell
from qnlnet.tracking.mlflow_store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

_KIND, _HASH, _SEED, _NAME = "qnlnet.kind", "qnlnet.config_hash", "qnlnet.seed", "qnlnet.name"
_PARENT, _SOURCE = "mlflow.parentRunId", "mlflow.source.name"
_PAGE = 1000


@dataclass
class CellRuns:
    """What the store has of a cell.

    Attributes:
        run_id: The run of the cell itself.
        unfinished: For each seed the newest run that has not finished.
    """

    run_id: str
    unfinished: dict[int, "Run"] = field(default_factory=dict)


class RunFinder:
    """Finds and creates runs.

    Args:
        store: Where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._client = store.client
        self._cells: dict[str, CellRuns] = {}
        self._tables: dict[str, str] = {}

    def cell(self, config: RunConfig, time: float) -> CellRuns:
        """Returns the runs of a cell; its own is created where it is missing."""
        cell = describe_cell(config)
        if cell.hash not in self._cells:
            with self._store.alone():
                self._cells[cell.hash] = self._look_up(cell) or self._create_cell(cell, time)
        return self._cells[cell.hash]

    def unfinished_replica(self, config: RunConfig, seed: int, time: float, *, again: bool = False) -> "Run | None":
        """Returns the newest run of a replica that has not finished, once; `again` looks for what came since."""
        runs = self.cell(config, time)
        if again and seed not in runs.unfinished:
            now = self._look_up(describe_cell(config))
            return None if now is None else now.unfinished.get(seed)
        return runs.unfinished.pop(seed, None)

    def create_replica(self, config: RunConfig, seed: int, time: float) -> str:
        """Returns a new run for a replica, nested in that of its cell."""
        cell = describe_cell(config)
        tags = {_KIND: "replica", _HASH: cell.hash, _SEED: str(seed), _PARENT: self.cell(config, time).run_id}
        run_id = self._create(f"{cell.name} seed {seed}", tags, time)
        self.log_parameters(run_id, {**cell.parameters, "seed": seed})
        return run_id

    def table(self, name: str, time: float) -> str:
        """Returns the run of the tables and figures of this name; created where it is missing."""
        if name not in self._tables:
            with self._store.alone():
                found = (run for run in self._search(_KIND, "table") if run.data.tags.get(_NAME) == name)
                run = next(found, None)
                tags = {_KIND: "table", _NAME: name}
                self._tables[name] = self._create(name, tags, time) if run is None else run.info.run_id
        return self._tables[name]

    def log_parameters(self, run_id: str, values: Mapping[str, Scalar]) -> None:
        """Sends parameters; MLflow refuses to change one, so values must be new or as before."""
        from mlflow.entities import Param

        self._client.log_batch(run_id, params=[Param(key, str(value)) for key, value in values.items()])

    def _look_up(self, cell: Cell) -> CellRuns | None:
        found = None
        unfinished: dict[int, Run] = {}
        for run in self._search(_HASH, cell.hash):
            tags = run.data.tags
            if tags.get(_KIND) == "cell" and found is None:
                found = run.info.run_id
            elif tags.get(_KIND) == "replica" and run.info.status != "FINISHED":
                unfinished.setdefault(int(tags[_SEED]), run)
        return None if found is None else CellRuns(found, unfinished)

    def _create_cell(self, cell: Cell, time: float) -> CellRuns:
        run_id = self._create(cell.name, {_KIND: "cell", _HASH: cell.hash}, time)
        self.log_parameters(run_id, cell.parameters)
        return CellRuns(run_id)

    def _create(self, name: str, tags: Mapping[str, str], time: float) -> str:
        run = self._client.create_run(
            self._store.experiment_id, start_time=milliseconds(time), tags={**tags, _SOURCE: "qnlnet"}, run_name=name
        )
        return str(run.info.run_id)

    def _search(self, tag: str, value: str) -> Iterator["Run"]:
        """Yields all runs with this tag, the newest first."""
        token = None
        while token != "":
            page = self._client.search_runs(
                [self._store.experiment_id],
                f"tags.`{tag}` = '{value}'",
                max_results=_PAGE,
                order_by=["attributes.start_time DESC"],
                page_token=token,
            )
            yield from page
            token = page.token or ""


def milliseconds(time: float) -> int:
    """Returns seconds since 1970 as MLflow counts them."""
    return round(1000 * time)
