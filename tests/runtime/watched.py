"""What the tests of the watchdog let run in a process of its own; it must be importable there."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qnlnet.errors import RequestRefusedError


class Worker:
    """Counts its calls, waits, fails and dies on request."""

    def __init__(self) -> None:
        self.calls = 0

    def count(self) -> tuple[int, int]:
        """Returns the number of the process and how often this was called there."""
        self.calls += 1
        return os.getpid(), self.calls

    def echo(self, value: Any) -> Any:
        return value

    def wait(self, seconds: float, path: Path) -> None:
        """Locks a file, which the system unlocks when the process is gone, and waits."""
        with path.open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            time.sleep(seconds)
            path.with_suffix(".late").touch()

    def refuse(self) -> None:
        raise RequestRefusedError("Too many requests.", 429)

    def die(self) -> None:
        os._exit(3)

    def unpicklable(self) -> Any:
        return lambda: None


class Broken:
    """Cannot be built."""

    def __init__(self) -> None:
        raise RequestRefusedError("No such key.")


def is_free(path: Path) -> bool:
    """Whether no process holds the file."""
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
