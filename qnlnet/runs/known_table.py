"""A table on disk that is read again only when it has changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from qnlnet.records import write_table

_Identity = tuple[int, ...] | None


class KnownTable:
    """Rows of a file, kept from one look to the next; several threads may look.

    Reading takes a second for a thousand seeds, and is asked for at the beginning and the end of every replica.

    Args:
        path: The file.
        load: Reads it, as `read_seed_rows` does.
    """

    def __init__(self, path: Path, load: Callable[..., pd.DataFrame]) -> None:
        self._path = path
        self._load = load
        self._kept: tuple[_Identity, pd.DataFrame] | None = None

    def read(self) -> pd.DataFrame:
        """Returns the rows that are in the file; none where there is no file.

        Raises:
            ResultsError: The file cannot be read, or is damaged.
        """
        identity = self._identify()  # before reading: what comes between makes the next look read again
        if self._kept is None or identity is None or self._kept[0] != identity:
            self._kept = identity, self._load(self._path, missing_ok=True)
        return self._kept[1]

    def write(self, rows: pd.DataFrame) -> None:
        """Replaces the file, where no other process writes it now.

        Raises:
            ResultsError: It cannot be written; what was there stays.
        """
        write_table(rows, self._path)
        self._kept = self._identify(), rows

    def _identify(self) -> _Identity:
        """Returns what changes with the file; it is opened, because a network file system looks anew only then."""
        try:
            with self._path.open("rb") as stream:
                status = os.fstat(stream.fileno())
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
