"""The commands of scripts/ibm_jobs.py."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware_jobs.arguments import check_budget, read_backend, read_workload
from hardware_jobs.texts import describe_proposal, describe_row, describe_submission, next_step
from qnlnet.config import RuntimeConfig
from qnlnet.errors import (
    LedgerError,
    QNLNetError,
    RequestRefusedError,
    ResultsError,
    argument_error,
)
from qnlnet.hardware import (
    COLLECTED,
    Proposal,
    Request,
    Submission,
    Workload,
    add_row,
    build_request,
    cancel,
    check_ready,
    collect,
    create_submission,
    find_submission,
    list_keys,
    propose,
    read_rows,
    refresh,
    report_is_current,
    submission_exists,
    submit,
    write_report,
)
from qnlnet.runtime import LocalService, Patience, RemoteService, Service, State, Waiting, warn_of_readable_account

DONE, MISTAKE, NOT_YET = 0, 2, 3
PATIENCE, WAITING = Patience(), Waiting()
_LOCAL_PATIENCE = Patience(settle_seconds=0.0)  # a job of a process that has ended will never be listed


def run_command(options: argparse.Namespace) -> int:
    """Runs what the command line asks for and returns the exit status.

    Raises:
        QNLNetError: It can not be done; the message says why and what to do.
    """
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "estimate": _estimate,
        "submit": _submit,
        "rehearse": _rehearse,
        "status": _status,
        "list": _list,
        "collect": _collect,
        "cancel": _cancel,
    }
    return commands[options.command](options)


def _estimate(options: argparse.Namespace) -> int:
    workload, backend = read_workload(options, options.run[0]), read_backend(options)
    with _service(backend.is_local) as service:
        proposal = propose(workload, build_request(workload, backend, options.images_per_job), service)
    print(describe_proposal(proposal))
    check_budget(proposal.plan)
    if submission_exists(options.ledger, proposal.plan.key):
        print(describe_submission(_open(options.ledger, proposal.plan.key)))
    else:
        print("Nothing was submitted.")
    return DONE


def _submit(options: argparse.Namespace) -> int:
    workload, backend = read_workload(options, options.run[0]), read_backend(options)
    if backend.is_local:
        raise argument_error(
            "--backend", "name an IBM Quantum computer or least-busy", backend.name, "Simulated devices: rehearse."
        )
    request, submission = _look_up(options, workload, backend)
    if submission is not None and submission.state not in (State.PLANNED, State.SUBMITTING):
        print("This has been submitted before, so nothing was done. To run it again, add --repeat.")
        print(describe_submission(submission))
        return DONE
    with _service(local=False) as service:
        if submission is None:
            proposal = propose(workload, request, service)
            print(describe_proposal(proposal))
            check_budget(proposal.plan)
            check_ready(proposal.device, proposal.remaining_seconds)
            if not options.yes and not _confirm(proposal):
                print("Nothing was submitted.")
                return DONE
            submission = create_submission(options.ledger, proposal, PATIENCE)
        else:
            print(f"Going on with {submission.key}, which was planned before and is {submission.state}.")
            check_budget(submission.plan, backend.budget_seconds)
        try:
            submit(submission, service)
        except (QNLNetError, KeyboardInterrupt):
            print(describe_submission(submission), file=sys.stderr)
            raise
    jobs = ", ".join(job.record.job_id for job in submission.jobs)
    print(f"Submitted {submission.key}: {jobs}. You can leave now. To collect the results, here or days later:")
    print(f"  {next_step(submission)}")
    return DONE


def _rehearse(options: argparse.Namespace) -> int:
    backend = read_backend(options)
    if not backend.is_local:
        raise argument_error(
            "--backend", "name a simulated device", backend.name, "For example fake-manila, fake-fez or aer."
        )
    for number, run in enumerate(options.run, 1):
        if len(options.run) > 1:
            print(f"Rehearsal {number} of {len(options.run)}: {run}", flush=True)
        _rehearse_run(options, run, backend)
    write_report(options.ledger)
    return DONE


def _rehearse_run(options: argparse.Namespace, run: Path, backend: RuntimeConfig) -> None:
    workload = read_workload(options, run)
    request, submission = _look_up(options, workload, backend)
    with _service(local=True) as service:
        if submission is None:
            proposal = propose(workload, request, service)
            print(describe_proposal(proposal), flush=True)
            submission = create_submission(options.ledger, proposal, _LOCAL_PATIENCE)
        elif submission.state == COLLECTED:
            print("This has been rehearsed before. To run it again, add --repeat.")
        submission.restart_local_jobs()
        submit(submission, service)
        collect(submission, service)
    print(describe_row(add_row(submission, options.ledger)), flush=True)


def _status(options: argparse.Namespace) -> int:
    submissions = [_open(options.ledger, options.key)] if options.key else list(_all(options.ledger))
    shown = [one for one in submissions if options.key or not (one.is_final or one.is_local)]
    status = DONE
    with _service(local=False) as service:
        for submission in shown:
            if not submission.is_final and not submission.is_local:
                try:
                    phases = refresh(submission, service)
                except QNLNetError as error:
                    print(f"{submission.key}: {error}", file=sys.stderr)
                    status = MISTAKE
                else:
                    words = [f"job {k} is {phase}" for k, phase in enumerate(phases, 1) if phase is not None]
                    print(f"{submission.key}: IBM Quantum says {', '.join(words) or 'nothing new'}.")
            print(describe_submission(submission))
    if not shown:
        print(f"Nothing is under way in {options.ledger}, which holds {len(submissions)} submissions.")
    return status


def _list(options: argparse.Namespace) -> int:
    submissions = list(_all(options.ledger))
    for submission in submissions:
        found = submission.plan.circumstances
        print(
            f"{submission.key}  {submission.state:<10}  {found.planned_at[:16]}  {found.device:<14}  {found.cell}, "
            f"seed {submission.plan.request.seed}, {len(submission.plan.request.image_indices)} images"
        )
    if not submissions:
        print(f"There are no submissions in {options.ledger}.")
    return DONE


def _collect(options: argparse.Namespace) -> int:
    wanted = [_open(options.ledger, options.key)] if options.key else list(_all(options.ledger))
    if options.all:
        there = _keys_of_rows(options.ledger)  # a program may have ended just before it wrote the row
        wanted = [one for one in wanted if not one.is_local and one.key not in there and one.expects_results]
    status, collected = DONE, False
    with _service(local=False) as service:
        for submission in wanted:
            try:
                if collect(submission, service, wait=options.wait, waiting=WAITING):
                    print(describe_row(add_row(submission, options.ledger)), flush=True)
                    collected = True
                    continue
                print(describe_submission(submission))
                status = max(status, NOT_YET)
            except QNLNetError as error:
                if options.key:
                    raise
                print(f"error: {submission.key}: {error}", file=sys.stderr)
                status = MISTAKE
    if collected or not report_is_current(options.ledger):
        write_report(options.ledger)
    if not wanted:
        print("There is nothing to collect.")
    return status


def _cancel(options: argparse.Namespace) -> int:
    submission = _open(options.ledger, options.key)
    with _service(submission.is_local) as service:
        cancel(submission, service)
    return DONE


def _look_up(
    options: argparse.Namespace, workload: Workload, backend: RuntimeConfig
) -> tuple[Request, Submission | None]:
    """Returns what is asked for and its submission, if there is one; with --repeat the first that there is none of."""
    while True:
        request = build_request(workload, backend, options.images_per_job)
        if not submission_exists(options.ledger, request.key):
            return request, None
        if not options.repeat:
            return request, _open(options.ledger, request.key)
        backend = backend.model_copy(update={"repetition": backend.repetition + 1})


def _keys_of_rows(root: Path) -> list[str]:
    """Returns the keys in hardware.csv; a damaged table is reported later, when a row is added: answers come first."""
    try:
        return read_rows(root).key.tolist()
    except ResultsError:
        return []


def _confirm(proposal: Proposal) -> bool:
    question = f"Submit {proposal.plan.key} to {proposal.device.name}? [y/N] "
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        raise RequestRefusedError("There is nobody to ask, so nothing was submitted. Add --yes.") from None


def _open(root: Path, key: str) -> Submission:
    submission = find_submission(root, key, PATIENCE)
    return find_submission(root, key, _LOCAL_PATIENCE) if submission.is_local else submission


def _all(root: Path) -> Iterator[Submission]:
    """Yields all submissions; a damaged one is reported and passed over."""
    for key in list_keys(root):
        try:
            yield _open(root, key)
        except LedgerError as error:
            print(f"error: {error}", file=sys.stderr)


@contextmanager
def _service(local: bool) -> Iterator[Service]:
    if not local and (warning := warn_of_readable_account()):
        print(f"warning: {warning}", file=sys.stderr)
    service: Service = LocalService() if local else RemoteService()
    try:
        yield service
    finally:
        service.close()
