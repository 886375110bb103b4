"""The command line of scripts/ibm_jobs.py; nothing here imports Qiskit, so that --help is quick."""

import argparse
from pathlib import Path

OWN, COMMITTED = Path("outputs/hardware"), Path("results/hardware")
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


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="ibm_jobs.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
            command.add_argument(
                "--budget",
                type=float,
                default=120.0,
                metavar="S",
                help="refuse above S estimated QPU seconds, and let IBM cancel jobs that take longer (default: 120)",
            )
        if name != "estimate":
            command.add_argument("--repeat", action="store_true", help="run again what was submitted before")
        if name == "submit":
            command.add_argument("--yes", action="store_true", help="do not ask")
        _add_ledger(command)
    status = commands.add_parser("status", help="where submissions are", description="Ask where submissions are.")
    status.add_argument(
        "key", nargs="?", metavar="KEY", help="a submission or the start of its key (default: all open)"
    )
    _add_ledger(status)
    listing = commands.add_parser("list", help="what the ledger knows", description="List submissions; asks nobody.")
    _add_ledger(listing)
    collect = commands.add_parser("collect", help="bring results home", description="Bring results home.")
    which = collect.add_mutually_exclusive_group(required=True)
    which.add_argument("key", nargs="?", metavar="KEY", help="a submission, or the start of its key")
    which.add_argument("--all", action="store_true", help="all submissions whose results are not here yet")
    collect.add_argument("--wait", action="store_true", help="wait for the results, through outages as well")
    _add_ledger(collect)
    cancel = commands.add_parser("cancel", help="cancel a submission", description="Cancel what has not ended.")
    cancel.add_argument("key", metavar="KEY", help="a submission, or the start of its key")
    _add_ledger(cancel)
    return parser


def _add_workload(parser: argparse.ArgumentParser, *, several: bool) -> None:
    group = parser.add_argument_group("what runs")
    group.add_argument(
        "run",
        type=Path,
        nargs="+" if several else 1,
        metavar="RUN",
        help="folder of a run under outputs/, or its models/seed-N.pt",
    )
    group.add_argument("--seed", type=int, default=0, metavar="N", help="which model of a folder (default: 0)")
    group.add_argument(
        "--images",
        type=int,
        metavar="N",
        help="test images, drawn at random (default: 200, or all of fewer)",
    )
    group.add_argument("--image-seed", type=int, default=0, metavar="N", help="seed of that draw (default: 0)")
    group.add_argument("--shots", type=int, default=1024, metavar="N", help="measurements per image (default: 1024)")
    group.add_argument("--data-root", metavar="DIR", help="where the images lie (default: as in training)")


def _add_device(parser: argparse.ArgumentParser, *, rehearsal: bool) -> None:
    group = parser.add_argument_group("where and how")
    text = "fake-manila, fake-fez or another fake device, or aer for one without noise"
    if not rehearsal:
        text = "ibm_fez or another computer of your instance, or least-busy; for estimate also a simulated one"
    group.add_argument("--backend", required=True, metavar="NAME", help=text)
    group.add_argument(
        "--resilience",
        type=int,
        default=1,
        choices=(0, 1, 2),
        help="0: no mitigation, 1: readout errors, 2: extrapolation to zero noise as well (default: 1)",
    )
    group.add_argument(
        "--twirling",
        default="auto",
        choices=("auto", "none", "gates", "measure", "all"),
        help="what is twirled (default: as the resilience level wants)",
    )
    group.add_argument(
        "--dynamical-decoupling",
        default="off",
        choices=("off", "waiting", "XX", "XpXm", "XY4"),
        help="pulses on idle qubits; a simulated device has the noise of waiting with pulses only, and waiting gives "
        "it the same without them, to compare with (default: off)",
    )
    group.add_argument(
        "--optimization-level", type=int, default=3, choices=range(4), help="effort of the transpiler (default: 3)"
    )
    group.add_argument(
        "--seed-transpiler", type=int, default=0, metavar="N", help="seed of the transpiler (default: 0)"
    )
    group.add_argument(
        "--layout",
        type=_parse_layout,
        metavar="Q,Q,…",
        help="physical qubits of qubits 0, 1, … (default: transpiler's)",
    )
    group.add_argument(
        "--estimator",
        default="executor",
        choices=("executor", "legacy"),
        help="IBM's client-side estimator, or the deprecated one that runs at IBM (default: executor)",
    )
    group.add_argument(
        "--images-per-job", type=int, metavar="N", help="split into a batch of jobs (default: two million executions)"
    )


def _add_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ledger",
        type=Path,
        metavar="DIR",
        help=f"folder of the submissions (default: {OWN}; {COMMITTED} is looked into as well, and not written)",
    )


def _parse_layout(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be numbers of qubits such as 3,0,1,2, but is {text!r}") from None
