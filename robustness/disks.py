"""A small disk: a tmpfs that one process sees, with those that enter its view of the file system; it ends with it."""

import os
import shlex
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self


class NoDiskError(Exception):
    """A small disk cannot be made here."""


class SmallDisk:
    """A tmpfs at `place` in a mount namespace of its own; a context manager.

    Nothing is mounted for other processes, so that nothing is left behind whatever happens. It needs root, or a system
    on which everybody may create user namespaces.

    Args:
        place: An empty folder.
        options: Options of the tmpfs, such as ``size=64k``.
    """

    def __init__(self, place: Path, options: str) -> None:
        self.place = place
        self._options = options

    def __enter__(self) -> Self:
        rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._shell = subprocess.Popen(
            ["unshare", "--mount", *rights, "sh"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            self._tell(f"mount -t tmpfs -o {self._options} none {shlex.quote(str(self.place))}")
        except NoDiskError as error:
            self.__exit__(None, None, None)
            raise NoDiskError(
                f"No tmpfs can be mounted: {error}. Run this as root, or on a system that lets users create namespaces "
                "(sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0)."
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shell.communicate()

    @property
    def process(self) -> int:
        """The process in whose view the disk is."""
        return self._shell.pid

    @property
    def seen_from_outside(self) -> Path:
        """Where this process finds the content of the disk."""
        return Path(f"/proc/{self.process}/root{self.place}")

    def change(self, options: str) -> None:
        """Changes size or rights: ``size=1m``, ``ro``."""
        self._tell(f"mount -o remount,{options} {shlex.quote(str(self.place))}")

    def _tell(self, command: str) -> None:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        try:
            self._shell.stdin.write(f'{command} 2>&1; echo "status $?"\n')
            self._shell.stdin.flush()
        except BrokenPipeError:
            pass
        said = []
        for line in self._shell.stdout:
            if line == "status 0\n":
                return
            said.append(line.strip())
            if line.startswith("status "):
                break
        raise NoDiskError(" ".join(said))
