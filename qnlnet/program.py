"""The frame of a program: one sentence for a mistake and for Ctrl-C, exit statuses, a quiet end without a reader."""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

from qnlnet.errors import QNLNetError
from qnlnet.pipes import end_with_reader

MISTAKE, INTERRUPTED, TERMINATED = 2, 130, 143  # exit statuses; the last two are 128 + the signal's number


class Main(Protocol):
    """A program as a function of its command line, None for that of the process; it returns the exit status."""

    def __call__(self, arguments: Sequence[str] | None = None) -> int: ...


def program(stopped: str = "\nStopped.") -> Callable[[Main], Main]:
    """Returns a decorator for `main`: mistakes of a person and Ctrl-C become a sentence and an exit status.

    Args:
        stopped: The sentence for Ctrl-C.
    """

    def decorate(main: Main) -> Main:
        @functools.wraps(main)
        def framed(arguments: Sequence[str] | None = None) -> int:
            try:
                return main(arguments)
            except QNLNetError as error:
                return report_mistake(error)
            except KeyboardInterrupt:
                print(stopped, file=sys.stderr)
                return INTERRUPTED

        return framed

    return decorate


def report_mistake(error: QNLNetError) -> int:
    """Prints the error on standard error as one sentence and returns the exit status that belongs to it."""
    print(f"error: {error}", file=sys.stderr)
    return MISTAKE


def run(main: Main) -> NoReturn:
    """Runs `main` with the command line of this process and ends the process with its exit status."""
    sys.exit(end_with_reader(main))
