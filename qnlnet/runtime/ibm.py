"""IBM Quantum through its client, with every error turned into one of ours and every secret taken out of it."""

import gzip
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from pydantic import ValidationError

from qnlnet.errors import (
    AccountError,
    ArgumentError,
    RequestRefusedError,
    ResultsGoneError,
    ServiceError,
    UnavailableError,
    UnknownJobError,
    argument_error,
)
from qnlnet.runtime.devices import DEFAULT_REP_DELAY, Device
from qnlnet.runtime.estimators import build_estimator
from qnlnet.runtime.redaction import redact, secrets_of_environment
from qnlnet.runtime.service import JobRequest, JobStatus, Phase

LEAST_BUSY = "least-busy"
_PHASES = {
    "INITIALIZING": Phase.QUEUED,
    "QUEUED": Phase.QUEUED,
    "RUNNING": Phase.RUNNING,
    "DONE": Phase.DONE,
    "ERROR": Phase.FAILED,
    "CANCELLED": Phase.CANCELLED,
}
_HOW_TO_SIGN_IN = (
    "Set QISKIT_IBM_TOKEN to your API key and QISKIT_IBM_INSTANCE to the CRN of your instance, or save an account with "
    "QiskitRuntimeService.save_account; docs/hardware.md says where to find both."
)
_HTTP_STATUS = re.compile(r"\b([1-5]\d\d) (?:Client|Server) Error")
_STATE_CONFLICT, _NOT_FOUND, _UNAUTHORIZED = 409, 404, 401


def _explained(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turns the errors of the client, which share no shape, into ours."""

    @wraps(method)
    def wrapper(self: "IBMClient", *arguments: Any) -> Any:
        try:
            return method(self, *arguments)
        except (ServiceError, ArgumentError) as error:
            raise type(error)(*(redact(a, self.secrets) if isinstance(a, str) else a for a in error.args)) from None
        except Exception as error:  # noqa: BLE001 - the client raises its own, those of requests, and bare ones
            raise explain(error, self.secrets) from None

    return wrapper


class IBMClient:
    """A `Service` on the real client; it logs in at the first call."""

    def __init__(self) -> None:
        warnings.simplefilter("ignore")  # they tell of instances by name; what matters of them is asked for
        logging.getLogger("qiskit_ibm_runtime").setLevel(logging.CRITICAL)
        logging.getLogger("qiskit_ibm_runtime").propagate = False
        self.secrets = secrets_of_environment()
        self._signed_in: Any = None
        self._backends: dict[str, Any] = {}

    @property
    def _service(self) -> Any:
        if self._signed_in is None:
            from qiskit_ibm_runtime import QiskitRuntimeService

            self._signed_in = QiskitRuntimeService()
            account = self._signed_in.active_account() or {}
            self.secrets = (*self.secrets, account.get("token"), account.get("instance"))
        return self._signed_in

    def _backend(self, name: str) -> Any:
        if name not in self._backends:
            self._backends[name] = self._service.backend(name)
        return self._backends[name]

    @_explained
    def device(self, name: str, num_qubits: int) -> Device:
        """Returns the device that `Service.device` describes."""
        from qiskit.providers.exceptions import QiskitBackendNotFoundError

        try:
            if name == LEAST_BUSY:
                backend = self._service.least_busy(min_num_qubits=num_qubits)
                self._backends[backend.name] = backend
            else:
                backend = self._backend(name)
        except QiskitBackendNotFoundError:
            self._service.usage()  # the client hides a refused key behind the same error; this call does not
            names = sorted(device.name for device in self._service.backends())
            raise argument_error(
                "backend",
                f"name a device with at least {num_qubits} qubits of your instance",
                name,
                f"It has {', '.join(names) or 'none'}.",
            ) from None
        properties, status = backend.properties(), backend.status()
        state = "offline" if not status.operational else status.status_msg or "active"
        return Device(
            name=backend.name,
            target=backend.target,
            qubits=tuple(range(backend.num_qubits)),
            calibrated_at=properties.last_update_date.isoformat() if properties else None,
            rep_delay_seconds=getattr(backend.configuration(), "default_rep_delay", None) or DEFAULT_REP_DELAY,
            pending_jobs=int(status.pending_jobs),
            problem=None if state == "active" else f"{backend.name} is {state}",
        )

    @_explained
    def remaining_seconds(self) -> float | None:
        """Returns what `Service.remaining_seconds` describes."""
        usage = self._service.usage()
        if usage.get("usage_limit_reached"):
            return 0.0
        remaining = usage.get("usage_remaining_seconds")
        return None if remaining is None else float(remaining)

    @_explained
    def open_batch(self, device: str) -> str | None:
        """Opens a batch."""
        from qiskit_ibm_runtime import Batch

        return Batch(self._backend(device)).session_id

    @_explained
    def close_batch(self, batch: str | None) -> None:
        """Closes a batch; its jobs go on."""
        from qiskit_ibm_runtime import Batch

        if batch is not None:
            Batch.from_id(batch, self._service).close()

    @_explained
    def submit(self, request: JobRequest) -> str:
        """Submits a job."""
        from qiskit_ibm_runtime import Batch

        backend = self._backend(request.device)
        try:
            backend.check_faulty(request.pub[0])
        except ValueError as error:
            raise RequestRefusedError(f"The circuit uses what {request.device} reports as faulty: {error}") from None
        mode = backend if request.batch is None else Batch.from_id(request.batch, self._service)
        estimator = build_estimator(mode, request.config, tags=request.tags, max_seconds=request.max_seconds)
        job_id = estimator.run([request.pub]).job_id()
        if not job_id:
            raise UnavailableError("IBM Quantum has answered without the identifier of a job.")
        return job_id

    @_explained
    def find(self, *tags: str) -> list[str]:
        """Returns the jobs with those tags, of all instances of the account."""
        jobs = [
            job
            for instance in self._service.instances()
            for job in self._service.jobs(limit=None, job_tags=list(tags), instance=instance["crn"])
        ]
        return [job.job_id() for job in sorted(jobs, key=lambda job: str(job.creation_date))]

    @_explained
    def status(self, job_id: str) -> JobStatus:
        """Returns where a job is."""
        job = self._job(job_id)
        try:
            phase = _PHASES.get(job.status(), Phase.RUNNING)
        except Exception:  # noqa: BLE001 - a failed job whose error text is gone makes the first call fail
            phase = _PHASES.get(job.status(), Phase.RUNNING)
        reason = ""
        if phase is Phase.FAILED:
            reason = redact(" ".join((job.error_message() or "").split()), self.secrets)
        used = job.usage() if phase not in (Phase.QUEUED, Phase.RUNNING) else None
        return JobStatus(phase, reason, float(used) if used else None)

    @_explained
    def fetch(self, job_id: str) -> tuple[str, bytes]:
        """Returns the answer of a job."""
        from qiskit_ibm_runtime.decoders.result_decoder import ResultDecoder

        class Verbatim(ResultDecoder):
            @classmethod
            def decode(cls, data: str) -> str:
                return data

        job = self._job(job_id)
        try:
            answer = job.result(decoder=Verbatim)
        except Exception as error:
            if _http_status(error) == _NOT_FOUND:
                raise _results_gone(job_id) from None
            raise
        if not answer:
            raise _results_gone(job_id)
        return job.primitive_id, gzip.compress(answer.encode(), mtime=0)

    @_explained
    def cancel(self, job_id: str) -> None:
        """Cancels a job."""
        from qiskit_ibm_runtime.exceptions import RuntimeInvalidStateError

        try:
            self._job(job_id).cancel()
        except RuntimeInvalidStateError:
            raise RequestRefusedError(f"The job {job_id} has ended already.", _STATE_CONFLICT) from None

    def _job(self, job_id: str) -> Any:
        from qiskit_ibm_runtime.exceptions import RuntimeJobNotFound

        try:
            return self._service.job(job_id)
        except RuntimeJobNotFound:
            raise UnknownJobError(
                f"IBM Quantum does not know the job {job_id}. It may belong to another account or instance. Sign in "
                "to that one and ask again."
            ) from None


def _results_gone(job_id: str) -> ResultsGoneError:
    return ResultsGoneError(
        f"IBM Quantum no longer has the results of the job {job_id}; it keeps them for a limited time, and those of "
        "private jobs until they are read once."
    )


def explain(error: BaseException, secrets: tuple[str | None, ...]) -> ServiceError:
    """Returns one of our errors for one of the client's, in one sentence and without secrets.

    What matters is whether the service may have done what was asked: it has not if it refused with a status of 4xx or
    if the client gave up before it sent anything; in all other cases that is open.
    """
    from qiskit_ibm_runtime.accounts.exceptions import AccountNotFoundError, AccountsError
    from qiskit_ibm_runtime.exceptions import IBMInputValueError, IBMNotAuthorizedError
    from requests import ConnectionError as RequestsConnectionError
    from requests import Timeout

    text = redact(" ".join(str(getattr(error, "message", error)).split()), secrets)
    status = _http_status(error)
    chain = list(_chain(error))
    if isinstance(error, AccountNotFoundError):
        return AccountError(f"There is no IBM Quantum account. {_HOW_TO_SIGN_IN}")
    if any(isinstance(link, RequestsConnectionError | Timeout) for link in chain) and status is None:
        return UnavailableError(f"IBM Quantum cannot be reached, or the connection broke: {text}")
    if status is not None and status >= 500:
        return UnavailableError(f"IBM Quantum is not available: {text}")
    if isinstance(error, IBMInputValueError) and "does not have access" in text:
        return AccountError(f"IBM Quantum does not accept the account for this instance: {text} {_HOW_TO_SIGN_IN}")
    if status == _UNAUTHORIZED or any(isinstance(link, AccountsError | IBMNotAuthorizedError) for link in chain):
        return AccountError(f"IBM Quantum does not accept the account: {text} {_HOW_TO_SIGN_IN}")
    if isinstance(error, IBMInputValueError | ValidationError):
        return RequestRefusedError(f"The client of IBM Quantum refuses the request: {text}")
    if status is not None and status >= 400:
        return RequestRefusedError(f"IBM Quantum has refused the request: {text}", status)
    return UnavailableError(f"IBM Quantum is not available: {type(error).__name__}: {text}")


def _http_status(error: BaseException) -> int | None:
    """Returns the HTTP status behind an error; the client hides it in a suppressed context or only in the text."""
    for link in _chain(error):
        status = getattr(link, "status_code", None)
        if isinstance(status, int) and status >= 100:
            return status
        if match := _HTTP_STATUS.search(str(link)):
            return int(match.group(1))
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
