"""candidates.csv beside a table: the search in it must lead to the cells of the table."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.config import load_config
from qnlnet.evidence.checking.candidates import check_candidates
from qnlnet.evidence.checking.finding import Finding
from qnlnet.records import read_seed_rows, write_table
from qnlnet.records.candidates import read_candidates, write_candidates
from qnlnet.runs import train_cells

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a cell whose C and neighbours were chosen; the rows are those of a real search."""
    folder = tmp_path_factory.mktemp("searched")
    words = ("model=svm", "data=digits", "model.features=pca", "choice_seeds=2")
    (run,) = train_cells([load_config(*words, f"output_dir={folder}")])
    assert len(run.candidates) == 8
    return folder


def problems(folder: Path) -> list[str]:
    finding = Finding("searched")
    check_candidates(folder, read_seed_rows(folder / "seeds.csv"), finding)
    return finding.problems


def damaged(table: Path, change: Change, folder: Path) -> list[str]:
    rows = change(read_candidates(table / "candidates.csv"))
    for name in ("seeds.csv", "configs.json"):
        (folder / name).write_bytes((table / name).read_bytes())
    write_table(rows, folder / "candidates.csv")
    return problems(folder)


@pytest.mark.slow
def test_a_real_search_is_right_and_a_table_needs_none(table: Path, tmp_path: Path) -> None:
    assert problems(table) == []
    (tmp_path / "seeds.csv").write_bytes((table / "seeds.csv").read_bytes())
    assert problems(tmp_path) == []


def better_last(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(validation_accuracy=[90.0] * 7 + [91.0])


def other_words(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(tried=rows.tried.replace("model.C=0.1", "model.C=0.2"))


def other_setting(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(tried="model.kernel=rbf")


def one_seed_less(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(index=5)


def unknown_cell(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(cell="0" * 12)


def unknown_candidate(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(config_hash="0" * 12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (better_last, "the best mean, of equal ones the first, must be chosen"),
        (other_words, "`tried` must say what its configuration has, model.C=0.1, but says 0.2"),
        (other_setting, "it must be a candidate for cell"),
        (one_seed_less, "must have the same seeds"),
        (unknown_cell, "must be in seeds.csv"),
        (unknown_candidate, "must stand in configs.json"),
    ],
)
def test_what_does_not_fit_is_found(change: Change, words: str, table: Path, tmp_path: Path) -> None:
    found = damaged(table, change, tmp_path)
    assert any(words in problem for problem in found), found


def test_a_table_without_a_search_loses_the_file_of_an_older_one(table: Path, tmp_path: Path) -> None:
    rows, hashes = read_candidates(table / "candidates.csv"), read_seed_rows(table / "seeds.csv").config_hash
    assert write_candidates([pd.DataFrame(), rows, rows], hashes, tmp_path) == tmp_path / "candidates.csv"
    assert read_candidates(tmp_path / "candidates.csv").equals(rows)
    assert write_candidates([pd.DataFrame()], hashes, tmp_path) is None
    assert not (tmp_path / "candidates.csv").exists()
