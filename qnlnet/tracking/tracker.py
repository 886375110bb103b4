"""What a tracker does. Each lives in a thread of its own, and may raise anything: see worker.py."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.training import Epoch


class Tracker(Protocol):
    """Takes what happens in a run, in order. `time` is when it happened, in seconds since 1970."""

    def on_epoch(self, config: RunConfig, seed: int, epoch: Epoch, time: float) -> None:
        """An epoch of a replica has ended."""

    def on_resumed(self, config: RunConfig, seed: int, epochs: Sequence[Epoch], time: float) -> None:
        """A replica goes on from a checkpoint, behind these epochs."""

    def on_trained(self, config: RunConfig, seed: int, row: Mapping[str, Any], time: float) -> None:
        """A replica has finished, with this per-seed row."""

    def on_failed(self, config: RunConfig, seed: int, message: str, time: float) -> None:
        """A replica has failed."""

    def on_cell(self, config: RunConfig, seed_rows: pd.DataFrame, time: float) -> None:
        """These are all rows that a cell has by now."""

    def on_table(self, name: str, paths: Sequence[Path], time: float) -> None:
        """A table was written, in one or several formats."""

    def on_figure(self, name: str, paths: Sequence[Path], time: float) -> None:
        """A figure was written, in one or several formats."""

    def flush(self) -> None:
        """Sends what has been held back."""

    def close(self) -> None:
        """Sends what has been held back, and says that the rest will not come."""

    def discard(self) -> None:
        """Releases files and memory without sending anything; called after an error, and must not raise one."""
