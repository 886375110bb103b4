"""One job on disk: never submitted twice, never lost.

The state says SUBMITTING before the request leaves this machine. Whoever finds that state, or gets no clear answer,
looks for the job by its tag before anything else, and adopts it. A folder holds

* state.json: where the job is, replaced in one step, with a checksum;
* answer.PROGRAM.json.gz: what the service answered, word for word, written before anything is derived from it.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.errors import (
    TOO_MANY_REQUESTS,
    AccountError,
    LedgerError,
    RequestRefusedError,
    ResultsGoneError,
    ServiceError,
    UnavailableError,
)
from qnlnet.files import write_file
from qnlnet.runtime.estimators import decode_answer
from qnlnet.runtime.job_state import Patience, State, read_record
from qnlnet.runtime.sealed import write_sealed
from qnlnet.runtime.service import JobRequest, Phase, Service

_NO_JOB = "An earlier request has made no job."


class JobRecord:
    """One job and its folder.

    Args:
        directory: The folder; it is created with the first state.
        tag: By which the service lists the job.
        patience: How long to wait for the service.
        fingerprint: A second tag that says what exactly was submitted; only such a job is adopted. Empty for any.

    Raises:
        LedgerError: state.json is damaged.
    """

    def __init__(self, directory: Path, tag: str, patience: Patience | None = None, *, fingerprint: str = "") -> None:
        self.directory = directory
        self.tag = tag
        self.fingerprint = fingerprint
        self.record = read_record(directory / "state.json")
        self._patience = patience or Patience()

    def reload(self) -> None:
        """Reads the folder again.

        Raises:
            LedgerError: state.json is damaged.
        """
        self.record = read_record(self.directory / "state.json")

    def forget(self) -> None:
        """Plans the job again; only for jobs that are known to have ended with their process."""
        self._write(State.PLANNED, job_id="", note="The process that ran the job has ended.")

    @property
    def state(self) -> State:
        """Where the job is, as far as this folder knows."""
        return self.record.state

    def submit(self, service: Service, request: JobRequest, say: Callable[[str], None] = print) -> None:
        """Makes sure that the service holds the job; does nothing if it does.

        Args:
            service: The service.
            request: The job; its tag must be the one of this record.
            say: Gets a sentence when there is something to wait for.

        Raises:
            RequestRefusedError: The service refuses; nothing was submitted.
            UnavailableError: There is no job (state PLANNED), or it is open whether there is one (state SUBMITTING).
            AccountError: The service does not accept the account; nothing was submitted.
            LedgerError: The service holds a job of the same request that does not fit this folder.
        """
        if self.state not in (State.PLANNED, State.SUBMITTING):
            return
        # Also where the state is PLANNED: the folder may be a copy, or have been deleted and made again.
        if self._adopt(service):
            return
        if self.state is State.SUBMITTING and self._wait_for_listing(service, say):
            return
        for attempt in range(self._patience.pauses + 1):
            self._write(State.SUBMITTING, note="The request leaves.")
            try:
                job_id = service.submit(request)
            except RequestRefusedError as error:
                self._write(State.PLANNED, note=str(error))
                if error.status != TOO_MANY_REQUESTS or attempt == self._patience.pauses:
                    raise
                say(
                    f"IBM Quantum takes no more jobs at the moment; trying again in {self._patience.pause_seconds:g} s."
                )
                time.sleep(self._patience.pause_seconds)
                if self._adopt(service):  # the client may have got an earlier one through before it was refused
                    return
            except AccountError as error:
                self._write(State.PLANNED, note=str(error))
                raise
            except UnavailableError as error:
                if self._settle(service, error, say):
                    return
                raise UnavailableError(f"{error} Nothing was submitted: the service lists no such job.") from error
            except BaseException:
                if request.config.is_local:  # the job was to run in this process: there is none
                    self._write(State.PLANNED, note="The simulation was interrupted.")
                raise
            else:
                self._write(State.SUBMITTED, job_id=job_id, note="The service has confirmed the job.")
                self._check_single(service)
                return

    def _check_single(self, service: Service) -> None:
        """Cancels what the client has submitted beyond the confirmed job."""
        try:
            tags = [tag for tag in (self.tag, self.fingerprint) if tag]
            others = [job_id for job_id in service.find(*tags) if job_id != self.record.job_id]
        except ServiceError:
            return  # the job itself is safe
        if others:
            twins = self._cancel_twins(service, [self.record.job_id, *others])
            self._write(State.SUBMITTED, note=f"{self.record.note}{twins}")

    def _settle(self, service: Service, error: UnavailableError, say: Callable[[str], None]) -> bool:
        """Finds out whether an unanswered request has made a job; returns whether it has."""
        self._write(State.SUBMITTING, note=str(error))  # the service has from now on to list the job
        say(f"{error} Looking whether the job has arrived …")
        try:
            return self._wait_for_listing(service, say)
        except ServiceError as second:
            self._write(State.SUBMITTING, note=f"{error} Whether the job has arrived is open: {second}")
            raise UnavailableError(
                f"{error} Whether the job has arrived is open, as the service cannot be asked: {second} Run the same "
                "command again later: it looks for the job first and submits nothing twice."
            ) from second

    def _wait_for_listing(self, service: Service, say: Callable[[str], None]) -> bool:
        """Looks for the job until the service must have listed it; returns whether it is there."""
        waiting = self._patience.settle_seconds - self.record.age_seconds
        if waiting > 0:
            say(f"Waiting up to {waiting:.0f} s for the service to list the job.")
        deadline = time.monotonic() + waiting
        while not self._adopt(service):
            if time.monotonic() >= deadline:
                self._write(State.PLANNED, note=_NO_JOB)
                return False
            time.sleep(min(self._patience.look_seconds, max(0.0, deadline - time.monotonic())))
        return True

    def _adopt(self, service: Service) -> bool:
        found = service.find(self.tag)
        if not found:
            return False
        if self.fingerprint:
            strangers, found = found, service.find(self.tag, self.fingerprint)
            if not found:
                raise LedgerError(
                    f"IBM Quantum holds the job {strangers[0]} of the same request, but it was submitted with another "
                    f"device, layout or circuit, so from a folder that is not {self.directory.parent.parent}. Restore "
                    "that folder to collect it, or submit with --repeat."
                )
        twins = self._cancel_twins(service, found)
        self._write(State.SUBMITTED, job_id=found[0], note=f"The job was found at the service by its tag.{twins}")
        return True

    @staticmethod
    def _cancel_twins(service: Service, found: Sequence[str]) -> str:
        """Cancels all jobs but the first: the client repeats requests by itself where the service answers with 5xx."""
        outcomes = []
        for twin in found[1:]:
            try:
                service.cancel(twin)
                outcomes.append(f"{twin}, which is cancelled")
            except ServiceError as error:
                outcomes.append(f"{twin}, which could not be cancelled: {error}")
        return f" The service also held {'; '.join(outcomes).rstrip('.')}." if outcomes else ""

    def refresh(self, service: Service) -> Phase | None:
        """Asks the service where the job is, and writes down what is final.

        Returns:
            The phase of a job that the service holds; None without one, or where the answer is on disk already.

        Raises:
            ServiceError: The service cannot be asked. The state stays as it was.
        """
        if self.state in (State.PLANNED, State.SUBMITTING):
            settled = self.record.age_seconds >= self._patience.settle_seconds
            if not self._adopt(service) and self.state is State.SUBMITTING and settled:
                self._write(State.PLANNED, note=_NO_JOB)
        if self.state is not State.SUBMITTED:
            return None
        status = service.status(self.record.job_id)
        used = status.used_seconds if status.used_seconds is not None else self.record.used_seconds
        if status.phase is Phase.FAILED:
            self._write(State.FAILED, note=status.reason or "The service gives no reason.", used_seconds=used)
        elif status.phase is Phase.CANCELLED:
            self._write(State.CANCELLED, note="The job was cancelled.", used_seconds=used)
        elif used != self.record.used_seconds:
            self._write(State.SUBMITTED, used_seconds=used)
        return status.phase

    def retrieve(self, service: Service) -> None:
        """Brings the answer of a finished job to disk; does nothing if it is there.

        Raises:
            ResultsGoneError: The service no longer has it; the state says so.
            UnavailableError: The service cannot be asked. The state stays as it was.
        """
        if self.state is State.RETRIEVED:
            return
        if self._answer_path is None:  # else it came just before this program was ended
            try:
                program, answer = service.fetch(self.record.job_id)
            except ResultsGoneError as error:
                self._write(State.GONE, note=str(error))
                raise
            write_file(self.directory / f"answer.{program}.json.gz", answer)
        digest = hashlib.sha256(self._read_answer()).hexdigest()
        self._write(State.RETRIEVED, answer_sha256=digest, note="The answer is on disk.")

    def values(self, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns expectation values and standard errors from the answer on disk.

        Raises:
            LedgerError: The answer is damaged, has another shape, or holds values that are not finite.
        """
        answer = self._read_answer()
        if hashlib.sha256(answer).hexdigest() != self.record.answer_sha256:
            raise LedgerError(
                f"The answer {self._answer_path} is not what the service gave. Restore it from a copy, or delete the "
                f"folder {self.directory}: the next collection finds the job {self.record.job_id} by its tag."
            )
        assert self._answer_path is not None  # it has just been read
        values, errors = decode_answer(self._answer_path.name.split(".")[1], answer)
        if values.shape != shape:
            raise LedgerError(
                f"The answer to job {self.record.job_id} must hold values of shape {shape}, but holds {values.shape}. "
                f"It is kept as it came: {self._answer_path}."
            )
        if broken := int(np.sum(~np.isfinite(values))):
            raise LedgerError(
                f"The answer to job {self.record.job_id} must hold finite values, but {broken} of {values.size} are "
                f"not. It is kept as it came: {self._answer_path}."
            )
        return values, errors

    def cancel(self, service: Service) -> None:
        """Cancels the job if the service holds it; one that was never submitted is only marked.

        Raises:
            RequestRefusedError: The job has ended already.
            ServiceError: The service cannot be asked. The state stays as it was.
        """
        if self.state in (State.PLANNED, State.SUBMITTING) and not self._adopt(service):
            if self.state is State.SUBMITTING:
                self._wait_for_listing(service, print)
            if self.state is State.PLANNED:
                self._write(State.CANCELLED, note="The job was cancelled before it was submitted.")
        if self.state is State.SUBMITTED:
            service.cancel(self.record.job_id)
            self._write(State.CANCELLED, note="The job was cancelled.")

    @property
    def _answer_path(self) -> Path | None:
        return next(iter(self.directory.glob("answer.*.json.gz")), None)

    def _read_answer(self) -> bytes:
        try:
            return (self._answer_path or self.directory / "answer.json.gz").read_bytes()
        except OSError as error:
            raise LedgerError(f"The answer in {self.directory} cannot be read: {error.strerror}.") from error

    def _write(self, state: State, **changes: Any) -> None:
        self.record = replace(self.record, state=state, since=datetime.now(UTC).isoformat(), **changes)
        write_sealed(self.directory / "state.json", asdict(self.record))
