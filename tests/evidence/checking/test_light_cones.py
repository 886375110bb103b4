"""The table of light cones, its page and its drawings are what the circuits give."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from light_cones import main

from qnlnet.audit.light_cones.page import write_page
from qnlnet.audit.light_cones.rows import Shape

Check = Callable[[Path], list[str]]
STEM = Shape("1", 1, 1, 4, 3).stem
CSV = "light_cones.csv"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two circuits, one of which is constant."""
    folder = tmp_path_factory.mktemp("cones")
    arguments = ["--ansatz", "1", "--r", "1", "--D", "1", "--readout-qubit", "3", "0", "--output-dir", str(folder)]
    assert main(arguments) == 0
    return folder


@pytest.fixture
def table(small: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(small, tmp_path / "small"))


def change(folder: Path, column: str, value: str, *, page: bool = False) -> None:
    """Changes the first row of the table; with `page` the page is what the changed table gives."""
    rows = pd.read_csv(folder / CSV, dtype=str, keep_default_na=False)
    rows.loc[0, column] = value
    rows.to_csv(folder / CSV, index=False)
    if page:
        write_page(rows, folder)


@pytest.mark.slow
def test_a_table_as_it_was_written_is_sound(table: Path, problems: Check) -> None:
    assert problems(table) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("live_inputs", "x2", "`live_inputs` must be 'x3', but is 'x2'."),
        ("num_live_weights", "5", "`num_live_weights` must be '1', but is '5'."),
        ("num_gates", "17", "`num_gates` must be '16', but is '17'."),
        ("constant", "yes", "`constant` must be 'no', but is 'yes'."),
        ("largest_dead_gradient", "0.001", "`largest_dead_gradient` must be '"),
        ("smallest_live_gradient", "0.5", "`smallest_live_gradient` must be '"),
        ("smallest_live_gradient", "much", "`smallest_live_gradient` must be '"),
        ("smallest_live_gradient", "", "`smallest_live_gradient` must be '"),
        ("readout_qubit", "2", "`live_inputs` must be 'x2 x3', but is 'x3'."),
    ],
)
def test_a_changed_value_is_found(column: str, value: str, sentence: str, table: Path, problems: Check) -> None:
    change(table, column, value)
    found = problems(table)
    assert any(problem.startswith(f"Line 2 of {CSV}: ") and sentence in problem for problem in found), found


@pytest.mark.slow
def test_rounding_of_another_processor_is_no_problem(table: Path, problems: Check) -> None:
    change(table, "largest_dead_gradient", "3.3e-17", page=True)
    assert problems(table) == []


@pytest.mark.slow
def test_gradients_that_do_not_agree_are_a_problem_even_where_that_is_written_down(
    table: Path, problems: Check
) -> None:
    change(table, "agrees", "no", page=True)
    assert problems(table)[-1] == f"Line 2 of {CSV}: gates and sampled gradients must agree, but do not."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("ansatz", "7", "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'."),
        ("r", "many", "invalid literal"),
        ("readout_qubit", "4", "Argument `readout_qubit` must be between 0 and 3, but is 4."),
    ],
)
def test_circuits_that_do_not_exist_are_found(
    column: str, value: str, sentence: str, table: Path, problems: Check
) -> None:
    change(table, column, value)
    (problem,) = problems(table)
    assert problem.startswith(f"{CSV} must name circuits, but does not: ")
    assert sentence in problem


@pytest.mark.slow
def test_a_changed_page_a_changed_drawing_and_strange_files_are_found(table: Path, problems: Check) -> None:
    page = table / "light_cones.md"
    page.write_text(page.read_text(encoding="utf-8").replace("x3; 1 of 5", "x3; 2 of 5"), encoding="utf-8")
    svg = table / f"{STEM}.svg"
    other = table / f"{Shape('1', 1, 1, 4, 0).stem}.svg"
    svg.write_bytes(other.read_bytes())
    (table / f"{STEM}.png").unlink()
    (table / "notes.txt").touch()
    assert [problem.split()[0] for problem in problems(table)] == ["light_cones.md", f"{STEM}.png", "notes.txt"]
    shutil.copy(table / f"{Shape('1', 1, 1, 4, 0).stem}.png", table / f"{STEM}.png")
    found = [problem.split()[0] for problem in problems(table)]
    assert found == ["light_cones.md", f"{STEM}.png", f"{STEM}.svg", "notes.txt"]


@pytest.mark.slow
def test_a_table_that_is_damaged_or_has_a_circuit_twice_is_found(table: Path, problems: Check) -> None:
    path = table / CSV
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines(keepends=True)[-1])
    assert f"Line 4 of {CSV} must be another circuit, but is one of those above." in problems(table)
    path.write_bytes(whole[:-3])
    assert problems(table) == [f"{CSV} must end with a line break, but its last line is cut off."]
    path.write_bytes(whole.replace(b"num_gates", b"gates"))
    assert any(problem.startswith(f"{CSV} must have the columns ansatz, r, D, ") for problem in problems(table))
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert problems(table) == [f"{CSV} must have rows, but has none."]
    path.write_bytes(b"")
    assert problems(table)[0].startswith(f"{CSV} must be comma-separated values, but is not")
