"""Rows of classical models, alone and in the folder of another table."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qnlnet.audit.classical_report import write_baselines
from qnlnet.audit.classical_rows import measure_baselines, read_baseline_rows
from qnlnet.config import BaselinesConfig, load_config
from qnlnet.records import write_table

Check = Callable[[Path], list[str]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "baselines"
    cell = load_config("data=digits", "reducer=pca", "protocol=corrected")
    list(measure_baselines([cell], BaselinesConfig(models=("logistic", "k_nearest")), folder))
    rows = read_baseline_rows(folder / "baselines.csv").assign(commit="0123456789ab")  # tests run on uncommitted code
    write_table(rows, folder / "baselines.csv")
    write_baselines(folder, rows)
    return folder


@pytest.fixture
def lone(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "baselines"))


def change(folder: Path, column: str, value: Any) -> None:
    """Changes the first row, and lets the page follow."""
    rows = read_baseline_rows(folder / "baselines.csv")
    rows.loc[0, column] = value
    write_table(rows, folder / "baselines.csv")
    write_baselines(folder, rows)


@pytest.mark.slow
def test_sound_rows_have_no_problems_alone_and_in_company(lone: Path, table: Path, problems: Check) -> None:
    assert problems(lone) == []
    shutil.copytree(lone, table, dirs_exist_ok=True)
    assert problems(table) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("test_accuracy", 51.234, "`test_accuracy` must be a whole number of images"),
        ("train_accuracy", 51.234, "`train_accuracy` must be a whole number of images"),
        ("searched_images", 10**6, "the search must see training images only"),
        ("model", "k_nearest", "each model must have one row for the same features"),
        ("commit", "abcdefabcdef", "All rows must have one commit"),
    ],
)
@pytest.mark.parametrize("company", [False, True])
def test_a_value_that_can_not_be_true_is_found(
    column: str, value: Any, message: str, company: bool, lone: Path, table: Path, problems: Check
) -> None:
    change(lone, column, value)
    if company:
        shutil.copytree(lone, table, dirs_exist_ok=True)
    assert any(message in problem for problem in problems(table if company else lone))


@pytest.mark.slow
def test_two_commits_need_a_reason_in_a_file_of_their_own(lone: Path, table: Path, problems: Check) -> None:
    change(lone, "commit", "abcdefabcdef")
    shutil.copytree(lone, table, dirs_exist_ok=True)
    line = problems(table)[0].split("“- ")[1].split(": …")[0]
    (table / "baselines_provenance.md").write_text(f"- {line}: the neighbours were counted again a day later\n")
    assert problems(table) == []


@pytest.mark.slow
def test_changed_pages_and_strays_are_found(lone: Path, problems: Check) -> None:
    path = lone / "baselines.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Digits", "MNIST", 1), encoding="utf-8")
    (lone / "old.csv").write_text("")
    assert [problem.split()[0] for problem in problems(lone)] == ["baselines.md", "old.csv"]
