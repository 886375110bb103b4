"""The candidates of a search on held-out training images, a row each, and how well they did: candidates.csv.

It lies beside a seeds.csv whose cells had something to choose. What is behind each hash stands in configs.json.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.records.configurations import write_configurations
from qnlnet.records.frames import write_table
from qnlnet.records.reading import read_table
from qnlnet.records.schema import Column

CANDIDATES = "candidates.csv"
_TEXT, _PERCENT = Column(str), Column(float, bounds=(0, 100))
CANDIDATE_SCHEMA: Mapping[str, Column] = {
    "cell": _TEXT,  # config_hash of the cell in seeds.csv, with what was chosen
    "tried": _TEXT,  # such as "train.learning_rate=0.01 train.epochs=30"
    "chosen": Column(bool),
    "seed": Column(int),
    "train_accuracy": _PERCENT,  # after the last epoch, on the training images that are not held out
    "validation_accuracy": _PERCENT,  # the same on those that are
    "config_hash": _TEXT,  # of the candidate
    "commit": _TEXT,
    "versions": _TEXT,
    "data_fingerprint": _TEXT,
}


def read_candidates(path: Path | str) -> pd.DataFrame:
    """Returns the rows of a candidates.csv, with the columns of `CANDIDATE_SCHEMA`.

    Raises:
        ResultsError: The file cannot be read, or a column or value is not what the schema says.
    """
    return read_table(Path(path), CANDIDATE_SCHEMA)


def write_candidates(searches: Iterable[pd.DataFrame], hashes: Iterable[str], directory: Path | str) -> Path | None:
    """Writes candidates.csv, and configs.json with the settings of the candidates and of other cells.

    Without a search an older candidates.csv goes, as it would be about other choices.

    Args:
        searches: The rows of each search; two of the same cell are one.
        hashes: The cells in seeds.csv.
        directory: Where to.

    Returns:
        The path of candidates.csv; None without a search.

    Raises:
        ResultsError: The folder cannot be written.
    """
    path = Path(directory) / CANDIDATES
    found = [rows for rows in searches if not rows.empty]
    if not found:
        write_configurations(directory, hashes)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ResultsError(f"The file {path} cannot be removed: {error.strerror}.") from error
        return None
    rows = pd.concat(found, ignore_index=True).drop_duplicates(["cell", "config_hash", "seed"])
    write_configurations(directory, [*hashes, *rows.config_hash])  # first: rows name what is there
    return write_table(rows[list(CANDIDATE_SCHEMA)], path)
