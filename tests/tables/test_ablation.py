"""Ablations: statistics and grids against closed forms, cells that are missing, and places that are taken twice."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import ablation_frame, frame, seed_rows

from qnlnet.circuits import circuit_from_config
from qnlnet.config import load_config
from qnlnet.errors import ResultsError
from qnlnet.records import CELL_COLUMNS
from qnlnet.simulator import is_constant
from qnlnet.tables import TABLES, summarise_ablation
from qnlnet.tables.ablation import epochs_note, is_known_constant


def linear(r: int, D: int) -> float:
    return 60.0 + 10 * r + D


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def write(rows: pd.DataFrame, folder: Path) -> str:
    paths = TABLES["ablation"].write(rows, folder, "mine")
    assert [path.name for path in paths] == [f"mine{ending}" for ending in TABLES["ablation"].endings]
    return (folder / "mine.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_statistics_of_each_cell_by_hand() -> None:
    summary = summarise_ablation(ablation_frame(linear))
    assert len(summary) == 27
    assert set(CELL_COLUMNS) <= set(summary.columns)
    for cell in summary.to_dict("records"):
        expected = linear(cell["r"], cell["D"])  # three seeds: expected, one more, two more
        assert cell["test_accuracy_mean"] == pytest.approx(expected + 1)
        assert cell["test_accuracy_std"] == pytest.approx(1.0)
        assert cell["test_accuracy_median"] == pytest.approx(expected + 1)
        assert (cell["test_accuracy_min"], cell["test_accuracy_max"]) == (expected, expected + 2)
        assert cell["train_seconds_mean"] == cell["r"] * cell["D"]
        assert cell["train_seconds_std"] == 0
        assert cell["n_converged"] == sum(expected + seed > 90 for seed in range(3))


def test_nothing_published_is_compared() -> None:
    columns = summarise_ablation(ablation_frame(linear)).columns
    assert not [name for name in columns if "published" in name or name in ("difference", "verdict")]


def test_the_grid_has_r_downwards_and_d_across(tmp_path: Path) -> None:
    table = lines(write(ablation_frame(linear), tmp_path))
    assert table[0] == "| Ansatz | r | D = 1 | D = 2 | D = 3 |"
    assert table[2] == "| 0 | 1 | 72.00 ± 1.00 (0/3) | 73.00 ± 1.00 (0/3) | 74.00 ± 1.00 (0/3) |"
    assert table[4] == "| 0 | 3 | 92.00 ± 1.00 (3/3) | 93.00 ± 1.00 (3/3) | 94.00 ± 1.00 (3/3) |"
    assert len(table) == 2 + 9


@pytest.mark.slow
def test_each_task_and_readout_has_a_section(tmp_path: Path) -> None:
    rows = pd.concat(
        [
            ablation_frame(linear, readouts=(3, 0), epochs=15),
            ablation_frame(linear, readouts=(3, 0), reducer="pca", epochs=30, dropout=0.0),
            ablation_frame(linear, dataset="cifar10", classes="2/8", data_official=False),
        ]
    )
    text = write(rows, tmp_path)
    titles = [line.strip("*") for line in text.splitlines() if line.startswith("**")]
    assert sorted(titles) == sorted(
        [
            *(f"MNIST 0/1, CNN, readout qubit {readout}, 15 epochs" for readout in (0, 3)),
            *(f"MNIST 0/1, PCA, readout qubit {readout}, 30 epochs" for readout in (0, 3)),
            "CIFAR-10 2/8 †, CNN, readout qubit 3, 100 epochs",
        ]
    )
    assert "† data differ from the official release" in text


@pytest.mark.slow
def test_other_settings_make_further_sections(tmp_path: Path) -> None:
    rows = pd.concat([ablation_frame(linear), ablation_frame(linear, protocol="corrected")])
    titles = [line for line in write(rows, tmp_path).splitlines() if line.startswith("**")]
    assert len(titles) == 2
    assert titles[1] == "**MNIST 0/1, CNN, readout qubit 3, 100 epochs, corrected protocol**"


def test_only_circuits_that_are_known_to_be_constant_are_marked(tmp_path: Path) -> None:
    text = write(ablation_frame(linear, readouts=(3, 0)), tmp_path)
    marked = [line for line in lines(text) if "§" in line]
    assert len(marked) == 3  # r = D = 1 with readout 0, each ansatz
    assert all(line.split("|")[2].strip() == "1" and "§" in line.split("|")[3] for line in marked)
    assert sum(line.count("§") for line in marked) == 3
    assert "§ With readout qubit 0 and r = D = 1" in text
    assert "§" not in write(ablation_frame(linear), tmp_path)


@pytest.mark.parametrize(
    "changes",
    [{"r": 2}, {"D": 2}, {"readout_qubit": 3}, {"num_qubits": 6}, {"ansatz": "mine"}, {"settings": "layer=x"}],
)
def test_what_is_proved_for_the_papers_circuits_is_said_of_no_other(changes: dict[str, Any]) -> None:
    paper = {"ansatz": "1", "num_qubits": 4, "readout_qubit": 0, "r": 1, "D": 1}
    assert is_known_constant(paper)
    assert not is_known_constant({**paper, **changes})


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_what_is_called_constant_is_constant_by_its_gates(ansatz: str) -> None:
    cell = {"ansatz": ansatz, "num_qubits": 4, "readout_qubit": 0, "r": 1, "D": 1}
    qnl = circuit_from_config(load_config(f"ansatz={ansatz}", "readout_qubit=0"))
    assert is_known_constant(cell)
    assert is_constant(qnl.circuit, qnl.observable, qnl.input_params + qnl.weight_params)


def test_missing_cells_stay_empty(tmp_path: Path) -> None:
    rows = ablation_frame(linear)
    table = lines(write(rows[~((rows["r"] == 2) & (rows["D"] == 3) & (rows["ansatz"] == "1"))], tmp_path))
    assert table[6] == "| 1 | 2 | 82.00 ± 1.00 (0/3) | 83.00 ± 1.00 (0/3) | – |"
    assert sum(line.count(" – ") for line in table) == 1


def test_one_seed_has_no_spread(tmp_path: Path) -> None:
    assert "| 0 | 1 | 71.00 (0/1) |" in write(ablation_frame(linear, seeds=1), tmp_path)


def test_two_cells_in_one_place_are_refused(tmp_path: Path) -> None:
    rows = frame(seed_rows(99.9, config_hash="00000000000a"), seed_rows(50.0, config_hash="00000000000b"))
    with pytest.raises(ResultsError, match=r"one cell, but ansatz = 0, r = 1, D = 1 holds .* 00000000000a and .*000b"):
        TABLES["ablation"].write(rows, tmp_path, "mine")


def test_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="at least one per-seed row"):
        TABLES["ablation"].write(frame(), tmp_path, "mine")


def test_the_note_on_epochs_says_what_share_of_the_learning_rates_they_hold() -> None:
    rates = [0.9**epoch for epoch in range(100)]
    shares = [round(100 * sum(rates[:epochs]) / sum(rates)) for epochs in (15, 30)]
    assert shares == [79, 96]
    (note,) = epochs_note(pd.DataFrame({"epochs": [15, 30, 100], "protocol": "released"}))
    assert f"15 epochs hold {shares[0]} %, 30 epochs hold {shares[1]} % of the sum" in note
    assert epochs_note(pd.DataFrame({"epochs": [100], "protocol": ["released"]})) == []
    assert epochs_note(pd.DataFrame({"epochs": [15], "protocol": ["with another decay"]})) == []


def test_the_terminal_shows_the_same_grids() -> None:
    text = TABLES["ablation"].format_terminal(ablation_frame(linear, readouts=(3, 0)))
    assert text.count("readout qubit") == 2
    assert "72.00 ± 1.00 (0/3) §" in text


def test_columns_without_spread_are_missing_values_not_zeros() -> None:
    summary = summarise_ablation(ablation_frame(linear, seeds=1))
    assert all(map(math.isnan, summary["test_accuracy_std"]))
    assert all(map(math.isnan, summary["train_seconds_std"]))
