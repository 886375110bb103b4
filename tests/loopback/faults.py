"""What can go wrong between the client and the service, on request."""

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; as a fault, it is sent in place of the true one and the request is not processed."""

    status: int
    body: dict[str, Any] | str = ""


@dataclass(frozen=True)
class AnswerAfter(Answer):
    """Processes the request (a job comes into being), then sends this answer in place of the true one."""


@dataclass(frozen=True)
class DropBefore:
    """Closes the connection without processing the request."""


@dataclass(frozen=True)
class DropAfter:
    """Processes the request (a job comes into being), then closes the connection without an answer."""


@dataclass(frozen=True)
class Hang:
    """Keeps silent for `seconds`, then processes the request and answers; closing the service ends the silence.

    With `after_processing` the request is processed first, so that a job exists while its client waits.
    """

    seconds: float
    after_processing: bool = False


Action = Answer | AnswerAfter | DropBefore | DropAfter | Hang


@dataclass
class _Fault:
    method: str
    path: re.Pattern[str]
    action: Action
    times: int | None  # None: for ever


@dataclass
class Faults:
    """The faults that are still to happen; the oldest that fits a request is taken."""

    _pending: list[_Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, method: str, path: str, action: Action, times: int | None) -> None:
        with self._lock:
            self._pending.append(_Fault(method, re.compile(path), action, times))

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    def take(self, method: str, path: str) -> Action | None:
        """Returns what shall happen to a request, and counts it."""
        with self._lock:
            for fault in self._pending:
                if fault.method == method and fault.path.fullmatch(path):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            self._pending.remove(fault)
                    return fault.action
        return None
