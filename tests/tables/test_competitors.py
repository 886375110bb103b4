"""Table 2: quoted rows against a second transcription, verdicts by hand, and what may not be compared."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.records import read_seed_rows
from qnlnet.records.published import find_published, list_quoted
from qnlnet.tables import TABLES, summarise_competitors

# Copied from the slides independently of papers/gupta2024/published.yaml.
TABLE_2 = """
QTN-VQC | 0/1 | 12 | 98.60
Hybrid TTN-MERA | 0/1 | 8 | 99.87 ± 0.02
Tensor Ring VQC | 0/1 | 4 | 99.30
CNN-QNL-Net | 0/1 | 4 | 99.96 ± 0.03
SQNN | 3/6 | 64 | 97.47
QF-hNet-BN | 3/6 | 12 | 98.27
CNN-QNL-Net | 3/6 | 4 | 99.94 ± 0.02
"""


def full_table() -> pd.DataFrame:
    return frame(*(seed_rows(*[99.9, 100.0] * 3, classes=classes, ansatz=ansatz) for classes in ("0/1", "3/6")
                   for ansatz in "012"))  # fmt: skip


def cell(**changes: Any) -> dict[str, Any]:
    return seed_rows(99.0, **changes)[0]


def test_quoted_rows_are_those_of_the_slides() -> None:
    quoted = summarise_competitors(full_table()).query("row == 'quoted'")
    lines = []
    for row in quoted.to_dict("records"):
        std = "" if math.isnan(row["test_accuracy_std"]) else f" ± {row['test_accuracy_std']:.2f}"
        lines.append(f"{row['model']} | {row['classes']} | {row['num_qubits']} | {row['test_accuracy_mean']:.2f}{std}")
    assert lines == TABLE_2.strip().splitlines()
    assert set(quoted["dataset"]) == {"mnist"}
    assert quoted["source"].str.contains("arXiv|npj").all()


def test_every_task_shows_what_is_quoted_and_then_our_ansaetze() -> None:
    summary = summarise_competitors(full_table())
    assert list(summary["row"]) == ["quoted"] * 4 + ["measured"] * 3 + ["quoted"] * 3 + ["measured"] * 3
    assert list(summary.query("row == 'measured'")["ansatz"]) == ["0", "1", "2"] * 2


def test_quoted_rows_have_nothing_that_only_a_run_gives() -> None:
    quoted = summarise_competitors(full_table()).query("row == 'quoted'")
    given = {"row", "model", "dataset", "classes", "num_qubits", "test_accuracy_mean", "test_accuracy_std", "source"}
    assert quoted.drop(columns=list(given)).isna().all(axis=None)


@pytest.mark.parametrize(
    ("low", "verdict"),
    [
        # low and low + 0.4, three times each, has std² = 0.24/5; the bound against 99.94 ± 0.02 is
        # 2 √(0.24/30 + 0.02²) = 0.18330, against 99.96 ± 0.03 of the other task it would be 0.18868.
        (99.557, "agrees"),  # difference −0.183
        (99.556, "differs"),  # difference −0.184
    ],
)
def test_the_verdict_on_3_and_6_by_hand(low: float, verdict: str) -> None:
    rows = frame(seed_rows(*[low, low + 0.4] * 3, classes="3/6", ansatz="2"))
    (ours,) = summarise_competitors(rows).query("row == 'measured'").to_dict("records")
    assert ours["difference"] == pytest.approx(low + 0.2 - 99.94)
    assert ours["verdict"] == verdict


def test_all_ansaetze_of_0_and_1_are_compared_with_the_number_of_table_2() -> None:
    measured = summarise_competitors(full_table()).query("row == 'measured' and classes == '0/1'")
    assert list(measured["difference"]) == pytest.approx([99.95 - 99.96] * 3)  # Table 1 has 99.95 for ansatz 1 and 2


@pytest.mark.parametrize(
    "changes", [{"r": 2}, {"D": 3}, {"reducer": "pca"}, {"num_qubits": 6}, {"dataset": "digits"}, {"classes": "3/8"}]
)
def test_other_cells_have_nothing_to_be_compared_with(changes: dict[str, Any]) -> None:
    assert find_published(cell(), "Table 2") is not None
    assert find_published(cell(**changes), "Table 2") is None
    summary = summarise_competitors(frame(seed_rows(99.0, 98.0, **changes)))
    assert "CNN-QNL-Net" not in set(summary["model"])
    assert summary["difference"].isna().all()


def test_other_images_stand_beside_no_quoted_model() -> None:
    summary = summarise_competitors(frame(seed_rows(99.0, 98.0, dataset="digits")))
    assert set(summary["row"]) == {"measured"}


def test_files_mark_what_is_quoted(tmp_path: Path) -> None:
    paths = TABLES["competitors"].write(full_table(), tmp_path, "mine")
    assert [path.name for path in paths] == [f"mine{ending}" for ending in TABLES["competitors"].endings]
    text = (tmp_path / "mine.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 7 + 6
    assert (
        lines[2]
        == "| MNIST 0/1 | QTN-VQC | quoted: Qi, Yang, Chen, arXiv:2110.03861 | – | 12 | – | – | 98.60 | – | – | – |"
    )
    assert lines[5] == (
        "| MNIST 0/1 | CNN-QNL-Net | quoted: arXiv:2407.18906 | not stated | 4 | – | – | 99.96 ± 0.03 | – | – | – |"
    )
    assert lines[6] == (
        "| MNIST 0/1 | CNN-QNL-Net, ours | measured | 0 | 4 | 6 | 6/6 | 99.95 ± 0.05 | 99.95 | −0.01 | agrees |"
    )
    assert all(("quoted: " in line) != ("measured" in line) for line in lines[2:])
    assert "Table 2 names the ansatz of neither CNN-QNL-Net row" in text
    assert "slides of 2025-03-03, Table 2" in text
    assert (tmp_path / "mine.tex").read_text(encoding="utf-8").isascii()


def test_csv_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    TABLES["competitors"].write(full_table(), tmp_path, "mine")
    rows = pd.read_csv(tmp_path / "mine.csv", dtype=str)
    assert set(rows["num_qubits"]) == {"4", "8", "12", "64"}
    assert set(rows["r"].dropna()) == set(rows["D"].dropna()) == {"1"}
    assert set(rows["n_seeds"].dropna()) == {"6"}


def test_settings_in_which_our_cells_differ_get_a_column() -> None:
    rows = frame(seed_rows(99.9, 99.8), seed_rows(98.0, 97.0, protocol="corrected"))
    text = TABLES["competitors"].format_terminal(rows)
    header, *lines = text.splitlines()
    assert "Protocol" in header
    assert [line.split("measured")[1].split()[1] for line in lines if "measured" in line] == ["released", "corrected"]


def test_unofficial_images_are_marked_and_quoted_rows_are_not() -> None:
    text = TABLES["competitors"].format_terminal(frame(seed_rows(99.9, 99.8, data_official=False)))
    assert [line.startswith("MNIST 0/1 †") for line in text.splitlines()[2:7]] == [False] * 4 + [True]
    assert "† data differ from the official release" in text


def test_quoted_rows_of_the_committed_table_stand_beside_the_means_of_its_own_rows() -> None:
    folder = Path(__file__).parents[2] / "results" / "table2"
    table = pd.read_csv(folder / "table2.csv")
    quoted, measured = table[table.row == "quoted"], table[table.row == "measured"]
    assert len(quoted) + len(measured) == len(table)
    shown = {(row.model, row.classes, row.test_accuracy_mean) for row in quoted.itertuples()}
    others = {(row.model, row.classes, row.test_mean) for row in list_quoted()}
    assert shown - others == {("CNN-QNL-Net", "0/1", 99.96), ("CNN-QNL-Net", "3/6", 99.94)}
    assert others < shown
    assert quoted[["config_hash", "n_seeds", "reducer", "protocol"]].isna().all(axis=None)
    means = read_seed_rows(folder / "seeds.csv").groupby("config_hash").test_accuracy.mean()
    assert measured.set_index("config_hash").test_accuracy_mean.to_dict() == pytest.approx(means.to_dict())
    assert not set(quoted.test_accuracy_mean) & set(measured.test_accuracy_mean)
