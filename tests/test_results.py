"""What is committed under results/ follows from its rows, and README.md and docs/ show it as it is."""

from pathlib import Path

import pytest
from update_readme import PAGES, fill_in_tables

from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.tables import write_tables

PROJECT = Path(__file__).parents[1]
TABLES = sorted(path.parent for path in PROJECT.glob("results/*/seeds.csv"))


@pytest.mark.parametrize("directory", TABLES, ids=lambda directory: directory.name)
def test_tables_follow_from_their_rows(directory: Path, tmp_path: Path) -> None:
    for path in write_tables(read_seed_rows(directory / "seeds.csv"), tmp_path, directory.name):
        assert path.read_bytes() == (directory / path.name).read_bytes()


@pytest.mark.parametrize("directory", TABLES, ids=lambda directory: directory.name)
def test_rows_are_complete_and_of_one_origin(directory: Path) -> None:
    seeds, epochs = read_seed_rows(directory / "seeds.csv"), read_epoch_rows(directory / "epochs.csv.gz")
    assert seeds.commit.nunique() == seeds.versions.nunique() == 1
    assert not seeds.commit[0].endswith("-dirty")
    assert (seeds.aer_agreement == 1).all()
    last = epochs[epochs.epoch == epochs.epochs].set_index(["config_hash", "seed"]).test_accuracy
    assert len(epochs) == seeds.epochs.sum()
    assert (seeds.set_index(["config_hash", "seed"]).test_accuracy.sort_index() == last.sort_index()).all()


def test_table_1_is_committed() -> None:
    seeds = read_seed_rows(PROJECT / "results" / "table1" / "seeds.csv")
    counts = seeds.groupby(["dataset", "reducer", "ansatz"]).seed.count()
    assert len(counts) == 12
    assert counts.xs("cnn", level="reducer").min() >= 5
    assert counts.xs("pca", level="reducer").min() >= 20
    assert set(seeds.protocol) == {"released"}
    assert set(seeds.epochs) == {100}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_show_the_present_tables(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert fill_in_tables(text) == text
