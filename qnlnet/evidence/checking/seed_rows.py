"""Does each per-seed row say something that can be true?"""

from collections.abc import Iterator
from itertools import islice

import pandas as pd

from qnlnet.config import RunConfig, RuntimeConfig
from qnlnet.errors import ResultsError
from qnlnet.records import CELL_COLUMNS
from qnlnet.records.row_check import config_of_row
from qnlnet.records.stored import row_id

_SHOWN = 5  # of several ids


def check_seed_rows(seeds: pd.DataFrame) -> Iterator[str]:
    """Yields what is wrong with rows by themselves: their configuration, what follows from it, and gaps."""
    for _, rows in seeds.groupby(list(CELL_COLUMNS), sort=False, dropna=False):
        yield from _check_cell(rows)
    for config, rows in seeds.groupby("config_hash", sort=False):
        present = set(rows.seed)
        missing = (seed for seed in range(max(present) + 1) if seed not in present)
        if first := list(islice(missing, _SHOWN)):
            ids = ", ".join(f"{config}-{seed}" for seed in first) + (" and more" if next(missing, None) else "")
            yield f"{ids}: all seeds from 0 to the last one must have a row, but there is none."


def _check_cell(rows: pd.DataFrame) -> Iterator[str]:
    first = rows.to_dict("records")[0]
    ids = row_id(first) if len(rows) == 1 else f"{row_id(first)} and {len(rows) - 1} more of its cell"
    try:
        cell = config_of_row(first)
    except ResultsError as error:
        yield f"{ids}: {error}"
        return
    bound = cell.data.converged_above
    for row in rows.to_dict("records"):
        if row["converged"] != (row["test_accuracy"] > bound):
            yield (
                f"{row_id(row)}: `converged` must say whether the test accuracy is above {bound:g}, but is "
                f"{row['converged']} with {row['test_accuracy']}."
            )
        if pd.isna(row["aer_agreement"]) and _runs_on_aer(cell):
            yield f"{row_id(row)}: `aer_agreement` must be there, but is missing."


def _runs_on_aer(cell: RunConfig) -> bool:
    from qnlnet.models import family_of  # torch and Qiskit: only where an agreement is missing

    return bool(family_of(cell).circuits(cell)) and not isinstance(cell.backend, RuntimeConfig)
