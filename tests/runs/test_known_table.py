"""Tables that are read again only when they have changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.config import RunConfig
from qnlnet.data import load_dataset
from qnlnet.errors import ResultsError
from qnlnet.records import read_seed_rows, write_table
from qnlnet.runs import run
from qnlnet.runs.known_table import KnownTable
from qnlnet.runs.run_folder import Run

MakeCell = Callable[..., RunConfig]


@pytest.fixture
def rows(make_cell: MakeCell) -> pd.DataFrame:
    (outcome,) = run([make_cell("seeds=3", folder="source")])
    return read_seed_rows(outcome.directory / "seeds.csv")


def counting(reads: list[Path]) -> Callable[..., pd.DataFrame]:
    def load(path: Path, *, missing_ok: bool) -> pd.DataFrame:
        reads.append(path)
        return read_seed_rows(path, missing_ok=missing_ok)

    return load


def test_a_file_is_read_once_until_somebody_changes_it(rows: pd.DataFrame, tmp_path: Path) -> None:
    path, reads = tmp_path / "seeds.csv", []
    table = KnownTable(path, counting(reads))
    assert table.read().empty
    table.write(rows.head(1))
    reads.clear()
    assert table.read().equals(rows.head(1))
    assert reads == []  # it knows what it wrote
    write_table(rows, path)  # as another process does
    assert table.read().equals(rows)
    assert table.read().equals(rows)
    assert len(reads) == 1
    path.unlink()
    assert table.read().empty


def test_a_file_that_is_damaged_in_place_is_found(rows: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "seeds.csv"
    table = KnownTable(path, read_seed_rows)
    table.write(rows)
    content = path.read_bytes()
    os.utime(path, ns=(0, 0))
    assert table.read().equals(rows)
    path.write_bytes(content[:-1] + b"\0")  # the same size
    with pytest.raises(ResultsError, match="holds zero bytes"):
        table.read()


def test_what_is_missing_of_many_seeds_is_looked_up_once(
    make_cell: MakeCell, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = make_cell("seeds=5000", folder="source")  # with more seeds it is the same cell
    known, looks = Run(cell, load_dataset(cell.data)), []
    monkeypatch.setattr(known, "seed_rows", lambda: looks.append(1) or rows)
    assert known.missing_seeds() == list(range(3, 5000))
    assert len(looks) == 1
