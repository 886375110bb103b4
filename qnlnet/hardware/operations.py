"""What people do with a submission: submit, refresh, collect, cancel."""

from collections.abc import Callable

from qnlnet.errors import LedgerError, RequestRefusedError, ResultsGoneError, ServiceError
from qnlnet.hardware.ledger import Submission
from qnlnet.runtime import Device, JobRecord, Phase, Service, State, Waiting, poll

Say = Callable[[str], None]


def check_ready(device: Device, remaining_seconds: float | None) -> None:
    """Raises a `RequestRefusedError` if the device does not run jobs or the account's time is used up."""
    if device.problem:
        raise RequestRefusedError(f"{device.problem}, so nothing was submitted. Choose another backend or wait.")
    if remaining_seconds is not None and remaining_seconds <= 0:
        raise RequestRefusedError(
            "The usage limit of your instance is reached, so nothing was submitted. Wait until IBM Quantum grants new "
            "time, or use another instance."
        )


def submit(submission: Submission, service: Service, say: Say = print) -> None:
    """Makes sure that the service holds every job of the submission; does nothing for those it holds already.

    Raises:
        LedgerError: Another program works on it, or a file is damaged.
        RequestRefusedError: The device is offline, the usage limit is reached, or the service refuses.
        ServiceError: The service cannot be asked; the state says what is open.
    """
    found = submission.plan.circumstances
    with submission.lock():
        missing = [part for part, job in enumerate(submission.jobs) if job.state in (State.PLANNED, State.SUBMITTING)]
        if not missing:
            return
        check_ready(service.device(found.device, len(found.layout)), service.remaining_seconds())
        batch = service.open_batch(found.device) if len(missing) > 1 else None
        try:
            for part in missing:
                submission.jobs[part].submit(service, submission.request(part, batch), say)
                if len(submission.jobs) > 1:
                    say(f"Job {part + 1} of {len(submission.jobs)}: {submission.jobs[part].record.job_id}")
        finally:
            _close_batch(service, batch, say)


def _close_batch(service: Service, batch: str | None, say: Say) -> None:
    try:
        service.close_batch(batch)
    except ServiceError as error:
        say(f"The batch could not be closed and ends by itself: {error}")


def refresh(submission: Submission, service: Service) -> list[Phase | None]:
    """Asks the service for every job that has not ended, and returns the phases.

    Raises:
        LedgerError: Another program works on it.
        ServiceError: The service cannot be asked.
    """
    with submission.lock():
        return [job.refresh(service) for job in submission.jobs]


def collect(
    submission: Submission, service: Service, *, wait: bool = False, say: Say = print, waiting: Waiting | None = None
) -> bool:
    """Brings all answers to disk and writes values.npz; returns whether all of them are there.

    Args:
        submission: The submission.
        service: Where its jobs are. It is not asked for what is on disk.
        wait: Whether to wait until all jobs have ended; an outage is waited out as well.
        say: Gets a sentence when something has changed.
        waiting: How to wait.

    Raises:
        LedgerError: A job failed, was cancelled or is gone, an answer is not usable, or another program works on it.
        ServiceError: The service cannot be asked.
    """

    def ask() -> str | None:
        with submission.lock():
            phases = [_collect_job(job, service) for job in submission.jobs]
        underway = any(job.state in (State.SUBMITTING, State.SUBMITTED) for job in submission.jobs)
        if not underway or not wait:
            return None
        return ", ".join(f"job {number} is {phase}" for number, phase in enumerate(phases, 1) if phase is not None)

    if wait:
        poll(ask, waiting or Waiting(), say)
    else:
        ask()
    _refuse_lost_jobs(submission)
    if not submission.is_final:
        return False
    with submission.lock():
        try:
            current = submission.values_are_current()
        except LedgerError:
            current = False
        if not current:
            submission.write_values()
    return True


def _collect_job(job: JobRecord, service: Service) -> Phase | None:
    phase = job.refresh(service)
    if phase is Phase.DONE:
        try:
            job.retrieve(service)
        except ResultsGoneError:
            return None  # its state says so
    return phase


def _refuse_lost_jobs(submission: Submission) -> None:
    """Raises a `LedgerError` that says which jobs give no answer, why, and what remains."""
    lost = [job for job in submission.jobs if job.state in (State.FAILED, State.CANCELLED, State.GONE)]
    if not lost:
        return
    kept = sum(job.state is State.RETRIEVED for job in submission.jobs)
    reasons = " ".join(f"Job {job.record.job_id or job.tag} is {job.state}: {job.record.note}" for job in lost)
    keeps = f" The answers of {kept} other jobs are kept." if kept else ""
    raise LedgerError(f"{reasons}{keeps} To run it again, submit the same with --repeat.")


def cancel(submission: Submission, service: Service, say: Say = print) -> None:
    """Cancels what has not ended.

    Raises:
        LedgerError: Another program works on it.
        ServiceError: The service cannot be asked.
    """
    with submission.lock():
        for job in submission.jobs:
            try:
                job.cancel(service)
            except RequestRefusedError as error:
                say(str(error))
            say(f"Job {job.record.job_id or job.tag} is {job.state}.")
