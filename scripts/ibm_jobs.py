#!/usr/bin/env python3
"""Run trained models on IBM Quantum computers, or rehearse it on simulated ones."""

import sys
from collections.abc import Sequence

from hardware_jobs.command_line import build_parser

from qnlnet.errors import QNLNetError
from qnlnet.pipes import end_with_reader

MISTAKE, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    from hardware_jobs.commands import run_command  # Qiskit and torch: not needed for --help or for a mistake

    try:
        return run_command(options)
    except QNLNetError as error:
        print(f"error: {error}", file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print("Interrupted. Nothing is lost; the same command goes on.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(end_with_reader(main))
