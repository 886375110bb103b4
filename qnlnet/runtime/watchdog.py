"""Calls with a wall-clock limit: they run in a process of their own, which is killed when its time is up.

A thread could not be stopped: left hanging in a request, it might still submit a job after its caller has concluded
that there is none. The process also ends by itself as soon as its parent is gone, whatever killed that.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

from qnlnet.errors import UnavailableError

_START_SECONDS = 120.0  # importing the client takes two; a machine that starts to swap takes longer


class WatchedProcess:
    """An object in a process of its own.

    Args:
        build: Builds the object, there; a function at the top level of a module.

    Calls are answered one after the other. A call that reaches its limit, or that kills the process, raises an
    `UnavailableError`; the next call starts a new process.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._process: Any = None
        self._pipe: Any = None

    def call(self, method: str, *arguments: Any, limit: float) -> Any:
        """Calls a method of the object and returns what it returns, or raises what it raises.

        Args:
            method: Its name.
            arguments: Its arguments; they must pickle, as must its result and its errors.
            limit: Seconds.

        Raises:
            UnavailableError: The limit was reached or the process ended.
        """
        if self._process is None or not self._process.is_alive():
            self._start()
        try:
            self._send(method, arguments)
            succeeded, result = self._receive(limit)
        except BaseException:
            self.close()  # whatever it was about to do, it does no more
            raise
        if succeeded:
            return result
        raise result

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> None:
        self.close()
        context = multiprocessing.get_context("spawn")  # a forked copy of a threaded process may hang
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._build, theirs), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._receive(_START_SECONDS)
        except BaseException:
            self.close()
            raise

    def _send(self, method: str, arguments: tuple[Any, ...]) -> None:
        try:
            self._pipe.send((method, arguments))
        except OSError as error:
            raise UnavailableError("The process that talks to IBM Quantum has ended unexpectedly.") from error

    def _receive(self, limit: float) -> tuple[bool, Any]:
        if not self._pipe.poll(limit):
            raise UnavailableError(f"IBM Quantum has not answered within {limit:g} seconds.")
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise UnavailableError("The process that talks to IBM Quantum has ended unexpectedly.") from error


def _serve(build: Callable[[], Any], pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    target: Any = None
    pipe.send((True, None))
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        try:
            target = build() if target is None else target
            answer: tuple[bool, Any] = (True, getattr(target, method)(*arguments))
        except Exception as error:  # noqa: BLE001 - it is raised again on the other side
            answer = (False, error)
        pipe.send(answer)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
