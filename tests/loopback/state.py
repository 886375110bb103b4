"""What the service holds: jobs and batches, and how they look from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Status = Literal["Queued", "Running", "Completed", "Cancelled", "Failed"]
PENDING = ("Queued", "Running")

_SECONDS_PER_JOB = 2.0
_SECONDS_PER_EXECUTION = 0.00035


@dataclass
class Job:
    """A job; tests may change any of it.

    Attributes:
        params: The inputs as they came, decoded from JSON only.
        executions: Shots × circuits, as well as the inputs tell.
        seed: Seed of its simulation.
        max_seconds: Its limit of QPU seconds, as its client set it; nothing here enforces it.
        usage_seconds: QPU seconds that its metrics report once it is final; None for the estimate if it is completed,
            and for 0 if not.
        result_override: Sent verbatim in place of the results.
        results_gone: True: the results are not found (404); "empty": they are an empty answer (204).
        results: The results once they are computed.
    """

    id: str
    program_id: str
    backend: str
    params: dict[str, Any]
    tags: list[str]
    session_id: str | None
    created: str
    executions: int
    seed: int
    private: bool = False
    max_seconds: int | None = None
    status: Status = "Queued"
    reason: str | None = None
    reason_code: int | None = None
    usage_seconds: float | None = None
    result_override: str | None = None
    results_gone: bool | Literal["empty"] = False
    results: str | None = None
    running: str | None = None
    finished: str | None = None

    @property
    def estimated_seconds(self) -> float:
        """QPU seconds by IBM's rule of thumb."""
        return _SECONDS_PER_JOB + _SECONDS_PER_EXECUTION * self.executions

    def describe(self, *, exclude_params: bool = True) -> dict[str, Any]:
        """Returns what the service tells of the job."""
        state: dict[str, Any] = {"status": self.status}
        if self.reason is not None:
            state |= {"reason": self.reason, "reason_code": self.reason_code}
        return {
            "id": self.id,
            "backend": self.backend,
            "status": self.status,
            "state": state,
            "created": self.created,
            "program": {"id": self.program_id},
            "tags": self.tags,
            "session_id": self.session_id,
            "private": self.private,
            "estimated_running_time_seconds": self.estimated_seconds,
        } | ({} if exclude_params else {"params": self.params})

    def metrics(self) -> dict[str, Any]:
        """Returns what the service tells of the job's times and costs; none while it is pending."""
        seconds = self.usage_seconds
        if seconds is None:
            seconds = self.estimated_seconds if self.status == "Completed" else 0.0
        pending = self.status in PENDING
        return {
            "timestamps": {"created": self.created, "running": self.running, "finished": self.finished},
            "usage": {
                "qpu_charge_time_seconds": 0.0 if pending else seconds,
                "status": "pending" if pending else "complete",
            },
        }

    def matches(self, query: Mapping[str, Sequence[str]]) -> bool:
        """Whether the filters of a listing let the job through."""
        own = {"backend": self.backend, "program": self.program_id, "session_id": self.session_id}
        for name, value in own.items():
            if name in query and query[name][-1] != value:
                return False
        if "pending" in query and (query["pending"][-1] == "true") != (self.status in PENDING):
            return False
        created = datetime.fromisoformat(self.created)
        if "created_after" in query and created < datetime.fromisoformat(query["created_after"][-1]):
            return False
        if "created_before" in query and created > datetime.fromisoformat(query["created_before"][-1]):
            return False
        return set(query.get("tags", ())) <= set(self.tags)


@dataclass
class Batch:
    """A batch or a session."""

    id: str
    mode: str
    backend: str
    created: str
    open: bool = True
    max_time: int | None = None

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "backend_name": self.backend,
            "mode": self.mode,
            "state": "open" if self.open else "closed",
            "accepting_jobs": self.open,
            "interactive_ttl": 60,
            "max_ttl": self.max_time or 28_800,
            "active_ttl": self.max_time or 28_800,
            "started_at": self.created,
            "elapsed_time": 0,
            "timestamps": [{"status": "open", "timestamp": self.created}],
        }


def now() -> str:
    """Returns the time as the service writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
