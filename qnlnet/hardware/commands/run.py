"""The commands of scripts/ibm_jobs.py."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qnlnet.config import RuntimeConfig
from qnlnet.errors import QNLNetError, RequestRefusedError, argument_error
from qnlnet.hardware import (
    COLLECTED,
    Ledgers,
    Proposal,
    add_row,
    cancel,
    check_ready,
    collect,
    create_submission,
    place,
    propose,
    refresh,
    report_is_current,
    submit,
    write_report,
)
from qnlnet.hardware.commands import lookup
from qnlnet.hardware.commands.arguments import check_budget, check_least_cost, read_backend, read_model, read_workload
from qnlnet.hardware.commands.lookup import look_up, may_be_there, open_all, open_ledgers, open_submission
from qnlnet.hardware.commands.texts import describe_proposal, describe_row, describe_submission, next_step
from qnlnet.runtime import LocalService, RemoteService, Service, State, Waiting, warn_of_readable_account

DONE, MISTAKE, NOT_YET = 0, 2, 3
WAITING = Waiting()


def run_command(options: argparse.Namespace) -> int:
    """Runs what the command line asks for and returns the exit status.

    Raises:
        QNLNetError: It cannot be done; the message says why and what to do.
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
    backend, ledgers = read_backend(options), open_ledgers(options)
    model, config, _ = read_model(options, options.run[0])
    with _service(backend.is_local) as service:
        placement = place(config, backend, service)
        workload = read_workload(options, model)
        request, submission = look_up(options, ledgers, workload, backend)
        proposal = propose(workload, request, service, placement)
    print(describe_proposal(proposal))
    check_budget(proposal.plan)
    print("Nothing was submitted." if submission is None else describe_submission(submission))
    return DONE


def _submit(options: argparse.Namespace) -> int:
    backend, ledgers = read_backend(options), open_ledgers(options)
    if backend.is_local:
        raise argument_error(
            "--backend", "name an IBM Quantum computer or least-busy", backend.name, "Simulated devices: rehearse."
        )
    model, config, weights = read_model(options, options.run[0])
    with _service(local=False) as service:
        # What may have been submitted is looked up first, as that needs no network; a new one is looked at before the
        # images are.
        placement = None if may_be_there(ledgers, weights, backend) else place(config, backend, service)
        if placement is not None:
            check_least_cost(placement, backend, options.images)
        workload = read_workload(options, model)
        request, submission = look_up(options, ledgers, workload, backend)
        if submission is not None and submission.state not in (State.PLANNED, State.SUBMITTING):
            print("This has been submitted before, so nothing was done. To run it again, add --repeat.")
            print(describe_submission(submission))
            return DONE
        if submission is None:
            proposal = propose(workload, request, service, placement)
            print(describe_proposal(proposal))
            check_budget(proposal.plan)
            check_ready(proposal.device, proposal.remaining_seconds)
            if not options.yes and not _confirm(proposal):
                print("Nothing was submitted.")
                return DONE
            submission = create_submission(ledgers.own, proposal, lookup.PATIENCE)
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
    backend, ledgers = read_backend(options), open_ledgers(options)
    if not backend.is_local:
        raise argument_error(
            "--backend", "name a simulated device", backend.name, "For example fake-manila, fake-fez or aer."
        )
    added = False
    for number, run in enumerate(options.run, 1):
        if len(options.run) > 1:
            print(f"Rehearsal {number} of {len(options.run)}: {run}", flush=True)
        added |= _rehearse_run(options, ledgers, run, backend)
    _write_report(ledgers, added)
    return DONE


def _rehearse_run(options: argparse.Namespace, ledgers: Ledgers, run: Path, backend: RuntimeConfig) -> bool:
    """Rehearses one model and returns whether the own table has got its row."""
    model, config, _ = read_model(options, run)
    with _service(local=True) as service:
        placement = place(config, backend, service)
        workload = read_workload(options, model)
        request, submission = look_up(options, ledgers, workload, backend)
        if submission is None:
            proposal = propose(workload, request, service, placement)
            print(describe_proposal(proposal), flush=True)
            submission = create_submission(ledgers.own, proposal, lookup.LOCAL_PATIENCE)
        elif submission.state == COLLECTED:
            print("This has been rehearsed before. To run it again, add --repeat.")
        if (row := ledgers.row_elsewhere(submission)) is not None:
            print(describe_row(row), flush=True)
            return False
        submission.restart_local_jobs()
        submit(submission, service)
        collect(submission, service)
    print(describe_row(add_row(submission, ledgers.own)), flush=True)
    return True


def _status(options: argparse.Namespace) -> int:
    ledgers = open_ledgers(options)
    submissions = [open_submission(ledgers, options.key)] if options.key else list(open_all(ledgers))
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
        print(f"Nothing is under way in {ledgers}, with {len(submissions)} submissions.")
    return status


def _list(options: argparse.Namespace) -> int:
    ledgers = open_ledgers(options)
    submissions = list(open_all(ledgers))
    root = None
    for submission in submissions:
        if ledgers.others and root != submission.directory.parent:
            root = submission.directory.parent
            print(f"{root}:")
        found = submission.plan.circumstances
        print(
            f"{submission.key}  {submission.state:<10}  {found.planned_at[:16]}  {found.device:<14}  {found.cell}, "
            f"seed {submission.plan.request.seed}, {len(submission.plan.request.image_indices)} images"
        )
    if not submissions:
        print(f"There are no submissions in {ledgers}.")
    return DONE


def _collect(options: argparse.Namespace) -> int:
    ledgers = open_ledgers(options)
    wanted = [open_submission(ledgers, options.key)] if options.key else list(open_all(ledgers))
    if options.all:
        there = ledgers.keys_of_rows()  # a program may have ended just before it wrote the row
        wanted = [one for one in wanted if not one.is_local and one.key not in there and one.expects_results]
    status, added = DONE, False
    with _service(local=False) as service:
        for submission in wanted:
            try:
                if (row := ledgers.row_elsewhere(submission)) is not None:
                    print(describe_row(row), flush=True)
                    continue
                if collect(submission, service, wait=options.wait, waiting=WAITING):
                    print(describe_row(add_row(submission, ledgers.own)), flush=True)
                    added = True
                    continue
                print(describe_submission(submission))
                status = max(status, NOT_YET)
            except QNLNetError as error:
                if options.key:
                    raise
                print(f"error: {submission.key}: {error}", file=sys.stderr)
                status = MISTAKE
    _write_report(ledgers, added)
    if not wanted:
        print("There is nothing to collect.")
    return status


def _cancel(options: argparse.Namespace) -> int:
    submission = open_submission(open_ledgers(options), options.key)
    with _service(submission.is_local) as service:
        cancel(submission, service)
    return DONE


def _write_report(ledgers: Ledgers, added: bool) -> None:
    if added or not report_is_current(ledgers.own):
        write_report(ledgers.own, others=ledgers.others)


def _confirm(proposal: Proposal) -> bool:
    question = f"Submit {proposal.plan.key} to {proposal.device.name}? [y/N] "
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        raise RequestRefusedError("There is nobody to ask, so nothing was submitted. Add --yes.") from None


@contextmanager
def _service(local: bool) -> Iterator[Service]:
    if not local and (warning := warn_of_readable_account()):
        print(f"warning: {warning}", file=sys.stderr)
    service: Service = LocalService() if local else RemoteService()
    try:
        yield service
    finally:
        service.close()
