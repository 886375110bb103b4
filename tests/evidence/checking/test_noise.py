"""Rows with noise: a sound table passes, and whatever cannot be true or no longer follows is found."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qnlnet.audit.noise import measure_noise
from qnlnet.audit.noise_report import write_noise
from qnlnet.audit.noise_rows import read_noise_rows
from qnlnet.config import NoiseConfig, load_config
from qnlnet.records import read_hardware_rows, write_table
from qnlnet.runs import train_cells

pytestmark = pytest.mark.slow

RESULTS = Path(__file__).resolve().parents[3] / "results"
Check = Callable[[Path], list[str]]
NOISE = NoiseConfig(images=20, shots=(16, 64), depolarizing=(0.1,), devices=("FakeManilaV2",))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two models, beside a few rehearsals."""
    results = tmp_path_factory.mktemp("results")
    words = ("data=digits", "reducer=pca", "train.epochs=1", "seeds=2", f"output_dir={results / 'cell'}")
    list(measure_noise(train_cells([load_config(*words)]), NOISE, results / "noise"))
    rows = read_noise_rows(results / "noise" / "noise.csv")
    write_table(rows.assign(commit="0123456789ab"), results / "noise" / "noise.csv")  # tests run on uncommitted code
    write_table(read_hardware_rows(RESULTS / "hardware/hardware.csv").head(4), results / "hardware" / "hardware.csv")
    write_noise(results / "noise")
    return results


@pytest.fixture
def table(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "results")) / "noise"


def change(table: Path, column: str, value: Any) -> None:
    """Changes the first row, and lets tables and figure follow."""
    rows = read_noise_rows(table / "noise.csv")
    rows.loc[0, column] = value
    write_table(rows, table / "noise.csv")
    write_noise(table)


def test_a_sound_table_has_no_problems(table: Path, problems: Check) -> None:
    assert problems(table) == []
    assert "## Mitigation" in (table / "noise.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("accuracy", 51.234, "`accuracy` must be a whole number of images"),
        ("same_labels", 101 / 3, "`same_labels` must be a whole number of images"),
        ("exact_accuracy", 0.0, "labels that stay the same must leave the accuracy as it is"),
        ("expected_accuracy", 0.0, "`accuracy` must be near what calculation expects"),
        ("weights", "0123456789ab", "`weights` must be the same in all rows of a model"),
        ("ansatz", "1", "must be '0', as the settings of configuration"),
        ("commit", "abcdefabcdef", "All rows must have one commit"),
        ("data_fingerprint", "abcdefabcdef", "All rows must have one data of digits 0/1"),
    ],
)
def test_a_value_that_can_not_be_true_is_found(
    column: str, value: Any, message: str, table: Path, problems: Check
) -> None:
    change(table, column, value)
    assert any(message in problem for problem in problems(table)), problems(table)


@pytest.mark.parametrize("level", ["64", "32"])  # twice, and not where other models have one
def test_models_with_other_levels_are_found(level: str, table: Path, problems: Check) -> None:
    rows = read_noise_rows(table / "noise.csv")
    rows.loc[0, "level"] = level
    write_table(rows, table / "noise.csv")
    ids = {f"{rows.config_hash[0]}-{seed}" for seed in (0, 1)}
    found = {problem.partition(":")[0] for problem in problems(table) if "must have one row for each of" in problem}
    assert found == (ids if level == "32" else {f"{rows.config_hash[0]}-0"})


@pytest.mark.parametrize("name", ["noise.md", "noise.svg", "noise.png"])
def test_missing_and_changed_files_are_found(name: str, table: Path, problems: Check) -> None:
    path = table / name
    path.write_bytes(path.read_bytes()[:-200])
    assert [problem.split()[0] for problem in problems(table)] == [name]
    path.unlink()
    assert problems(table) == [f"{name} must be there, but is not."]


def test_a_figure_of_other_rows_is_found(table: Path, problems: Check) -> None:
    rows = read_noise_rows(table / "noise.csv")
    turned = rows.assign(accuracy=100 - rows.accuracy)
    write_table(turned, table / "noise.csv")
    write_noise(table)
    write_table(rows, table / "noise.csv")
    assert {problem.split()[0] for problem in problems(table)} == {"noise.md", "noise.png", "noise.svg"}


def test_other_rehearsals_are_found(table: Path, problems: Check) -> None:
    path = table.parent / "hardware" / "hardware.csv"
    write_table(read_hardware_rows(path).head(3), path)
    (problem,) = problems(table)
    assert problem.startswith("noise.md must be what noise.csv gives")


def test_strays_and_damage_are_found(table: Path, problems: Check) -> None:
    (table / "old.md").write_text("")
    assert [problem.split()[0] for problem in problems(table)] == ["old.md"]
    (table / "old.md").unlink()
    path = table / "noise.csv"
    path.write_bytes(path.read_bytes()[:-20])
    (problem,) = problems(table)
    assert "must end with a line break" in problem
