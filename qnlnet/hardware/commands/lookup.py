"""Where submissions are looked for: nothing is submitted that a ledger holds, and nothing committed is written."""

import argparse
import sys
from collections.abc import Iterator

from qnlnet.config import RuntimeConfig
from qnlnet.errors import LedgerError
from qnlnet.hardware import Ledgers, Request, Submission, Workload, build_request
from qnlnet.hardware.ledgers import COMMITTED, OWN
from qnlnet.runtime import Patience

PATIENCE = Patience()
LOCAL_PATIENCE = Patience(settle_seconds=0.0)  # a job of a process that has ended will never be listed


def open_ledgers(options: argparse.Namespace) -> Ledgers:
    """Returns the ledger of --ledger alone; without it one's own, with the committed one to be looked into."""
    return Ledgers(OWN, (COMMITTED,)) if options.ledger is None else Ledgers(options.ledger)


def open_submission(ledgers: Ledgers, key: str) -> Submission:
    """Returns the submission whose key is, or starts with, `key`, with the patience that its service needs.

    Raises:
        LedgerError: There is none, there are several, or it is damaged.
    """
    submission = ledgers.find(key, PATIENCE)
    return ledgers.find(submission.key, LOCAL_PATIENCE) if submission.is_local else submission


def open_all(ledgers: Ledgers) -> Iterator[Submission]:
    """Yields all submissions, the own ones first; a damaged one is reported and passed over."""
    for _, key in ledgers.submissions():
        try:
            yield open_submission(ledgers, key)
        except LedgerError as error:
            print(f"error: {error}", file=sys.stderr)


def look_up(
    options: argparse.Namespace, ledgers: Ledgers, workload: Workload, backend: RuntimeConfig
) -> tuple[Request, Submission | None]:
    """Returns what is asked for and its submission, if there is one; with --repeat the first that there is none of."""
    while True:
        request = build_request(workload, backend, options.images_per_job)
        if ledgers.home(request.key) is None:
            return request, None
        if not getattr(options, "repeat", False):
            return request, open_submission(ledgers, request.key)
        backend = backend.model_copy(update={"repetition": backend.repetition + 1})


def may_be_there(ledgers: Ledgers, weights_sha256: str, backend: RuntimeConfig) -> bool:
    """Returns whether a ledger may hold a submission of this model to this device; its images are needed to be sure."""
    for _, key in ledgers.submissions():
        try:
            request = ledgers.find(key).plan.request
        except LedgerError:  # damaged, so its request is unknown
            return True
        if (request.weights_sha256, request.backend.name) == (weights_sha256, backend.name):
            return True
    return False
