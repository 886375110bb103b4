"""The rows of many cells in the files of one folder."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from qnlnet.records import sort_rows, write_table
from qnlnet.records.candidates import write_candidates
from qnlnet.runs.run_folder import Run

_GRADIENTS = "gradients.csv.gz"


def write_rows(runs: Sequence[Run], directory: Path) -> tuple[pd.DataFrame, list[Path]]:
    """Writes seeds.csv, epochs.csv.gz, and gradients.csv.gz and candidates.csv where there is something for them.

    Args:
        runs: The cells, trained.
        directory: Where to.

    Returns:
        The per-seed rows, in their order, and the paths.

    Raises:
        ResultsError: The folder cannot be written.
    """
    seed_rows = sort_rows(pd.concat([run.seed_rows() for run in runs], ignore_index=True))
    epoch_rows = sort_rows(pd.concat([run.epoch_rows() for run in runs], ignore_index=True))
    paths = [write_table(seed_rows, directory / "seeds.csv"), write_table(epoch_rows, directory / "epochs.csv.gz")]
    gradients = pd.concat([run.gradient_rows() for run in runs], ignore_index=True)
    if not gradients.empty:
        paths.append(write_table(sort_rows(gradients), directory / _GRADIENTS))
    else:  # an older one would be of other rows
        (directory / _GRADIENTS).unlink(missing_ok=True)
    candidates = write_candidates([run.candidates for run in runs], seed_rows.config_hash, directory)
    return seed_rows, [*paths, *filter(None, [candidates])]
