"""experiments/noise.py: which models it takes, the files that come out, going on, and mistakes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.test_mistakes import check_mistake
from noise import NOISE_KEYS

from qnlnet.audit.noise_rows import read_noise_rows
from qnlnet.config import config_hash
from qnlnet.config.cells import list_cells

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
CELLS = ("data=digits", "reducer=pca", "ansatz=1", "train.epochs=1", "seeds=2")
LEVELS = ("images=10", "shots=[16]", "depolarizing=[0.1]", "devices=[]", "output_dir=noise")

MISTAKES = {
    "shots=[0]": "Argument `shots.0` must be at least 1, but is 0.",
    "shots=[16,16]": "Argument `shots` must name each level once, but is [16, 16].",
    "shots=[] depolarizing=[]": "Argument `shots` must name at least one level",
    "shots=abc": "Argument `shots` must be a list",
    "depolarizing=[1.5]": "Argument `depolarizing.0` must be at most 1, but is 1.5.",
    "device_shots=0": "Argument `device_shots` must be at least 1, but is 0.",
    "devices=[FakeManilla]": "Argument `devices` must name a fake device .*: fake-manila",
    "devices=[FakeMontrealV2]": "Argument `devices` must name a device with 4 to 10 qubits, but is 'FakeMontrealV2 (27",
    "images=0": "Argument `images` must be at least 1, but is 0.",
    "images=100000": "Argument `images` must be between 1 and 91, the number of test images, but is 100000.",
    "layer=none": "Argument `run` must be of a model with a circuit, but is 'one with layer=none'.",
    "imagse=3": "There is no configuration key `imagse`. Did you mean `images`?",
    "output_dir=/dev/null/below": "/dev/null/below.* cannot be written: Not a directory.",
}


def test_the_models_are_those_of_table_1_with_five_seeds() -> None:
    cells = list_cells("noise", [], NOISE_KEYS)
    table = list_cells("table1")
    assert [config_hash(cell) for cell in cells] == [config_hash(cell) for cell in table]
    assert {cell.seeds for cell in cells} == {5}


def test_overrides_about_noise_stay_away_from_the_cells_and_others_reach_them() -> None:
    overrides = ["shots=[16]", "images=50", "data=mnist", "train.epochs=3", "image_seed=4", "devices=[]"]
    cells = list_cells("noise", overrides, NOISE_KEYS)
    assert len(cells) == 6
    assert {(cell.data.name, cell.train.epochs) for cell in cells} == {("mnist", 3)}


@pytest.mark.parametrize("overrides", list(MISTAKES))
def test_a_mistake_gives_one_sentence(overrides: str, run_here: Run) -> None:
    own = {override.partition("=")[0] for override in overrides.split()}
    usual = [word for word in (*CELLS, *LEVELS) if word.partition("=")[0] not in own]
    check_mistake(run_here("noise.py", *usual, *overrides.split()), MISTAKES[overrides])


def test_a_second_time_nothing_is_measured_and_the_files_are_the_same(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here("noise.py", *CELLS, *LEVELS)
    assert outcome.status == 0, outcome.err
    assert outcome.err.endswith("Noise: 1 of 2 models\nNoise: 2 of 2 models\n")
    folder = tmp_path / "noise"
    names = ["noise.csv", "noise.md", "noise.png", "noise.svg"]
    assert (folder / "configs.json").is_file()
    assert sorted(path.name for path in folder.glob("noise.*")) == names
    assert all(f"noise/{name}" in outcome.out for name in names)
    assert len(read_noise_rows(folder / "noise.csv")) == 2 * 2
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = run_here("noise.py", *CELLS, *LEVELS)
    assert (again.status, again.out) == (0, outcome.out)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_help_shows_the_levels(run_here: Run) -> None:
    outcome = run_here("noise.py", "--help")
    assert outcome.status == 0
    assert "python experiments/noise.py" in outcome.out
    assert "depolarizing:" in outcome.out
