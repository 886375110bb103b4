"""Trained models on real devices: estimate, submit, leave, collect."""

from qnlnet.hardware.ledger import (
    COLLECTED,
    Submission,
    create_submission,
    find_submission,
    list_keys,
    submission_exists,
)
from qnlnet.hardware.ledgers import Ledgers
from qnlnet.hardware.operations import cancel, check_ready, collect, refresh, submit
from qnlnet.hardware.plan import Plan, Request
from qnlnet.hardware.proposal import Placement, Proposal, build_request, place, propose
from qnlnet.hardware.report import report_is_current, write_report
from qnlnet.hardware.results import Outcome, add_row, read_outcome, read_rows
from qnlnet.hardware.statistics import expected_accuracy, wilson_interval
from qnlnet.hardware.workload import Inputs, Workload, load_workload

__all__ = [
    "COLLECTED",
    "Inputs",
    "Ledgers",
    "Outcome",
    "Placement",
    "Plan",
    "Proposal",
    "Request",
    "Submission",
    "Workload",
    "add_row",
    "build_request",
    "cancel",
    "check_ready",
    "collect",
    "create_submission",
    "expected_accuracy",
    "find_submission",
    "list_keys",
    "load_workload",
    "place",
    "propose",
    "read_outcome",
    "read_rows",
    "refresh",
    "report_is_current",
    "submission_exists",
    "submit",
    "wilson_interval",
    "write_report",
]
