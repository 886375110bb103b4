"""Handles of the processes that experiments run in."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from robustness import forking
from robustness.finding import Broken

_LIMIT = 120.0  # seconds after which a process counts as hanging
# Pools of threads do not survive a fork.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")


@dataclass(frozen=True)
class Ended:
    """A process that has ended.

    Attributes:
        status: Its exit status, or minus the signal that killed it.
        out: What it printed on standard output.
        err: What it printed on standard error.
    """

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Order:
    """What to run.

    Attributes:
        folder: Working folder.
        arguments: Those of the script.
        script: A file in experiments/.
        troubles: What befalls the process, see `troubles.prepare`.
        environment: Variables beside those of this process.
    """

    folder: Path
    arguments: tuple[str, ...]
    script: str = "train.py"
    troubles: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


class Running:
    """A process that was started; `wait` for it once."""

    def __init__(self, pid: int, logs: Path, starter: "Starter") -> None:
        self.pid = pid
        self._logs = logs
        self._starter = starter

    def send(self, number: int) -> None:
        """Sends a signal, unless the process has ended."""
        if not self._starter.has_ended(self.pid):
            os.kill(self.pid, number)

    def wait(self) -> Ended:
        """Waits for the end.

        Raises:
            Broken: It hangs; it is killed.
        """
        status = self._starter.wait(self.pid)
        out, err = ((self._logs / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
        return Ended(status, out, err)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended."""
        return self._starter.has_ended(self.pid)

    @property
    def out(self) -> str:
        """What it has printed on standard output by now."""
        return (self._logs / "out").read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        """What it has printed on standard error by now."""
        return (self._logs / "err").read_text(encoding="utf-8", errors="replace")


def run_as_a_person(order: Order, kill: tuple[float, int] | None = None) -> Ended:
    """Runs what a person would type, in a process that starts from nothing.

    Args:
        order: What to run, without troubles.
        kill: After how many seconds which signal comes; None lets it end.

    Raises:
        Broken: It hangs; it is killed.
    """
    environment = {**os.environ, "PYTHONPATH": str(forking.PROJECT)}
    # A shell lets background jobs ignore Ctrl-C, and children inherit that; a handler they do not.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, str(forking.PROJECT / "experiments" / order.script), *order.arguments],
            cwd=order.folder, env={**environment, **order.environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, previous)
    with process:
        if kill is not None:
            time.sleep(kill[0])
            process.send_signal(kill[1])
        try:
            out, err = process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Broken(f"{order.arguments} hangs") from None
    return Ended(process.returncode, out, err)


class Starter:
    """Starts processes; a context manager, at whose end those that still run are killed.

    The program that forks them takes some seconds to start, which it does when it is first needed.
    """

    def __init__(self) -> None:
        self._logs = tempfile.TemporaryDirectory()
        self._environment = {
            **os.environ,
            **dict.fromkeys(_ONE_THREAD, "1"),
            "PYTHONPATH": str(forking.PROJECT),
        }
        self._program: subprocess.Popen[bytes] | None = None
        self._ended: dict[int, int] = {}
        self._unread = b""
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program is not None:
            self._program.communicate()  # the end of its input ends it and all that it has started
        self._logs.cleanup()

    def warm_up(self) -> None:
        """Starts the program that forks, unless it runs already; the first order would wait for it otherwise."""
        if self._program is None:
            command = [sys.executable, "-m", "robustness.forking"]
            self._program = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment, cwd=self._logs.name
            )
            self._read(_LIMIT)  # it is ready

    @property
    def _forking(self) -> "subprocess.Popen[bytes]":
        self.warm_up()
        assert self._program is not None
        return self._program

    def start(self, order: Order) -> Running:
        """Starts a process."""
        self._started += 1
        logs = Path(self._logs.name) / str(self._started)
        logs.mkdir()
        for name in ("out", "err"):
            (logs / name).touch()
        line = {
            "script": order.script,
            "arguments": order.arguments,
            "folder": str(order.folder),
            "environment": dict(order.environment),
            "troubles": dict(order.troubles),
            "out": str(logs / "out"),
            "err": str(logs / "err"),
        }
        assert self._forking.stdin is not None
        self._forking.stdin.write((json.dumps(line) + "\n").encode())
        self._forking.stdin.flush()
        while (pid := self._read(_LIMIT)) is None:
            pass
        return Running(pid, logs, self)

    def run(self, order: Order) -> Ended:
        """Starts a process and waits for its end."""
        return self.start(order).wait()

    def has_ended(self, pid: int) -> bool:
        """Whether a process has ended."""
        assert self._forking.stdout is not None
        while select.select([self._forking.stdout], [], [], 0)[0]:
            self._read(0)
        return pid in self._ended

    def wait(self, pid: int) -> int:
        """Returns the status of a process when it has ended.

        Raises:
            Broken: It hangs; it is killed.
        """
        deadline = time.monotonic() + _LIMIT
        while pid not in self._ended:
            try:
                self._read(deadline - time.monotonic())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise Broken("a process hangs") from None
        return self._ended.pop(pid)

    def _read(self, seconds: float) -> int | None:
        """Reads one answer; returns the process that it says to have started."""
        assert self._forking.stdout is not None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            if not select.select([self._forking.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            data = os.read(self._forking.stdout.fileno(), 65536)
            if not data:
                raise RuntimeError("the program that forks has ended")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        answer = json.loads(line)
        if "ended" in answer:
            self._ended[answer["ended"]] = answer["status"]
        return answer.get("started")
