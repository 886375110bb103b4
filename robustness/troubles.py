"""What befalls a forked process: it dies at a chosen file operation, or lacks memory, rights, or a steady clock."""

import datetime
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

NOBODY = 65534
_FOREVER = 60.0
_CHANGES = {"os.rename", "os.remove", "os.mkdir"}
_WRITING = os.O_WRONLY | os.O_RDWR
_RANDOM = re.compile(r"\.[0-9a-f]{8}(?=\.tmp$)")


def prepare(troubles: Mapping[str, Any], folder: Path) -> None:
    """Makes this process one with these troubles, and `folder` its working folder.

    Args:
        troubles: ``disk``: process in whose view of the file system this one lives; ``user``: to whom it belongs;
            ``memory``: bytes that it may take beyond those it has; ``clock``: seconds by which the clock jumps, there
            and back again, whenever it is read; ``count``: file that gets a line for each file operation below
            `folder`; ``die``: which signal comes before which operation of which kind, counted from 0; before the
            end of a write, SIGKILL leaves half of the file.
        folder: Where it runs.
    """
    if "disk" in troubles:
        _enter(int(troubles["disk"]))
    os.chdir(folder)
    if "user" in troubles:
        os.setgroups([])
        os.setgid(int(troubles["user"]))
        os.setuid(int(troubles["user"]))
    if "clock" in troubles:
        _let_the_clock_jump(float(troubles["clock"]))
    if "count" in troubles or "die" in troubles:
        _Operations(folder, troubles.get("count"), troubles.get("die")).watch()
    if "memory" in troubles:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + int(troubles["memory"])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _Operations:
    """Counts what this process changes below a folder, and lets a signal come at one of these operations."""

    def __init__(self, folder: Path, count: str | None, die: Mapping[str, Any] | None) -> None:
        self._folder = f"{folder}{os.sep}"
        self._count = None if count is None else os.open(count, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._die = die
        self._done = 0
        self._lock = threading.RLock()

    def watch(self) -> None:
        fsync = os.fsync

        def counted_fsync(fd: Any) -> None:
            path = os.readlink(f"/proc/self/fd/{fd}")
            self._take("write", path, lambda: os.ftruncate(fd, os.fstat(fd).st_size // 2))
            fsync(fd)

        os.fsync = counted_fsync
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and flags & _WRITING:
                self._take(event, path)
        elif event in _CHANGES:
            self._take(event, arguments[0])

    def _take(self, event: str, path: Any, half: Callable[[], None] = lambda: None) -> None:
        name = os.path.join(os.getcwd(), os.fsdecode(path))
        if not name.startswith(self._folder):
            return
        kind = f"{event} {_RANDOM.sub('', name.removeprefix(self._folder))}"
        if self._count is not None:
            os.write(self._count, f"{kind}\n".encode())
        if self._die is None or kind != self._die["kind"]:
            return
        with self._lock:
            number, self._done = self._done, self._done + 1
        if number != self._die["at"]:
            return
        if self._die["signal"] == signal.SIGKILL:
            half()
        os.kill(os.getpid(), self._die["signal"])
        if self._die["signal"] == signal.SIGKILL:
            time.sleep(_FOREVER)


def _let_the_clock_jump(seconds: float) -> None:
    """Replaces Python's clocks that tell the time of day by ones that are right and wrong in turns."""
    readings = iter(range(sys.maxsize))

    def wrong(clock: Callable[[], Any], unit: int) -> Callable[[], Any]:
        return lambda: clock() + (next(readings) % 2) * type(clock())(seconds * unit)

    class JumpingDatetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(time.time(), tz)

    time.time, time.time_ns = wrong(time.time, 1), wrong(time.time_ns, 10**9)
    datetime.datetime = JumpingDatetime  # type: ignore[misc]  # replacing the class is the trouble


def _enter(process: int) -> None:
    """Enters the user and mount namespaces of another process."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    for kind in ("user", "mnt"):
        theirs, ours = f"/proc/{process}/ns/{kind}", f"/proc/self/ns/{kind}"
        if os.readlink(theirs) == os.readlink(ours):
            continue
        opened = os.open(theirs, os.O_RDONLY)
        if libc.setns(opened, 0):
            raise OSError(ctypes.get_errno(), f"setns {kind}")
        os.close(opened)
