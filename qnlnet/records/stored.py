"""Rows by their ids: `CONFIGURATION-SEED`, two columns of the table that they stand in."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.errors import ArgumentError, ResultsError, argument_error
from qnlnet.records.reading import read_epoch_rows, read_seed_rows

_ID = re.compile(r"([0-9a-f]{12})-(\d+)")
_HOW = "It is made of two columns of a table's seeds.csv, config_hash and seed: ffc4cf62522b-7."


@dataclass(frozen=True)
class StoredRow:
    """One seed of one cell, as a table holds it.

    Attributes:
        table: The folder of the table.
        row: Its values of `SEED_COLUMNS`.
        epochs: Its rows of `EPOCH_COLUMNS`, in order.
    """

    table: Path
    row: dict[str, Any]
    epochs: pd.DataFrame


def row_id(row: Mapping[str, Any]) -> str:
    """Returns the id of a per-seed or per-epoch row, such as ``ffc4cf62522b-7``."""
    return f"{row['config_hash']}-{row['seed']}"


def find_rows(name: str, results: Path) -> list[StoredRow]:
    """Returns the row with an id from each table that holds it.

    Args:
        name: The id; a folder before it, ``outputs/FOLDER/ffc4cf62522b-7``, says where to look instead.
        results: The folder whose folders hold the tables.

    Raises:
        ArgumentError: There is no such row.
        ResultsError: A table cannot be read.
    """
    folder, _, wanted = name.rpartition("/")
    tables = [Path(folder)] if folder else sorted(path.parent for path in results.glob("*/seeds.csv"))
    seeds = {table: read_seed_rows(table / "seeds.csv") for table in tables}
    known = {row_id(row): None for rows in seeds.values() for row in rows[["config_hash", "seed"]].to_dict("records")}
    if wanted not in known:
        raise _unknown(wanted, list(known), results)
    config, seed = wanted.split("-")
    found = []
    for table, rows in seeds.items():
        matching = rows[(rows.config_hash == config) & (rows.seed == int(seed))]
        for row in matching.head(1).to_dict("records"):
            found.append(StoredRow(table, row, _read_epochs(table, config, int(seed))))
    return found


def _read_epochs(table: Path, config: str, seed: int) -> pd.DataFrame:
    paths = [path for path in (table / "epochs.csv", table / "epochs.csv.gz") if path.exists()]
    if not paths:
        raise ResultsError(
            f"The table {table} must have an epochs.csv or epochs.csv.gz beside seeds.csv, but has none."
        )
    epochs = read_epoch_rows(paths[0])
    return epochs[(epochs.config_hash == config) & (epochs.seed == seed)].sort_values("epoch", ignore_index=True)


def _unknown(wanted: str, known: list[str], results: Path) -> ArgumentError:
    match = _ID.fullmatch(wanted)
    config = match.group(1) if match else wanted
    if not match and (results / "hardware" / wanted / "plan.json").exists():
        return argument_error(
            "row_id",
            "name a trained row",
            wanted,
            "This is the key of a submission to a device, which scripts/ibm_jobs.py looks after.",
        )
    siblings = [name for name in known if name.startswith(f"{config}-")]
    near = difflib.get_close_matches(wanted, known, n=3)
    if siblings:
        advice = f"The rows of that configuration are {siblings[0]} to {siblings[-1]}."
    else:
        advice = f"Did you mean {' or '.join(near)}? {_HOW}" if near else _HOW
    return argument_error("row_id", "name a committed row", wanted, advice)
