"""What arrives in MLflow, read back with its own client."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tracking.readers import accuracies, client, epoch, epochs, history, runs, wait_for_run

from qnlnet.config import RunConfig, cell_name, config_hash, load_config
from qnlnet.config.logger import LoggerConfig, MLflowConfig
from qnlnet.tracking import Trackers, build_trackers


def start(**settings: Any) -> Trackers:
    return build_trackers(LoggerConfig(mlflow=MLflowConfig(**settings)))


@pytest.mark.slow
def test_curves_parameters_and_final_numbers_of_a_replica_arrive(
    config: RunConfig, row: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with start() as trackers:
        for done in epochs(1, 6):
            trackers.on_epoch(config, 1, done)
        trackers.on_trained(config, 1, row)
    (run,) = runs()[f"{cell_name(config)} seed 1"]
    assert run.info.status == "FINISHED"
    assert history(run, "test_accuracy") == accuracies(range(1, 7))
    assert history(run, "train_accuracy") == [(number, 50.0 + number) for number in range(1, 7)]
    loss = dict(history(run, "train_loss"))
    assert math.isnan(loss.pop(2))
    assert loss == {number: 1.0 / number for number in (1, 3, 4, 5, 6)}
    assert run.data.metrics.items() >= {
        ("best_epoch_test_accuracy", 100.0),
        ("converged", 1.0),
        ("aer_agreement", 1.0),
        ("train_seconds", 1.0),
    }
    expected = {"cell": cell_name(config), "config_hash": config_hash(config), "seed": "1", "commit": "0"}
    expected |= {"data.classes": "[0, 1]", "reducer.name": "pca", "r": "1", "D": "1", "train.epochs": "6"}
    assert run.data.params.items() >= expected.items()
    assert {"versions", "data_fingerprint", "data_official"} <= set(run.data.params)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_replicas_are_nested_in_the_run_of_their_cell(config: RunConfig) -> None:
    other = load_config("data=digits", "reducer=pca", "ansatz=1")
    with start() as trackers:
        for cell in (config, other):
            for seed in (0, 1):
                trackers.on_epoch(cell, seed, epoch(1))
    found = runs()
    for cell in (config, other):
        (parent,) = found[cell_name(cell)]
        children = [found[f"{cell_name(cell)} seed {seed}"][0] for seed in (0, 1)]
        assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
        assert parent.data.params["config_hash"] == config_hash(cell)
        assert "seed" not in parent.data.params


@pytest.mark.slow
def test_a_resumed_replica_goes_on_in_its_run_and_doubles_no_point(config: RunConfig, row: dict[str, Any]) -> None:
    with start() as trackers:  # … and is interrupted after epoch 4, with a checkpoint of epoch 3
        for done in epochs(1, 4):
            trackers.on_epoch(config, 0, done)
    (run,) = runs()[f"{cell_name(config)} seed 0"]
    assert run.info.status == "KILLED"
    assert runs()[cell_name(config)][0].info.status == "KILLED"
    with start() as trackers:
        trackers.on_resumed(config, 0, epochs(1, 3))
        for done in epochs(4, 6):
            trackers.on_epoch(config, 0, done)
        trackers.on_trained(config, 0, row)
    (again,) = runs()[f"{cell_name(config)} seed 0"]
    assert again.info.run_id == run.info.run_id
    assert again.info.status == "FINISHED"
    assert history(again, "test_accuracy") == accuracies(range(1, 7))
    assert [step for step, _ in history(again, "train_loss")] == [1, 2, 3, 4, 5, 6]
    assert len(runs()[cell_name(config)]) == 1


def test_epochs_from_before_the_tracker_was_on_are_filled_in(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_resumed(config, 0, epochs(1, 4))
        trackers.on_epoch(config, 0, epoch(5))
    (run,) = runs()[f"{cell_name(config)} seed 0"]
    assert history(run, "test_accuracy") == accuracies(range(1, 6))


def test_a_replica_that_another_process_began_meanwhile_is_found(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))  # from here on this tracker knows the runs of the cell
        wait_for_run(f"{cell_name(config)} seed 0")
        with start() as others:
            others.on_epoch(config, 1, epoch(1))
        trackers.on_resumed(config, 1, epochs(1, 1))
        trackers.on_epoch(config, 1, epoch(2))
    (run,) = runs()[f"{cell_name(config)} seed 1"]
    assert history(run, "test_accuracy") == accuracies([1, 2])


def test_a_replica_that_starts_anew_goes_on_in_its_run_if_it_repeats_itself(config: RunConfig) -> None:
    for last in (3, 5):
        with start() as trackers:
            for done in epochs(1, last):
                trackers.on_epoch(config, 0, done)
    (run,) = runs()[f"{cell_name(config)} seed 0"]
    assert history(run, "test_accuracy") == accuracies(range(1, 6))


def test_a_replica_with_another_curve_is_another_run(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1, 12.5))
    new, old = runs()[f"{cell_name(config)} seed 0"]
    assert history(old, "test_accuracy") == [(1, 61.0)]
    assert history(new, "test_accuracy") == [(1, 12.5)]


def test_a_finished_replica_that_is_trained_again_is_another_run(config: RunConfig, row: dict[str, Any]) -> None:
    for _ in range(2):
        with start() as trackers:
            trackers.on_epoch(config, 0, epoch(1))
            trackers.on_trained(config, 0, row)
    found = runs()[f"{cell_name(config)} seed 0"]
    assert [run.info.status for run in found] == ["FINISHED", "FINISHED"]
    assert [history(run, "test_accuracy") for run in found] == [[(1, 61.0)], [(1, 61.0)]]


def test_a_replica_that_failed_says_why(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        trackers.on_failed(config, 0, "The device has gone.")
        trackers.on_failed(config, 1, "It never began.")
    found = runs()
    for seed, message in enumerate(("The device has gone.", "It never began.")):
        (run,) = found[f"{cell_name(config)} seed {seed}"]
        assert run.info.status == "FAILED"
        assert run.data.tags["failure"] == message
    assert found[cell_name(config)][0].info.status == "FAILED"


def test_a_cell_is_finished_when_all_its_seeds_are_there(config: RunConfig, rows: pd.DataFrame) -> None:
    for count, status in ((1, "KILLED"), (2, "KILLED"), (3, "FINISHED")):  # three seeds are asked for
        with start() as trackers:
            trackers.on_epoch(config, count - 1, epoch(1))
            trackers.on_trained(config, count - 1, rows.iloc[count - 1].to_dict())
            trackers.on_cell(config, rows.iloc[:count])
        (run,) = runs()[cell_name(config)]
        assert run.info.status == status
        assert history(run, "n_seeds") == [(number, float(number)) for number in range(1, count + 1)]


def test_a_cell_is_interrupted_with_its_replicas(config: RunConfig, rows: pd.DataFrame) -> None:
    with start() as trackers:
        for seed in (0, 1):
            trackers.on_epoch(config, seed, epoch(1))
        trackers.on_trained(config, 0, rows.iloc[0].to_dict())
        trackers.on_cell(config, rows.iloc[:1])
    found = runs()
    assert found[cell_name(config)][0].info.status == "KILLED"
    assert [found[f"{cell_name(config)} seed {seed}"][0].info.status for seed in (0, 1)] == ["FINISHED", "KILLED"]


def test_a_cell_that_is_trained_again_has_all_its_rows_before_the_end(config: RunConfig, rows: pd.DataFrame) -> None:
    with start() as trackers:
        for seed in (0, 1):
            trackers.on_epoch(config, seed, epoch(1))
        trackers.on_trained(config, 0, rows.iloc[0].to_dict())
        trackers.on_cell(config, rows)
        trackers.on_failed(config, 1, "x" * 10_000)
    found = runs()
    assert found[cell_name(config)][0].info.status == "FAILED"
    assert found[f"{cell_name(config)} seed 1"][0].data.tags["failure"] == "x" * 5000


def test_settings_of_any_length_are_no_obstacle(config: RunConfig) -> None:
    values = config.model_dump(by_alias=True)
    values["model"]["ansatz"] |= {"name": "long", "entangling": [[0, 1]] * 2000}
    long = RunConfig.model_validate(values)
    with start() as trackers:
        trackers.on_epoch(long, 0, epoch(1))
    (run,) = runs()[f"{cell_name(long)} seed 0"]
    assert run.data.params["ansatz.entangling"].startswith("[[0, 1], [0, 1], ")
    assert history(run, "test_accuracy") == accuracies([1])


def test_the_statistics_of_a_cell_arrive_in_its_run(config: RunConfig, rows: pd.DataFrame) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        trackers.on_trained(config, 0, rows.iloc[0].to_dict())
        trackers.on_cell(config, rows.iloc[:1])
        trackers.on_cell(config, rows)
        trackers.on_cell(load_config("data=digits", "ansatz=2"), rows.iloc[:0])
    found = runs()
    (run,) = found[cell_name(config)]
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {
        **{"n_seeds": 3.0, "n_converged": 2.0, "train_accuracy_mean": 99.0, "train_accuracy_std": 0.0},
        "test_accuracy_mean": pytest.approx((80 + 91 + 95) / 3),
        "test_accuracy_std": pytest.approx(rows.test_accuracy.std(ddof=1)),
        "test_accuracy_median": 91.0,
    }
    assert len(found) == 2  # a cell without rows sends nothing


def test_tables_and_figures_arrive_as_files_of_one_run(tmp_path: Path) -> None:
    for content in ("old", "new"):
        files = [tmp_path / name for name in ("table1.md", "table1.csv", "table1.png")]
        for path in files:
            path.write_text(content, encoding="utf-8")
        with start() as trackers:
            trackers.on_table("table1", files[:2])
            trackers.on_figure("table1", files[2:])
    (run,) = runs()["table1"]
    assert run.info.status == "FINISHED"
    stored = Path(client().download_artifacts(run.info.run_id, ""))
    names = {str(path.relative_to(stored)): path.read_text(encoding="utf-8") for path in stored.rglob("*.*")}
    assert names == {"tables/table1.md": "new", "tables/table1.csv": "new", "figures/table1.png": "new"}


@pytest.mark.slow
def test_many_points_of_one_replica_are_sent_in_batches(config: RunConfig) -> None:
    with start() as trackers:
        for number in range(1, 10_001):
            trackers.on_epoch(config, 0, epoch(number))
    (run,) = runs()[f"{cell_name(config)} seed 0"]
    assert history(run, "test_accuracy") == accuracies(range(1, 10_001))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated:DeprecationWarning")  # of MLflow
def test_a_database_and_an_experiment_of_another_name_can_be_chosen(config: RunConfig, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/deep/er/all.db"
    (tmp_path / "table.md").write_text("|a|", encoding="utf-8")
    with start(tracking_uri=uri, experiment="mine") as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        trackers.on_table("table", [tmp_path / "table.md"])
    (run,) = runs(uri, "mine")[f"{cell_name(config)} seed 0"]
    assert history(run, "test_accuracy", uri) == [(1, 61.0)]
    assert [path.name for path in (tmp_path / "deep/er/all-artifacts").rglob("*.md")] == ["table.md"]
    assert not (tmp_path / "outputs").exists()
    assert not (tmp_path / "mlruns").exists()


@pytest.mark.parametrize("kind", ["path", "file:"])
def test_a_folder_can_be_chosen_whatever_it_is_called(config: RunConfig, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "with space and ü"
    with start(tracking_uri=str(folder) if kind == "path" else folder.as_uri()) as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    assert cell_name(config) in runs(folder.as_uri())
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == [folder.name]


def test_the_environment_names_the_store_unless_the_configuration_does(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "of-environment")
    for uri in (None, "of-configuration"):
        with start(tracking_uri=uri) as trackers:
            trackers.on_epoch(config, 0, epoch(1))
    assert cell_name(config) in runs("of-environment")
    assert cell_name(config) in runs("of-configuration")
    assert not Path("outputs").exists()


@pytest.mark.slow
def test_processes_that_begin_together_share_experiment_and_cell(config: RunConfig) -> None:
    program = (
        "import os\nfrom tracking.readers import epoch\nfrom qnlnet.config import load_config\n"
        "from qnlnet.config.logger import LoggerConfig, MLflowConfig\nfrom qnlnet.tracking import build_trackers\n"
        "config = load_config('data=digits', 'reducer=pca', 'train.epochs=6')\n"
        "waiting, begin = os.pipe()\n"
        "for seed in range(3):\n"  # processes that have imported everything
        "    if not os.fork():\n"
        "        os.close(begin)\n        os.read(waiting, 1)\n"
        "        with build_trackers(LoggerConfig(mlflow=MLflowConfig())) as trackers:\n"
        "            trackers.on_epoch(config, seed, epoch(1))\n"
        "        os._exit(0)\n"
        "os.close(begin)\n"  # which lets all of them go on
        "assert [os.wait()[1] for seed in range(3)] == [0, 0, 0]\n"
    )
    tests = Path(__file__).parents[1]
    path = {"PYTHONPATH": f"{tests.parent}:{tests}", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(client().search_experiments(filter_string="name = 'qnlnet'")) == 1
    found = runs()
    assert {name: len(same) for name, same in found.items()} == {
        cell_name(config): 1,
        **{f"{cell_name(config)} seed {seed}": 1 for seed in range(3)},
    }
