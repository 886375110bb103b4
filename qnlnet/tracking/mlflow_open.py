"""What an MLflow tracker remembers of the runs that it has under way."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.entities import Metric


@dataclass
class OpenReplica:
    """A run that is under way.

    Attributes:
        run_id: Its name in the store.
        cell: The hash of its cell.
        known: Points that the store has from an earlier process: curve and epoch.
        parameters: Names of parameters that the store has from there.
        pending: What has not been sent.
    """

    run_id: str
    cell: str
    known: set[tuple[str, int]] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    pending: list["Metric"] = field(default_factory=list)


@dataclass
class OpenCell:
    """The run of a cell of which replicas were trained here.

    Attributes:
        run_id: Its name in the store.
        seeds: How many replicas are asked for.
        finished: How many there are, None while it is unknown.
        failed: Whether one has failed.
    """

    run_id: str
    seeds: int
    finished: int | None = None
    failed: bool = False

    def status(self, *, interrupted: bool) -> str:
        """Returns how it ended when nothing more comes; with some of its replicas still under way, or none."""
        if interrupted or (not self.failed and self.finished is not None and self.finished < self.seeds):
            return "KILLED"
        return "FAILED" if self.failed else "FINISHED"
