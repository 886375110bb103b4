"""IBM Quantum with a time limit on every call."""

import math
import os

from qnlnet.errors import argument_error
from qnlnet.runtime.devices import Device
from qnlnet.runtime.ibm import IBMClient
from qnlnet.runtime.service import JobRequest, JobStatus
from qnlnet.runtime.watchdog import WatchedProcess

LIMIT_VARIABLE = "QNLNET_IBM_TIMEOUT"
_DEFAULT_LIMIT = 120.0
_TRANSFER_FACTOR = 3  # sending and fetching megabytes may take that much longer than a question


class RemoteService:
    """A `Service`: the client of IBM Quantum in a process that is killed when a call takes too long.

    Args:
        limit: Seconds for a call; submitting and fetching get three times as many. None takes $QNLNET_IBM_TIMEOUT,
            or 120.

    Raises:
        ArgumentError: The limit is not a positive number.
    """

    def __init__(self, limit: float | None = None) -> None:
        self._limit = _read_limit() if limit is None else limit
        self._process = WatchedProcess(IBMClient)

    def device(self, name: str, num_qubits: int) -> Device:
        return self._process.call("device", name, num_qubits, limit=self._limit)

    def remaining_seconds(self) -> float | None:
        return self._process.call("remaining_seconds", limit=self._limit)

    def open_batch(self, device: str) -> str | None:
        return self._process.call("open_batch", device, limit=self._limit)

    def close_batch(self, batch: str | None) -> None:
        self._process.call("close_batch", batch, limit=self._limit)

    def submit(self, request: JobRequest) -> str:
        return self._process.call("submit", request, limit=_TRANSFER_FACTOR * self._limit)

    def find(self, *tags: str) -> list[str]:
        return self._process.call("find", *tags, limit=self._limit)

    def status(self, job_id: str) -> JobStatus:
        return self._process.call("status", job_id, limit=self._limit)

    def fetch(self, job_id: str) -> tuple[str, bytes]:
        return self._process.call("fetch", job_id, limit=_TRANSFER_FACTOR * self._limit)

    def cancel(self, job_id: str) -> None:
        self._process.call("cancel", job_id, limit=self._limit)

    def close(self) -> None:
        self._process.close()


def _read_limit() -> float:
    text = os.environ.get(LIMIT_VARIABLE, "")
    try:
        limit = float(text) if text else _DEFAULT_LIMIT
    except ValueError:
        limit = math.nan
    if not 0 < limit < math.inf:
        raise argument_error(LIMIT_VARIABLE, "be a number of seconds above 0", text, "It stands in the environment.")
    return limit
