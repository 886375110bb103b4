"""What stands in noise.md and in the figure follows from the rows."""

import csv
import math
from pathlib import Path
from statistics import fmean

import pandas as pd
import pytest
from matplotlib.axes import Axes

from qnlnet.audit.noise_figure import plot_noise
from qnlnet.audit.noise_report import format_noise, read_rehearsals
from qnlnet.audit.noise_rows import noise_frame

RESULTS = Path(__file__).resolve().parents[2] / "results"
NO_REHEARSALS = pd.DataFrame()


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two cells with three seeds and made-up accuracies at two levels of each kind of noise."""
    levels = [("shots", "16"), ("shots", "1024"), ("depolarizing", "0.1"), ("depolarizing", "0.01")]
    levels += [("device", "FakeManilaV2"), ("device", "FakeManilaV2, 1024 shots")]
    return noise_frame(
        {
            **{
                "dataset": "mnist",
                "classes": "0/1",
                "model": "qnl_net",
                "reducer": reducer,
                "ansatz": "1",
                "r": 1,
                "D": 1,
            },
            **{"readout_qubit": 3, "protocol": "released", "learning_rate": 1e-4, "epochs": 100, "dropout": 0.0},
            **{"num_qubits": 4, "backend": "exact", "settings": "", "config_hash": reducer, "seed": seed},
            **{"weights": "", "noise": noise, "level": level, "images": 200, "image_seed": 0},
            **{"accuracy": 50.0 + 5 * number + seed, "exact_accuracy": 90.0 + seed, "same_labels": 80.0},
            **{"mean_absolute_error": 0.01 * (number + 1)},
            **{"expected_accuracy": 51.0 + 5 * number if noise != "device" else None},
            **{"expected_spread": {"shots": 2.0, "depolarizing": 0.0}.get(noise)},
            **{"commit": "0", "versions": "", "data_fingerprint": "0", "data_official": True},
        }
        for reducer in ("pca", "cnn")
        for seed in range(3)
        for number, (noise, level) in enumerate(levels)
    )


def labels_from_left(panel: Axes) -> list[str]:
    ticks = zip(panel.get_xticks(), panel.get_xticklabels(), strict=True)
    return [label.get_text() for _, label in sorted(ticks, key=lambda tick: tick[0])]


def test_tables_hold_the_means_over_seeds(rows: pd.DataFrame) -> None:
    text = format_noise(rows, NO_REHEARSALS)
    for reducer in ("CNN", "PCA"):
        cell = f"| MNIST 0/1 | {reducer} | 1 | 3 | 91.0 |"
        assert f"{cell} 51.0 | 56.0 |" in text
        assert f"{cell} 61.0 | 66.0 |" in text
        assert f"{cell} 71.0 (80.0) | 76.0 (80.0) |" in text
    assert "| 16 | 1,024 |" in text
    assert "on 200 test images" in text
    assert "FakeManilaV2: 0.0500; FakeManilaV2, 1024 shots: 0.0600." in text


def test_counted_and_expected_accuracies_are_compared(rows: pd.DataFrame) -> None:
    assert "+0.00 points on average over 12 rows, 0.0 standard errors from 0" in format_noise(rows, NO_REHEARSALS)
    shifted = rows.assign(accuracy=rows.accuracy + 1)
    errors = 12 / math.sqrt(12 * 2.0**2)  # twelve rows that are off by 1, each with a spread of 2
    assert f"+1.00 points on average over 12 rows, {errors:.1f} standard" in format_noise(shifted, NO_REHEARSALS)


def test_a_level_that_a_cell_lacks_is_a_dash(rows: pd.DataFrame) -> None:
    lacking = rows[(rows.reducer == "cnn") | (rows.level != "16")]
    assert "| MNIST 0/1 | PCA | 1 | 3 | 91.0 | – | 56.0 |" in format_noise(lacking, NO_REHEARSALS)


def test_mitigation_is_summed_up_from_the_committed_rehearsals(rows: pd.DataFrame) -> None:
    text = format_noise(rows, read_rehearsals(RESULTS / "noise"))
    with (RESULTS / "hardware" / "hardware.csv").open(encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    wanted = {"device": "fake-manila", "mitigation": "level 1", "dataset": "cifar10", "reducer": "pca"}
    group = [row for row in stored if all(row[key] == value for key, value in wanted.items())]
    assert len(group) == 3
    mean = {name: fmean(float(row[name]) for row in group) for name in group[0] if name.endswith(("accuracy", "error"))}
    labels = fmean(float(row["agreement"]) for row in group)
    difference = f"{mean['accuracy'] - mean['exact_accuracy']:+.2f}".replace("-", "−")
    assert (
        f"| fake-manila | level 1 | CIFAR-10 2/8 † | PCA | 3 | {mean['exact_accuracy']:.1f} | {difference} "
        f"| {labels:.1f} | {mean['mean_absolute_error']:.4f} | {mean['shot_noise_error']:.4f} |"
    ) in text
    assert text.splitlines()[-1].startswith("† data differ")  # of the rehearsals alone


def test_the_figure_has_a_panel_for_each_kind_and_task_and_a_line_for_each_seed(rows: pd.DataFrame) -> None:
    figure = plot_noise(rows)
    assert [panel.get_title() for panel in figure.axes] == ["MNIST 0/1, CNN", "MNIST 0/1, PCA"] * 2
    shots, _, depolarizing, _ = figure.axes
    thin = [line for line in shots.get_lines() if line.get_linewidth() < 1 and len(line.get_xdata()) == 2]
    assert [line.get_ydata().tolist() for line in thin] == [[50.0 + seed, 55.0 + seed] for seed in range(3)]
    (mean,) = [line for line in shots.get_lines() if line.get_linewidth() > 1 and len(line.get_xdata()) == 2]
    assert mean.get_ydata().tolist() == [51.0, 56.0]
    # Probabilities in order of size, not of the rows; no noise comes first, and last beside the shots.
    assert labels_from_left(depolarizing) == ["none", "0.01", "0.1"]
    assert labels_from_left(shots) == ["16", "1024", "exact"]
    exact = [line.get_ydata().tolist() for line in shots.get_lines() if list(line.get_xdata()) == [2.0]]
    assert exact == [[91.0]]


def test_a_kind_of_noise_that_was_not_measured_has_no_panels(rows: pd.DataFrame) -> None:
    assert len(plot_noise(rows[rows.noise == "shots"]).axes) == 2
    assert "Depolarizing" not in format_noise(rows[rows.noise == "shots"], NO_REHEARSALS)
