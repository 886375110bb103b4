"""Locks between processes, on one machine or on several that share a folder; they end with their process."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from qnlnet.errors import ResultsError


class Claim:
    """The right to do something that one process at a time may do.

    Args:
        path: The lock file. It stays when the claim ends, as removing it would let two processes in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # One thread claims and another releases.
        self._lock = FileLock(path, thread_local=False)

    def take(self) -> bool:
        """Takes the right; False while another process has it.

        Raises:
            ResultsError: The file cannot be locked.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
            _check_ends_with_process(self._lock)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:  # filelock raises either where there are no locks
            raise _unusable(self._path, error) from error
        return True

    def release(self) -> None:
        """Gives the right back; harmless without it."""
        self._lock.release()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process is inside, and keeps the others out.

    Raises:
        ResultsError: The file cannot be locked.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        _check_ends_with_process(lock)
    except (OSError, NotImplementedError) as error:  # filelock raises either where there are no locks
        raise _unusable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _check_ends_with_process(lock: BaseFileLock) -> None:
    """Refuses what filelock takes instead on a file system without locks: a file, which a killed process leaves."""
    if isinstance(lock, SoftFileLock):
        lock.release()
        raise OSError(errno.ENOLCK, "it lies on a file system without locks")


def _unusable(path: Path, error: Exception) -> ResultsError:
    reason = getattr(error, "strerror", None) or error
    return ResultsError(
        f"The file {path} cannot be locked: {reason}. "
        "Choose a folder that you may write to, with space left, on a file system with locks."
    )
