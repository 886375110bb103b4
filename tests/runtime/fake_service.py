"""A service in memory that does what a test tells it to."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.config import RuntimeConfig
from qnlnet.errors import UnknownJobError
from qnlnet.runtime import Device, JobRequest, JobStatus, Phase, build_pub
from qnlnet.runtime.estimators import encode_answer


@dataclass
class HeldJob:
    """A job as the service holds it; tests change it."""

    id: str
    tags: tuple[str, ...]
    answer: bytes
    status: JobStatus
    request: JobRequest | None = None


@dataclass
class FakeService:
    """A `Service` that records its calls.

    Attributes:
        jobs: What it holds, oldest first.
        calls: The names of the methods that were called, in order.
        copies: How many jobs a submission makes.
        hidden_looks: How many more times `find` lists nothing, although there may be something.
        new_status: The status of jobs that come in.
        on_submit: Called with each request before anything else happens.
        values: From the parameter values of a request, shape (…, angles), to its expectation values.
    """

    jobs: list[HeldJob] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    copies: int = 1
    hidden_looks: int = 0
    new_status: JobStatus = field(default_factory=lambda: JobStatus(Phase.DONE, used_seconds=2.5))
    on_submit: Callable[[JobRequest], Any] = lambda request: None
    values: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda rows: np.cos(rows.sum(axis=-1))
    _before: list[tuple[str, BaseException]] = field(default_factory=list)
    _after: list[tuple[str, BaseException]] = field(default_factory=list)

    def fail(self, method: str, *errors: BaseException, afterwards: bool = False) -> None:
        """Lets the next calls of a method raise, one error each; `afterwards` once they have done their work."""
        (self._after if afterwards else self._before).extend((method, error) for error in errors)

    def hold(self, *tags: str) -> HeldJob:
        """Takes a job in from somewhere else."""
        job = HeldJob(f"job-{len(self.jobs) + 1}", tags, answer(np.zeros(3)), self.new_status)
        self.jobs.append(job)
        return job

    def phases(self) -> list[Phase]:
        return [job.status.phase for job in self.jobs]

    def submit(self, request: JobRequest) -> str:
        self.on_submit(request)
        self._take("submit", self._before)
        first = len(self.jobs)
        ((_, rows),) = request.pub[2].items()
        for _ in range(self.copies):
            job = self.hold(*request.tags)
            job.request, job.answer = request, answer(self.values(rows))
        self._raise("submit", self._after)
        return self.jobs[first].id

    def find(self, *tags: str) -> list[str]:
        self._take("find", self._before)
        if self.hidden_looks > 0:
            self.hidden_looks -= 1
            return []
        return [job.id for job in self.jobs if set(tags) <= set(job.tags)]

    def status(self, job_id: str) -> JobStatus:
        self._take("status", self._before)
        return self._job(job_id).status

    def fetch(self, job_id: str) -> tuple[str, bytes]:
        self._take("fetch", self._before)
        return "estimator", self._job(job_id).answer

    def cancel(self, job_id: str) -> None:
        self._take("cancel", self._before)
        self._job(job_id).status = JobStatus(Phase.CANCELLED, used_seconds=0.0)

    def device(self, name: str, num_qubits: int) -> Device:
        raise AssertionError("neither a record nor a runner asks for this")

    def remaining_seconds(self) -> float | None:
        raise AssertionError("neither a record nor a runner asks for this")

    def open_batch(self, device: str) -> str | None:
        raise AssertionError("neither a record nor a runner asks for this")

    def close_batch(self, batch: str | None) -> None:
        raise AssertionError("neither a record nor a runner asks for this")

    def close(self) -> None:
        raise AssertionError("neither a record nor a runner asks for this")

    def _take(self, method: str, errors: list[tuple[str, BaseException]]) -> None:
        self.calls.append(method)
        self._raise(method, errors)

    @staticmethod
    def _raise(method: str, errors: list[tuple[str, BaseException]]) -> None:
        for index, (name, error) in enumerate(errors):
            if name == method:
                del errors[index]
                raise error

    def _job(self, job_id: str) -> HeldJob:
        for job in self.jobs:
            if job.id == job_id:
                return job
        raise UnknownJobError(f"There is no job {job_id}.")


def answer(values: NDArray[np.float64]) -> bytes:
    """Returns values, with standard errors of 0.1, as a service answers them."""
    return gzip.compress(encode_answer(values, np.full(np.shape(values), 0.1)).encode(), mtime=0)


def build_request(tag: str, rows: NDArray[np.float64] | None = None, fingerprint: str = "") -> JobRequest:
    """Returns a request for three values of one angle, or for `rows`."""
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("a"), 0)
    rows = np.array([[0.0], [1.0], [2.0]]) if rows is None else rows
    pub = build_pub(circuit, SparsePauliOp("Z"), ("a",), rows)
    return JobRequest("ibm_fake", pub, RuntimeConfig(name="ibm_fake"), tag, fingerprint)
