"""What a program does when whoever reads its output has gone, as in ``program | head``."""

import os
import select
import sys
from collections.abc import Callable
from typing import TypeVar

_CLOSED_PIPE = 141  # 128 + SIGPIPE, as of other Unix programs

_Result = TypeVar("_Result")


def end_with_reader(program: Callable[[], _Result]) -> _Result:
    """Returns what `program` returns; ends quietly, with status 141, where the reader of its output has gone."""
    try:
        try:
            return program()
        finally:
            sys.stdout.flush()  # here, as the interpreter's own attempt at the end could not be caught
    except BrokenPipeError:
        if not _reader_has_gone():  # another pipe, to another process
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_CLOSED_PIPE)


def _reader_has_gone() -> bool:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
