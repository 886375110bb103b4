"""What became of a cell."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from qnlnet.config import RunConfig
from qnlnet.errors import ResultsError

Status = Literal["trained", "kept", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of a cell.

    Attributes:
        config: The cell.
        directory: Its folder.
        status: ``trained``; ``kept`` where everything was on disk already; ``failed`` where replicas are missing.
        seed_rows: The per-seed rows on disk, of a failed cell those that there are.
        error: Why it failed, in words.
        is_mistake: Whether its settings are to blame, so that it would fail again.
    """

    config: RunConfig
    directory: Path
    status: Status
    seed_rows: pd.DataFrame = field(repr=False)
    error: str = ""
    is_mistake: bool = False

    def __float__(self) -> float:
        """Returns the mean test accuracy in percent: what a search maximises.

        Raises:
            ResultsError: The cell has failed.
        """
        if self.status == "failed":
            raise ResultsError(f"A cell must have finished to have an accuracy, but this one failed: {self.error}")
        return float(self.seed_rows.test_accuracy.mean())
