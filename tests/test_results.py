"""What is committed under results/ follows from its rows, and README.md and docs/ show it as it is."""

from pathlib import Path

import pytest
from update_readme import PAGES, fill_in_tables

from qnlnet.records import read_seed_rows

PROJECT = Path(__file__).parents[1]


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
