"""What arrives in TensorBoard, read back with its own reader."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import image
from tracking.readers import accuracies, curve, ending, epoch, epochs, events, hparams, text

from qnlnet.config import RunConfig, cell_name, config_hash
from qnlnet.config.logger import LoggerConfig, TensorBoardConfig
from qnlnet.tracking import Trackers, build_trackers

DIRECTORY = Path("outputs/tensorboard")


def start(**settings: Any) -> Trackers:
    return build_trackers(LoggerConfig(tensorboard=TensorBoardConfig(**settings)))


def folder(config: RunConfig, seed: int) -> Path:
    return DIRECTORY / f"{cell_name(config)}-{config_hash(config)}" / f"seed-{seed}"


def test_curves_parameters_and_final_numbers_of_a_replica_arrive(
    config: RunConfig, row: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with start() as trackers:
        for done in epochs(1, 6):
            trackers.on_epoch(config, 1, done)
        trackers.on_trained(config, 1, row)
    assert capfd.readouterr() == ("", "")
    replica = folder(config, 1)
    assert curve(replica, "test_accuracy") == accuracies(range(1, 7))
    assert curve(replica, "train_accuracy") == [(number, 50.0 + number) for number in range(1, 7)]
    loss = dict(curve(replica, "train_loss"))
    assert math.isnan(loss.pop(2))
    assert loss == {number: np.float32(1.0 / number) for number in (1, 3, 4, 5, 6)}
    final = {"best_epoch_test_accuracy": 100.0, "converged": 1.0, "aer_agreement": 1.0, "train_seconds": 1.0}
    assert {tag: curve(replica, tag) for tag in final} == {tag: [(6, value)] for tag, value in final.items()}
    expected = {"cell": cell_name(config), "config_hash": config_hash(config), "seed": 1.0, "train.epochs": 6.0}
    expected |= {"data.classes": "[0, 1]", "reducer.name": "pca", "train.shuffle": config.train.shuffle}
    assert hparams(replica).items() >= expected.items()
    assert ending(replica) == "STATUS_SUCCESS"
    assert text(replica, "origin").splitlines()[0] == "- commit: `0`"


def test_points_carry_the_time_at_which_they_were_sent(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        trackers.on_epoch(config, 0, epoch(2))
    first, second = events(folder(config, 0)).Scalars("test_accuracy")
    written = (DIRECTORY / folder(config, 0).relative_to(DIRECTORY)).stat().st_mtime
    assert first.wall_time <= second.wall_time
    assert written - 3600 < first.wall_time


def test_a_resumed_replica_doubles_no_point(config: RunConfig, row: dict[str, Any]) -> None:
    with start() as trackers:  # … and is interrupted after epoch 4, with a checkpoint of epoch 2
        for done in epochs(1, 4):
            trackers.on_epoch(config, 0, done)
    assert ending(folder(config, 0)) is None
    with start() as trackers:
        trackers.on_resumed(config, 0, epochs(1, 2))
        trackers.on_epoch(config, 0, epoch(3))
    assert curve(folder(config, 0), "test_accuracy") == accuracies([1, 2, 3])
    with start() as trackers:
        trackers.on_resumed(config, 0, epochs(1, 3))
        for done in epochs(4, 6):
            trackers.on_epoch(config, 0, done)
        trackers.on_trained(config, 0, row)
    assert curve(folder(config, 0), "test_accuracy") == accuracies(range(1, 7))
    assert ending(folder(config, 0)) == "STATUS_SUCCESS"


def test_a_replica_that_is_trained_again_takes_the_place_of_the_earlier_one(
    config: RunConfig, row: dict[str, Any]
) -> None:
    for commit, accuracy in (("old", 70.0), ("new", 90.0)):
        with start() as trackers:
            trackers.on_epoch(config, 0, epoch(1, accuracy))
            trackers.on_trained(config, 0, {**row, "commit": commit})
    assert curve(folder(config, 0), "test_accuracy") == [(1, 90.0)]
    assert "`new`" in text(folder(config, 0), "origin")


def test_a_clock_that_was_set_back_does_not_bring_old_points_back(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1, 70.0))
    (old,) = folder(config, 0).iterdir()
    old.rename(old.with_name("events.out.tfevents.9000000000.host.1.0"))  # from the year 2255
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1, 90.0))
    assert curve(folder(config, 0), "test_accuracy") == [(1, 90.0)]


def test_a_file_whose_last_record_was_cut_off_is_no_obstacle(config: RunConfig) -> None:
    with start() as trackers:
        for done in epochs(1, 3):
            trackers.on_epoch(config, 0, done)
    (file,) = folder(config, 0).iterdir()
    os.truncate(file, file.stat().st_size - 5)  # as after a power cut
    assert curve(folder(config, 0), "test_accuracy") == accuracies([1, 2])
    with start() as trackers:
        trackers.on_resumed(config, 0, epochs(1, 3))
    assert curve(folder(config, 0), "test_accuracy") == accuracies([1, 2, 3])


def test_a_replica_that_failed_says_why(config: RunConfig) -> None:
    with start() as trackers:
        trackers.on_epoch(config, 0, epoch(1))
        trackers.on_failed(config, 0, "The device has gone.")
    assert text(folder(config, 0), "failure") == "The device has gone."
    assert ending(folder(config, 0)) == "STATUS_FAILURE"


def test_the_statistics_of_a_cell_arrive_in_its_folder(config: RunConfig, rows: pd.DataFrame) -> None:
    with start() as trackers:
        trackers.on_cell(config, rows.iloc[:1])
        trackers.on_cell(config, rows)
        trackers.on_cell(config, rows.iloc[:0])
    cell = folder(config, 0).parent
    assert curve(cell, "n_converged") == [(1, 0.0), (3, 2.0)]
    assert curve(cell, "test_accuracy_mean") == [(1, 80.0), (3, np.float32((80 + 91 + 95) / 3))]


def test_tables_and_figures_arrive_as_text_and_pictures(tmp_path: Path) -> None:
    names = [tmp_path / f"table1.{ending}" for ending in ("csv", "md", "tex", "png", "svg")]
    for round_, shade in enumerate((0.25, 0.75)):
        for path in names[:3]:
            path.write_text(f"| {path.suffix} {round_} |", encoding="utf-8")
        image.imsave(names[3], np.full((7, 11), shade), vmin=0, vmax=1)
        names[4].write_text("<svg/>", encoding="utf-8")
        with start() as trackers:
            trackers.on_table("table1", names[:3])
            trackers.on_figure("table1", names[3:])
    assert text(DIRECTORY / "table1", "table") == "| .md 1 |"
    (picture,) = events(DIRECTORY / "table1").Images("figure")
    assert (picture.width, picture.height) == (11, 7)
    assert picture.encoded_image_string == names[3].read_bytes()


@pytest.mark.slow
def test_many_points_and_many_replicas_arrive_complete(config: RunConfig) -> None:
    with start() as trackers:
        for number in range(1, 2501):
            for seed in range(4):
                trackers.on_epoch(config, seed, epoch(number))
    for seed in range(4):
        assert curve(folder(config, seed), "test_accuracy") == accuracies(range(1, 2501))


def test_another_folder_can_be_chosen(config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with start(directory="~/events") as trackers:
        trackers.on_epoch(config, 0, epoch(1))
    assert list((tmp_path / "home" / "events").rglob("events.out.tfevents.*"))
    assert not Path("outputs").exists()
