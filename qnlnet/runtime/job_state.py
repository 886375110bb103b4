"""Where a job is, and how patient to be with the service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from qnlnet.errors import LedgerError
from qnlnet.runtime.sealed import read_sealed


class State(StrEnum):
    """Where a job is."""

    PLANNED = "planned"  # no request has left, or the service is known to hold no job
    SUBMITTING = "submitting"  # a request may have left
    SUBMITTED = "submitted"  # the service holds the job
    RETRIEVED = "retrieved"  # the answer is on disk
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"  # the service no longer has the results


FINAL = (State.RETRIEVED, State.FAILED, State.CANCELLED, State.GONE)


@dataclass(frozen=True)
class Record:
    """What state.json holds.

    Attributes:
        state: Where the job is.
        since: When that was written, as ISO 8601 in UTC.
        job_id: The service's identifier.
        note: In words, what has happened last.
        used_seconds: QPU seconds that were charged; None while that is not known.
        answer_sha256: Checksum of the answer.
    """

    state: State = State.PLANNED
    since: str = ""
    job_id: str = ""
    note: str = ""
    used_seconds: float | None = None
    answer_sha256: str = ""

    @property
    def age_seconds(self) -> float:
        """How long ago it was written; a clock that was set back makes it 0."""
        if not self.since:
            return 0.0
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(self.since)).total_seconds())


def read_record(path: Path) -> Record:
    """Returns what state.json holds; a planned job where there is no such file.

    Raises:
        LedgerError: The file is damaged.
    """
    if not path.exists():
        return Record()
    values = read_sealed(path)
    try:
        return Record(**{**values, "state": State(values["state"])})
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError(f"The file {path} must describe a job, but does not: {error}.") from error


@dataclass(frozen=True)
class Patience:
    """How long to wait for what.

    Attributes:
        settle_seconds: How long the service may take until it lists a job whose submission was not answered.
        look_seconds: Pause between two looks at that list.
        pause_seconds: Pause after "too many requests"; IBM takes five submissions in a minute.
        pauses: How many of those at most.
    """

    settle_seconds: float = 30.0
    look_seconds: float = 5.0
    pause_seconds: float = 15.0
    pauses: int = 20
