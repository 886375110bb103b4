#!/usr/bin/env python3
"""Run trained models on IBM Quantum computers, or rehearse it on simulated ones."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qnlnet.program import program, run

_DESCRIPTION = """\
Run a trained model on an IBM Quantum computer: submit, leave, collect.

  estimate   what it would cost; submits nothing
  submit     the same, then a question, then the jobs
  status     where submissions are, asking IBM Quantum
  list       what the ledgers know, without a network
  collect    bring results home and compute the accuracy
  cancel     cancel what has not ended
  rehearse   the same path on a simulated device, in this process
"""
_EPILOG = """\
The account comes from QISKIT_IBM_TOKEN and QISKIT_IBM_INSTANCE, or from a saved account. docs/hardware.md leads from
an account to an accuracy. Exit status: 0 done, 2 a mistake or a failure, 3 results are not there yet, 130 interrupted.
"""
_NUMBER: dict[str, Any] = {"type": int, "metavar": "N"}


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="ibm_jobs.py", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("estimate", "what a submission would cost; submits nothing"),
        ("submit", "estimate, ask, submit"),
        ("rehearse", "submit and collect on a simulated device"),
    ):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        _add_workload(command, several=name == "rehearse")
        _add_device(command, rehearsal=name == "rehearse")
        if name != "rehearse":
            text = "refuse above S estimated QPU seconds, and let IBM cancel jobs that take longer (default: 120)"
            command.add_argument("--budget", type=float, default=120.0, metavar="S", help=text)
        if name != "estimate":
            command.add_argument("--repeat", action="store_true", help="run again what was submitted before")
        if name == "submit":
            command.add_argument("--yes", action="store_true", help="do not ask")
        _add_ledger(command)
    status = commands.add_parser("status", help="where submissions are", description="Ask where submissions are.")
    which = "a submission or the start of its key (default: all open)"
    status.add_argument("key", nargs="?", metavar="KEY", help=which)
    _add_ledger(status)
    listing = commands.add_parser("list", help="what the ledger knows", description="List submissions; asks nobody.")
    _add_ledger(listing)
    collect = commands.add_parser("collect", help="bring results home", description="Bring results home.")
    one_or_all = collect.add_mutually_exclusive_group(required=True)
    one_or_all.add_argument("key", nargs="?", metavar="KEY", help="a submission, or the start of its key")
    one_or_all.add_argument("--all", action="store_true", help="all submissions whose results are not here yet")
    collect.add_argument("--wait", action="store_true", help="wait for the results, through outages as well")
    _add_ledger(collect)
    cancel = commands.add_parser("cancel", help="cancel a submission", description="Cancel what has not ended.")
    cancel.add_argument("key", metavar="KEY", help="a submission, or the start of its key")
    _add_ledger(cancel)
    return parser


def _add_workload(parser: argparse.ArgumentParser, *, several: bool) -> None:
    add = parser.add_argument_group("what runs").add_argument
    text = "folder of a run under outputs/, or its models/seed-N.pt"
    add("run", type=Path, nargs="+" if several else 1, metavar="RUN", help=text)
    add("--seed", default=0, help="which model of a folder (default: 0)", **_NUMBER)
    add("--images", help="test images, drawn at random (default: 200, or all of fewer)", **_NUMBER)
    add("--image-seed", default=0, help="seed of that draw (default: 0)", **_NUMBER)
    add("--shots", default=1024, help="measurements per image (default: 1024)", **_NUMBER)
    add("--data-root", metavar="DIR", help="where the images lie (default: as in training)")


def _add_device(parser: argparse.ArgumentParser, *, rehearsal: bool) -> None:
    add = parser.add_argument_group("where and how").add_argument
    text = "fake-manila, fake-fez or another fake device, or aer for one without noise"
    if not rehearsal:
        text = "ibm_fez or another computer of your instance, or least-busy; for estimate also a simulated one"
    add("--backend", required=True, metavar="NAME", help=text)
    text = "0: no mitigation, 1: readout errors, 2: extrapolation to zero noise as well (default: 1)"
    add("--resilience", type=int, default=1, choices=(0, 1, 2), help=text)
    text = "what is twirled (default: as the resilience level wants)"
    add("--twirling", default="auto", choices=("auto", "none", "gates", "measure", "all"), help=text)
    text = (
        "pulses on idle qubits; a simulated device has the noise of waiting with pulses only, and waiting gives it the "
        "same without them, to compare with (default: off)"
    )
    add("--dynamical-decoupling", default="off", choices=("off", "waiting", "XX", "XpXm", "XY4"), help=text)
    add("--optimization-level", type=int, default=3, choices=range(4), help="effort of the transpiler (default: 3)")
    add("--seed-transpiler", default=0, help="seed of the transpiler (default: 0)", **_NUMBER)
    text = "physical qubits of qubits 0, 1, … (default: transpiler's)"
    add("--layout", type=_parse_layout, metavar="Q,Q,…", help=text)
    text = "IBM's client-side estimator, or the deprecated one that runs at IBM (default: executor)"
    add("--estimator", default="executor", choices=("executor", "legacy"), help=text)
    add("--images-per-job", help="split into a batch of jobs (default: two million executions)", **_NUMBER)


def _add_ledger(parser: argparse.ArgumentParser) -> None:
    places = "outputs/hardware; results/hardware is looked into as well, and not written"
    text = f"folder of the submissions (default: {places})"
    parser.add_argument("--ledger", type=Path, metavar="DIR", help=text)


def _parse_layout(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be numbers of qubits such as 3,0,1,2, but is {text!r}") from None


@program(stopped="Interrupted. Nothing is lost; the same command goes on.")
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    from qnlnet.hardware.commands.run import run_command  # Qiskit and torch: not needed for --help or for a mistake

    return run_command(options)


if __name__ == "__main__":
    run(main)
