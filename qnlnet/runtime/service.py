"""What a submission asks of IBM Quantum, or of a fake device that stands in its place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from qnlnet.config import RuntimeConfig
from qnlnet.runtime.devices import Device
from qnlnet.runtime.transpilation import Pub


class Phase(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class JobStatus:
    """What the service says about a job.

    Attributes:
        phase: Where the job is.
        reason: Why it failed, in the service's words.
        used_seconds: QPU seconds that were charged; None while they are not known.
    """

    phase: Phase
    reason: str = ""
    used_seconds: float | None = None


@dataclass(frozen=True)
class JobRequest:
    """One job.

    Attributes:
        device: Name of the device.
        pub: Circuit, observable and parameter values.
        config: How to run it.
        tag: By which the job is found again.
        fingerprint: A second tag, which says what exactly was submitted; empty for none.
        batch: The batch that it belongs to, if any.
        max_seconds: QPU seconds after which it is cancelled.
        seed: Seed of the shots on a fake device.
    """

    device: str
    pub: Pub
    config: RuntimeConfig
    tag: str
    fingerprint: str = ""
    batch: str | None = None
    max_seconds: int | None = None
    seed: int = 0

    @property
    def tags(self) -> list[str]:
        """All tags of the job."""
        return [tag for tag in (self.tag, self.fingerprint) if tag]


class Service(Protocol):
    """IBM Quantum or its stand-in.

    Every method may raise an `AccountError`, a `RequestRefusedError` or an `UnavailableError`; after the last one it is
    open whether the service did what was asked.
    """

    def device(self, name: str, num_qubits: int) -> Device:
        """Returns the device; ``least-busy`` names the one with the shortest queue and enough qubits.

        Raises:
            ArgumentError: There is no such device.
        """
        ...

    def remaining_seconds(self) -> float | None:
        """Returns the QPU seconds that the account may still use, or None without a limit."""
        ...

    def open_batch(self, device: str) -> str | None:
        """Opens a batch for several jobs and returns its identifier."""
        ...

    def close_batch(self, batch: str | None) -> None:
        """Says that no more jobs follow."""
        ...

    def submit(self, request: JobRequest) -> str:
        """Submits a job and returns its identifier."""
        ...

    def find(self, *tags: str) -> list[str]:
        """Returns the identifiers of all jobs that have all those tags, oldest first."""
        ...

    def status(self, job_id: str) -> JobStatus:
        """Returns where a job is.

        Raises:
            UnknownJobError: The service does not know the job.
        """
        ...

    def fetch(self, job_id: str) -> tuple[str, bytes]:
        """Returns the program of a finished job and its answer, word for word, compressed with gzip.

        Raises:
            UnknownJobError: The service does not know the job.
            ResultsGoneError: The results are no longer there.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Cancels a job.

        Raises:
            RequestRefusedError: It has ended already.
        """
        ...

    def close(self) -> None:
        """Releases what the service holds in this process."""
        ...
