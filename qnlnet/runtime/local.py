"""Fake devices and Aer in the place of IBM Quantum: the jobs run in this process and end with it."""

import gzip
import uuid
import warnings
from typing import Any

from qnlnet.errors import RequestRefusedError, UnknownJobError
from qnlnet.runtime.devices import Device, load_local_device
from qnlnet.runtime.estimators import build_estimator, encode_answer
from qnlnet.runtime.service import JobRequest, JobStatus, Phase


class LocalService:
    """A `Service` whose devices are simulated; `submit` waits for the result."""

    def __init__(self) -> None:
        self._devices: dict[tuple[str, int], Device] = {}  # by the qubits that were asked for
        self._backends: dict[tuple[str, int], Any] = {}  # by the qubits that the device has
        self._answers: dict[str, bytes] = {}
        self._tags: dict[str, list[str]] = {}

    def device(self, name: str, num_qubits: int) -> Device:
        """Returns the fake device, or Aer without noise."""
        if (name, num_qubits) not in self._devices:
            device, backend = load_local_device(name, num_qubits)
            self._devices[name, num_qubits] = device
            self._backends[name, device.target.num_qubits] = backend
        return self._devices[name, num_qubits]

    def remaining_seconds(self) -> None:
        """Returns None: a simulated device costs nothing."""

    def open_batch(self, device: str) -> None:
        """Returns None: batches save queueing time, and there is no queue."""

    def close_batch(self, batch: str | None) -> None:
        """Does nothing."""

    def submit(self, request: JobRequest) -> str:
        """Runs the job and returns its identifier.

        Raises:
            RequestRefusedError: The simulation fails; there is no job.
        """
        try:
            answer = self._simulate(request)
        except Exception as error:
            text = " ".join(str(error).split()) or "no reason is given"
            raise RequestRefusedError(
                f"{request.device} cannot be simulated with this circuit and these options: "
                f"{type(error).__name__}: {text.rstrip('.')}. Choose another device or other options."
            ) from error
        job_id = f"local-{uuid.uuid4().hex[:12]}"
        self._answers[job_id] = gzip.compress(answer.encode(), mtime=0)
        self._tags[job_id] = request.tags
        return job_id

    def _simulate(self, request: JobRequest) -> str:
        backend = self._backends[request.device, request.pub[0].num_qubits]
        estimator = build_estimator(backend, request.config, seed=request.seed)
        with warnings.catch_warnings():
            # The legacy estimator warns that it ignores resilience_level; the configuration allows only 0 here.
            warnings.filterwarnings("ignore", "The resilience_level option has no effect", UserWarning)
            (result,) = estimator.run([request.pub]).result()
        return encode_answer(result.data.evs, result.data.stds)

    def find(self, *tags: str) -> list[str]:
        """Returns the jobs of this process with those tags."""
        return [job_id for job_id, own in self._tags.items() if set(tags) <= set(own)]

    def status(self, job_id: str) -> JobStatus:
        """Returns that the job is done, as every job of this process is."""
        self._look_up(job_id)
        return JobStatus(Phase.DONE, used_seconds=0.0)

    def fetch(self, job_id: str) -> tuple[str, bytes]:
        """Returns the values of a job."""
        return "estimator", self._look_up(job_id)

    def cancel(self, job_id: str) -> None:
        """Does nothing: the job is done."""

    def close(self) -> None:
        """Does nothing."""

    def _look_up(self, job_id: str) -> bytes:
        if job_id not in self._answers:
            raise UnknownJobError(f"The job {job_id} ran in a process that has ended.")
        return self._answers[job_id]
