"""Rows of devices follow from the answers beside them; whatever no longer follows is found."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qnlnet.hardware import write_report
from qnlnet.records import read_hardware_rows, write_table
from qnlnet.records.configurations import read_configurations, write_configurations

RESULTS = Path(__file__).resolve().parents[3] / "results"
Check = Callable[[Path], list[str]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of the first two committed submissions."""
    folder = tmp_path_factory.mktemp("results") / "hardware"
    rows = read_hardware_rows(RESULTS / "hardware/hardware.csv").head(2)
    write_table(rows, folder / "hardware.csv")
    read_configurations(RESULTS / "hardware")
    write_configurations(folder, rows.config_hash)
    for key in rows.key:
        shutil.copytree(RESULTS / "hardware" / key, folder / key)
    write_report(folder)
    return folder


@pytest.fixture
def ledger(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "results" / "hardware"))


def keys(ledger: Path) -> list[str]:
    return [str(key) for key in read_hardware_rows(ledger / "hardware.csv").key]


def change(ledger: Path, column: str, value: Any) -> None:
    """Changes the first row, and lets tables and figure follow."""
    rows = read_hardware_rows(ledger / "hardware.csv")
    rows[column] = rows[column].astype(object)
    rows.loc[0, column] = value
    write_table(rows, ledger / "hardware.csv")
    write_report(ledger)


@pytest.mark.slow
def test_a_sound_ledger_has_no_problems(ledger: Path, problems: Check) -> None:
    assert problems(ledger) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value"),
    [("accuracy", 50.0), ("mean_absolute_error", 0.5), ("shots", 1), ("job_ids", "x"), ("qubits", "0 1 2 3")],
)
def test_a_changed_value_is_found(column: str, value: Any, ledger: Path, problems: Check) -> None:
    change(ledger, column, value)
    assert any(p.startswith(f"{keys(ledger)[0]}: `{column}` must be ") for p in problems(ledger))


@pytest.mark.slow
def test_a_changed_configuration_is_found(ledger: Path, problems: Check) -> None:
    change(ledger, "config_hash", "0123456789ab")
    found = problems(ledger)
    assert any("settings of configuration 0123456789ab must stand in configs.json" in problem for problem in found)
    assert any("`config_hash` must be" in problem for problem in found)


def test_rows_and_folders_belong_together(ledger: Path, problems: Check) -> None:
    first, second = keys(ledger)
    rows = read_hardware_rows(ledger / "hardware.csv")
    write_table(rows.tail(1), ledger / "hardware.csv")
    assert any(problem.startswith(f"{first}: the submission must have a row") for problem in problems(ledger))
    write_table(rows, ledger / "hardware.csv")
    shutil.rmtree(ledger / second)
    assert any(problem.startswith(f"{second}: ") for problem in problems(ledger))


def test_damaged_answers_inputs_and_values_are_found(ledger: Path, problems: Check) -> None:
    first, second = keys(ledger)
    (answer,) = (ledger / first / "jobs" / "0").glob("answer*")
    answer.write_bytes(gzip.compress(gzip.decompress(answer.read_bytes()).replace(b"1", b"2", 1)))
    (ledger / second / "inputs.npz").write_bytes(b"")
    found = problems(ledger)
    assert any(problem.startswith(f"{first}: ") for problem in found)
    assert any(problem.startswith(f"{second}: ") and "inputs.npz" in problem for problem in found)


def test_other_values_than_the_answers_give_are_found(ledger: Path, problems: Check) -> None:
    first, second = keys(ledger)
    shutil.copy(ledger / second / "values.npz", ledger / first / "values.npz")
    assert f"{first}: values.npz must hold what the answers give, but holds something else." in problems(ledger)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hardware.md", "summary.md", "hardware.svg", "hardware.png"])
def test_missing_and_changed_reports_are_found(name: str, ledger: Path, problems: Check) -> None:
    path = ledger / name
    path.write_bytes(path.read_bytes()[:-200])
    assert [problem.split()[0] for problem in problems(ledger)] == [name]
    path.unlink()
    assert problems(ledger) == [f"{name} must be there, but is not."]


@pytest.mark.slow
def test_two_commits_need_a_reason(ledger: Path, problems: Check) -> None:
    change(ledger, "commit", "0123456789ab")
    (problem,) = problems(ledger)
    assert problem.startswith("All rows must have one commit, but have 0123456789ab")
    line = problem.split("“- ")[1].split(": …")[0]
    (ledger / "provenance.md").write_text(f"- {line}: the second submission waited for its device for a week\n")
    assert problems(ledger) == []


def test_a_table_that_can_not_be_read_is_found(ledger: Path, problems: Check) -> None:
    path = ledger / "hardware.csv"
    path.write_bytes(path.read_bytes()[:-20])
    (problem,) = problems(ledger)
    assert "hardware.csv must end with a line break" in problem
    path.unlink()
    (problem,) = problems(ledger)
    assert "There is no table" in problem
