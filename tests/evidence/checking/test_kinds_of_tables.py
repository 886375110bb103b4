"""Tables of other kinds, and Figure 6: what does not follow from the rows is found there, too."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from draw_figure6 import draw

from qnlnet.figures import FIGURES, plot_figures
from qnlnet.records import read_epoch_rows, read_seed_rows, write_table
from qnlnet.tables import TABLES

RESULTS = Path(__file__).resolve().parents[3] / "results"
Check = Callable[[Path], list[str]]


def make(folder: Path, kind: str, task: dict[str, str]) -> Path:
    """Makes a table of a kind of rows of Table 1."""
    seeds, epochs = read_seed_rows(RESULTS / "table1/seeds.csv"), read_epoch_rows(RESULTS / "table1/epochs.csv.gz")
    for column, value in task.items():
        seeds = seeds[seeds[column] == value]
    seeds = seeds.reset_index(drop=True)
    write_table(seeds, folder / "seeds.csv")
    write_table(epochs[epochs["config_hash"].isin(seeds["config_hash"])], folder / "epochs.csv.gz")
    TABLES[kind].write(seeds, folder, folder.name)
    plot_figures(FIGURES[kind], seeds, folder, folder.name)
    return folder


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with a small Table 2, a small ablation and options under other names, Table 1 and Figure 6."""
    results = tmp_path_factory.mktemp("made")
    make(results / "table2", "competitors", {"dataset": "mnist", "reducer": "cnn"})
    make(results / "my_grid", "ablation", {"dataset": "mnist", "reducer": "cnn"})
    make(results / "my_options", "options", {"dataset": "mnist", "reducer": "cnn"})
    make(results / "table1", "cells", {"dataset": "mnist", "reducer": "cnn"})
    draw(results / "table1", results / "figure6")
    return results


@pytest.fixture(name="results")
def _results(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "results"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["table2", "my_grid", "my_options", "figure6"])
def test_what_the_programs_write_is_sound(name: str, results: Path, problems: Check) -> None:
    assert problems(results / name) == []


@pytest.mark.slow
def test_a_changed_quoted_number_is_found(results: Path, problems: Check) -> None:
    edit(results / "table2" / "table2.md", "98.60", "97.60")
    (problem,) = problems(results / "table2")
    assert problem.startswith("table2.md must be what seeds.csv gives, but line ")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["my_grid.md", "my_grid.csv", "my_grid_growth.md", "my_grid_growth.csv"])
def test_a_changed_digit_in_any_table_of_an_ablation_is_found(name: str, results: Path, problems: Check) -> None:
    edit(results / "my_grid" / name, "99.9", "99.8")
    (problem,) = problems(results / "my_grid")
    assert problem.startswith(f"{name} must be what seeds.csv gives, but line ")


@pytest.mark.slow
def test_missing_figures_of_an_ablation_are_found(results: Path, problems: Check) -> None:
    (results / "my_grid" / "my_grid_growth.png").unlink()
    (results / "my_grid" / "my_grid_accuracy.svg").unlink()
    assert sorted(problems(results / "my_grid")) == [
        "my_grid_accuracy.svg must be there, but is not.",
        "my_grid_growth.png must be there, but is not.",
    ]


@pytest.mark.slow
def test_a_table_2_without_its_figure_is_found(results: Path, problems: Check) -> None:
    (results / "table2" / "table2.png").unlink()
    assert problems(results / "table2") == ["table2.png must be there, but is not."]


@pytest.mark.slow
def test_a_figure_6_that_is_older_than_its_rows_is_found(results: Path, problems: Check) -> None:
    path = results / "table1" / "epochs.csv.gz"
    epochs = read_epoch_rows(path)
    epochs.loc[:50, "train_loss"] += 1.0
    write_table(epochs, path)
    found = problems(results / "figure6")
    assert [problem.partition(" ")[0] for problem in found[:3]] == ["figure6.csv", "figure6.png", "figure6.svg"]
    assert found[0].startswith("figure6.csv must be what the rows of table1 gives, but line ")
    assert found[3:] == ["Draw it again: make reproduce-figure6."]


@pytest.mark.slow
def test_a_figure_6_without_rows_is_found(results: Path, problems: Check) -> None:
    shutil.rmtree(results / "table1")
    found = problems(results / "figure6")
    assert len(found) == 2
    assert all("There is no table" in problem for problem in found)


@pytest.mark.slow
def test_a_figure_6_of_fewer_seeds_than_the_table_is_found(results: Path, problems: Check) -> None:
    path = results / "table1" / "seeds.csv"
    rows = read_seed_rows(path)
    write_table(rows.drop(index=0), path)
    found = problems(results / "figure6")
    assert found[0].startswith("Tables cannot be made from the rows of table1: The seed ")
