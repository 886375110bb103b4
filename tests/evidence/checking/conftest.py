"""Small tables like the committed ones, made of committed rows by the programs that make tables."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from check_results import main

from qnlnet.figures import plot_table
from qnlnet.records import read_epoch_rows, read_seed_rows, write_table
from qnlnet.tables import write_tables

RESULTS = Path(__file__).resolve().parents[3] / "results"
Check = Callable[[Path], list[str]]


@pytest.fixture(scope="session")
def small_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound table of one cell of Table 1."""
    folder = tmp_path_factory.mktemp("results") / "small"
    seeds, epochs = read_seed_rows(RESULTS / "table1/seeds.csv"), read_epoch_rows(RESULTS / "table1/epochs.csv.gz")
    cell = seeds[seeds.config_hash == seeds.config_hash.iloc[0]].reset_index(drop=True)
    write_table(cell, folder / "seeds.csv")
    write_table(epochs[epochs.config_hash == cell.config_hash[0]], folder / "epochs.csv.gz")
    write_tables(cell, folder, "small")
    plot_table(cell, folder, "small")
    return folder


@pytest.fixture
def table(small_table: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged; without its figure, which each check would draw."""
    without_figure = shutil.ignore_patterns("*.png", "*.svg")
    return Path(shutil.copytree(small_table, tmp_path / "small", ignore=without_figure))


@pytest.fixture
def drawn(small_table: Path, tmp_path: Path) -> Path:
    """A copy of it with its figure."""
    return Path(shutil.copytree(small_table, tmp_path / "small"))


@pytest.fixture
def problems(capsys: pytest.CaptureFixture[str]) -> Check:
    """Returns a function that checks a folder as the command line does, and returns the sentences about it."""

    def check(folder: Path) -> list[str]:
        status = main([str(folder)])
        out = capsys.readouterr().out
        sentences = [line.strip() for line in out.splitlines() if line.startswith("  ")]
        assert status == (1 if sentences else 0)
        return sentences

    return check
