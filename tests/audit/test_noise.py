"""Trained models with noise: what calculation and other ways say, what is kept, and what is refused."""

import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qnlnet.audit.noise import check_noise, measure_noise
from qnlnet.audit.noise_levels import Level, list_levels, shot_seed
from qnlnet.audit.noise_report import write_noise
from qnlnet.audit.noise_rows import read_noise_rows
from qnlnet.checkpoints import find_model, load_trained_model
from qnlnet.config import NoiseConfig, load_config
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.hardware import load_workload
from qnlnet.hardware.statistics import shot_noise_error
from qnlnet.runs import Run
from qnlnet.training import labels_of, score_with_model

pytestmark = pytest.mark.slow

IMAGES = 80
NOISE = NoiseConfig(
    images=IMAGES, shots=(16, 8192), depolarizing=(0.0, 0.01, 0.3), devices=("FakeManilaV2",), device_shots=512
)
FEW = NoiseConfig(images=20, shots=(16,), depolarizing=(0.1,))


def measure(trained: list[Run], noise: NoiseConfig, folder: Path) -> pd.DataFrame:
    list(measure_noise(trained, noise, folder))
    return read_noise_rows(folder / "noise.csv")


@pytest.fixture(scope="module")
def rows(trained: list[Run], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return measure(trained, NOISE, tmp_path_factory.mktemp("noise"))


def test_every_model_has_every_level_once_and_says_where_it_comes_from(rows: pd.DataFrame, trained: list[Run]) -> None:
    assert len(rows) == 2 * 2 * 7
    assert not rows.duplicated(["config_hash", "seed", "noise", "level"]).any()
    assert list(dict.fromkeys(rows.config_hash)) == [run.hash for run in trained]
    first = [(row.noise, row.level) for row in rows.head(7).itertuples()]
    assert first == [(level.noise, level.value) for level in list_levels(NOISE)]
    assert rows.weights.nunique() == 4
    assert set(rows.data_fingerprint) == {trained[0].dataset.fingerprint}
    assert all("qiskit-ibm-runtime" in versions for versions in rows.versions)  # it has the fake devices


def test_counted_accuracies_are_those_that_calculation_expects(rows: pd.DataFrame) -> None:
    shots = rows[rows.noise == "shots"]
    assert (shots.expected_spread > 0).any()
    for row in shots.itertuples():
        # Bernstein's bound for a sum of independent right and wrong answers, exceeded once in 10⁸.
        variance, limit = (IMAGES * row.expected_spread / 100) ** 2, math.log(2e8)
        reach = limit / 3 + math.sqrt((limit / 3) ** 2 + 2 * variance * limit)
        assert abs(row.accuracy - row.expected_accuracy) * IMAGES / 100 <= reach


def test_errors_of_counted_values_are_those_of_counting(rows: pd.DataFrame, trained: list[Run]) -> None:
    inputs = load_workload(find_model(trained[0].directory, 0), IMAGES).inputs
    own = rows[(rows.config_hash == trained[0].hash) & (rows.seed == 0)].set_index("level").mean_absolute_error
    for shots in (16, 8192):
        # Hoeffding: all 80 means stay within √(2 ln(2 · 80 · 10⁸)/shots); and there is an error to see.
        assert 0 < own[str(shots)] < math.sqrt(2 * math.log(2 * IMAGES * 1e8) / shots)
    # The mean of 80 absolute errors |e| ≤ reach is within reach · √(ln(2·10⁸)/160) of its expectation; the normal
    # distribution of e is good to a percent at 8192 shots.
    reach = math.sqrt(2 * math.log(2 * IMAGES * 1e8) / 8192)
    expected = shot_noise_error(inputs.exact_values, 8192)
    assert abs(own["8192"] - expected) < reach * math.sqrt(math.log(2e8) / (2 * IMAGES)) + 0.01 * expected


def test_depolarizing_noise_gives_the_calculated_labels_and_none_gives_exact_ones(rows: pd.DataFrame) -> None:
    depolarizing = rows[rows.noise == "depolarizing"]
    np.testing.assert_array_equal(depolarizing.accuracy, depolarizing.expected_accuracy)
    none = depolarizing[depolarizing.level == "0.0"]
    assert (none.same_labels == 100).all()
    assert (none.accuracy == none.exact_accuracy).all()
    assert none.mean_absolute_error.max() < 1e-12
    strong = depolarizing[depolarizing.level == "0.3"]
    assert (strong.mean_absolute_error > 0.01).all()
    assert (strong.same_labels < 100).any()  # else nothing was tested


@pytest.mark.parametrize("level", [Level("device", "FakeManilaV2"), Level("depolarizing", "0.3")])
def test_rows_are_what_the_whole_torch_model_gives_on_that_backend(
    level: Level, rows: pd.DataFrame, trained: list[Run]
) -> None:
    path = find_model(trained[1].directory, 1)
    workload = load_workload(path, IMAGES)
    _, _, model = load_trained_model(path, level.backend)
    right = labels_of(score_with_model(model, workload.features)) == workload.inputs.labels
    own = rows[(rows.config_hash == trained[1].hash) & (rows.seed == 1) & (rows.level == level.value)]
    assert own.accuracy.item() == 100 * right.mean()


def test_errors_of_measuring_show_where_shots_are_counted(rows: pd.DataFrame) -> None:
    devices = rows[rows.noise == "device"]
    gates, counted = (devices[devices.level == f"FakeManilaV2{shots}"] for shots in ("", ", 512 shots"))
    # The gates of this device change values by about a percent, its measurements by up to a tenth; a mean of 80 errors
    # that shots alone cause is below √(2/π · 1/512) = 0.035.
    assert gates.mean_absolute_error.max() < 0.035 < counted.mean_absolute_error.max()
    assert (counted.mean_absolute_error.to_numpy() > gates.mean_absolute_error.to_numpy()).all()


def test_the_model_of_another_cell_is_not_measured(trained: list[Run], tmp_path: Path) -> None:
    folder = shutil.copytree(trained[0].directory, tmp_path / "copy")
    shutil.copy(find_model(trained[1].directory, 0), find_model(folder, 0))
    run = Run(trained[0].config.model_copy(update={"output_dir": str(folder)}), trained[0].dataset)
    with pytest.raises(ArgumentError, match=rf"must name a model of the cell {run.hash}.*give {trained[1].hash}"):
        measure([run], FEW, tmp_path / "noise")


def test_levels_become_backends() -> None:
    backends = [(level.backend.shots, level.backend.depolarizing, level.backend.noise) for level in list_levels(NOISE)]
    assert backends == [
        *((16, None, None), (8192, None, None), (None, 0.0, None), (None, 0.01, None), (None, 0.3, None)),
        *((None, None, "FakeManilaV2"), (512, None, "FakeManilaV2")),
    ]


def test_shots_of_no_two_rows_are_the_same() -> None:
    seeds = {
        shot_seed(config, seed, level)
        for config in ("a", "b")
        for seed in (0, 1)
        for level in (Level("shots", "16"), Level("shots", "32"))
    }
    assert len(seeds) == 8


def test_after_an_interruption_the_rest_is_measured_and_the_file_is_the_same(
    trained: list[Run], tmp_path: Path
) -> None:
    assert list(measure_noise(trained, FEW, tmp_path / "whole")) == [2, 2, 2, 2]
    whole = (tmp_path / "whole" / "noise.csv").read_bytes()
    interrupted = measure_noise(trained, FEW, tmp_path / "parts")
    assert next(interrupted) == 2
    interrupted.close()
    assert len(read_noise_rows(tmp_path / "parts" / "noise.csv")) == 2
    assert list(measure_noise(trained, FEW, tmp_path / "parts")) == [0, 2, 2, 2]
    assert (tmp_path / "parts" / "noise.csv").read_bytes() == whole
    assert list(measure_noise(trained, FEW, tmp_path / "parts")) == [0, 0, 0, 0]
    assert (tmp_path / "parts" / "noise.csv").read_bytes() == whole


def test_new_levels_are_added_and_those_that_nobody_asks_for_leave(trained: list[Run], tmp_path: Path) -> None:
    before = measure(trained[:1], FEW, tmp_path)
    more = NoiseConfig(images=20, shots=(32, 16))
    assert list(measure_noise(trained[:1], more, tmp_path)) == [1, 1]
    after = read_noise_rows(tmp_path / "noise.csv")
    assert after[["seed", "level"]].to_numpy().tolist() == [[0, "32"], [0, "16"], [1, "32"], [1, "16"]]
    same = [frame[frame.level == "16"].reset_index(drop=True) for frame in (before, after)]
    pd.testing.assert_frame_equal(*same)


@pytest.mark.parametrize(
    ("column", "value"), [("commit", "0123456789ab"), ("weights", "0123456789ab"), ("data_fingerprint", "0123456789ab")]
)
def test_rows_of_another_origin_are_measured_again(column: str, value: str, trained: list[Run], tmp_path: Path) -> None:
    rows = measure(trained[:1], FEW, tmp_path)
    rows.loc[0, column] = value
    rows.to_csv(tmp_path / "noise.csv", index=False)
    assert list(measure_noise(trained[:1], FEW, tmp_path)) == [1, 0]
    assert value not in set(read_noise_rows(tmp_path / "noise.csv")[column])


def test_other_images_are_measured_anew(trained: list[Run], tmp_path: Path) -> None:
    measure(trained[:1], FEW, tmp_path)
    others = FEW.model_copy(update={"image_seed": 1})
    assert list(measure_noise(trained[:1], others, tmp_path)) == [2, 2]


def test_a_damaged_table_is_refused_and_stays(trained: list[Run], tmp_path: Path) -> None:
    path = tmp_path / "noise.csv"
    path.write_text("dataset,classes\nmnist,0/1")
    with pytest.raises(ResultsError, match="last line is cut off"):
        list(measure_noise(trained, FEW, tmp_path))
    assert path.read_text() == "dataset,classes\nmnist,0/1"


def test_the_report_shows_the_means_and_equal_rows_give_equal_files(trained: list[Run], tmp_path: Path) -> None:
    rows = measure(trained, NOISE, tmp_path)
    files = {path.name: path.read_bytes() for path in write_noise(tmp_path)}
    assert list(files) == ["noise.md", "noise.png", "noise.svg"]
    text = files["noise.md"].decode()
    cell = rows[(rows.config_hash == trained[1].hash)]
    means = [f"{cell[cell.level == level].accuracy.mean():.1f}" for level in ("0.0", "0.01", "0.3")]
    exact = f"{cell.exact_accuracy.mean():.1f}"
    assert f"| Digits 0/1 | PCA | 1 | 2 | {exact} | {' | '.join(means)} |" in text
    assert "## Mitigation" not in text  # there are no rehearsals beside it
    assert {path.name: path.read_bytes() for path in write_noise(tmp_path)} == files


def test_devices_alone_have_a_table_and_no_figure(trained: list[Run], tmp_path: Path) -> None:
    measure(trained[:1], NoiseConfig(images=5, devices=("FakeManilaV2",)), tmp_path)
    assert [path.name for path in write_noise(tmp_path)] == ["noise.md"]


@pytest.mark.parametrize(
    ("words", "noise", "message"),
    [
        ("layer=none", FEW, "Argument `run` must be of a model with a circuit, but is 'one with layer=none'."),
        ("readout_qubits=[0,3]", FEW, "must be of a model with one readout"),
        (
            "",
            NoiseConfig(images=10**6, shots=(1,)),
            "Argument `images` must be between 1 and 91, the number of test images",
        ),
        ("", NoiseConfig(devices=("FakeManilla",)), "Argument `devices` must name a fake device .* fake-manila"),
        ("", NoiseConfig(devices=("FakeArmonkV2",)), "Argument `devices` must name a device with 4 to 10 qubits"),
    ],
)
def test_what_would_fail_later_is_refused_before_training(words: str, noise: NoiseConfig, message: str) -> None:
    cells = [load_config("data=digits", "reducer=pca", *words.split())]
    with pytest.raises(ArgumentError, match=message):
        check_noise(cells, noise)


def test_what_can_be_measured_is_not_refused(trained: list[Run]) -> None:
    check_noise([run.config for run in trained], NOISE)
