"""Rows survive their storage unchanged, damage is found, and provenance says which code ran."""

import gzip
import os
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qnlnet import provenance
from qnlnet.config import BackendConfig, load_config
from qnlnet.errors import ResultsError
from qnlnet.records import (
    EPOCH_COLUMNS,
    KEYS,
    SEED_COLUMNS,
    backend_text,
    cell_keys,
    read_epoch_rows,
    read_seed_rows,
    split_cells,
    upsert,
    write_table,
)
from qnlnet.records.schema import NEWER

KEY_VALUES = {"dataset": "mnist", "classes": "0/1", "reducer": "cnn", "ansatz": "0", "r": 1, "D": 1}
KEY_VALUES |= {"readout_qubit": 3, "protocol": "released", "learning_rate": 1.5e-4, "epochs": 100}
DIGIT_HASHES = ["123e45678901", "000000000012", "123456789012", "1e5", "nan"]


def seed_row(**changes: Any) -> dict[str, Any]:
    row = {
        **KEY_VALUES,
        "dropout": 0.5,
        "num_qubits": 4,
        "backend": "exact",
        "settings": "",
        "seed": 0,
        "train_accuracy": 100 / 3,
    }
    row |= {"test_accuracy": 0.1 + 0.2, "best_epoch_test_accuracy": 99.95271867612293, "converged": False}
    row |= {"aer_agreement": None, "train_seconds": 12.5, "config_hash": "843a391875c3", "commit": "0123456789ab"}
    return row | {"versions": "a 1; b 2", "data_fingerprint": "00e1", "data_official": True} | changes


def epoch_row(**changes: Any) -> dict[str, Any]:
    row = {**KEY_VALUES, "seed": 0, "epoch": 1, "train_loss": -13.123456789012345, "train_accuracy": 50.0}
    return row | {"test_accuracy": 50.0, "config_hash": "843a391875c3"} | changes


def seed_frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return upsert(read_seed_rows("missing.csv", missing_ok=True), rows)


def epoch_frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return upsert(read_epoch_rows("missing.csv", missing_ok=True), rows)


def test_own_images_are_named_after_their_folder_so_that_none_is_taken_for_a_published_dataset() -> None:
    config = load_config("data=image_folder", "data.root=mnist", "data.classes=[a,b]")
    assert cell_keys(config)["dataset"] == "image_folder:mnist"


def test_columns_are_the_documented_ones() -> None:
    keys = "dataset classes model reducer ansatz r D readout_qubit protocol learning_rate epochs"
    seeds = "dropout num_qubits backend settings seed train_accuracy test_accuracy best_epoch_test_accuracy converged"
    seeds += " aer_agreement train_seconds parameters quantum_parameters config_hash commit versions"
    seeds += " data_fingerprint data_official"
    assert " ".join(KEYS) == keys
    assert " ".join(SEED_COLUMNS) == f"{keys} {seeds}"
    assert " ".join(EPOCH_COLUMNS) == f"{keys} seed epoch train_loss train_accuracy test_accuracy config_hash"


def test_cell_keys_come_from_the_configuration() -> None:
    config = load_config("data=mnist", "data.classes=[3,6]", "reducer=pca", "ansatz=2", "r=2", "D=3", "train.epochs=7")
    expected = ["mnist", "3/6", "qnl_net", "pca", "2", 2, 3, 3, "released", 1.5e-4, 7]
    assert cell_keys(config) == dict(zip(KEYS, expected, strict=True))


@pytest.mark.parametrize(
    ("backend", "text"),
    [
        (BackendConfig(), "exact"),
        (BackendConfig(name="aer", shots=1024), "aer, 1024 shots"),
        (BackendConfig(name="aer", shots=10, noise="FakeManilaV2"), "aer, 10 shots, FakeManilaV2"),
    ],
)
def test_backend_text(backend: BackendConfig, text: str) -> None:
    assert backend_text(backend) == text


@pytest.mark.parametrize("name", ["seeds.csv", "new/folders/seeds.csv.gz"])
def test_seed_rows_round_trip_exactly(tmp_path: Path, name: str) -> None:
    frame = seed_frame(
        seed_row(), seed_row(seed=1, aer_agreement=1 / 3, backend='aer, 5 shots, "x"', data_official=False)
    )
    path = write_table(frame, tmp_path / name)
    pd.testing.assert_frame_equal(read_seed_rows(path), frame, check_exact=True)


def test_epoch_rows_round_trip_exactly(tmp_path: Path) -> None:
    frame = epoch_frame(epoch_row(), epoch_row(epoch=2, train_loss=float("nan")), epoch_row(epoch=3, train_loss=-1e300))
    path = write_table(frame, tmp_path / "epochs.csv.gz")
    pd.testing.assert_frame_equal(read_epoch_rows(path), frame, check_exact=True)


@pytest.mark.parametrize("digits", DIGIT_HASHES)
def test_text_that_looks_like_a_number_stays_text(tmp_path: Path, digits: str) -> None:
    frame = seed_frame(seed_row(config_hash=digits, commit=digits, ansatz=digits, data_fingerprint=digits))
    row = read_seed_rows(write_table(frame, tmp_path / "seeds.csv")).iloc[0]
    assert [row["config_hash"], row["commit"], row["ansatz"], row["data_fingerprint"]] == [digits] * 4
    assert row["classes"] == "0/1"


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    first = write_table(epoch_frame(epoch_row()), tmp_path / "a.csv.gz").read_bytes()
    assert first == write_table(epoch_frame(epoch_row()), tmp_path / "b.csv.gz").read_bytes()
    assert first[4:8] == bytes(4)  # the time of compression


def test_failing_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_table(seed_frame(seed_row()), tmp_path / "seeds.csv")
    before = path.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ResultsError, match=r"seeds\.csv cannot be written: No space left on device\. Choose"):
        write_table(seed_frame(seed_row(seed=1)), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_unusable_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match=r"cannot be written: .* Choose a folder that you may write to"):
        write_table(seed_frame(seed_row()), tmp_path / "file" / "seeds.csv")


def csv_text(**changes: Any) -> str:
    header = ",".join(name for name in SEED_COLUMNS if name not in NEWER)
    return header + "\n" + ",".join(str(value) for value in (seed_row(aer_agreement="") | changes).values()) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "last line is cut off"),
        (csv_text()[:-3], "last line is cut off"),
        (csv_text()[:-9] + "\n", r"must have 26 values, but line 2 of .*seeds\.csv has 25"),
        (csv_text() + "<<<<<<< HEAD\n", r"line 3 of .*seeds\.csv has 1"),
        (csv_text(test_accuracy=100.5), r"`test_accuracy` in line 2 of .*seeds\.csv must be between 0 and 100"),
        (csv_text(test_accuracy=""), r"`test_accuracy` in line 2 of .* must be a number, but is ''"),
        (csv_text(test_accuracy="nan"), "must be a number, but is missing"),
        (csv_text(seed="1.5"), "`seed` .* must be an integer, but is '1.5'"),
        (csv_text(converged="maybe"), "`converged` .* must be True or False, but is 'maybe'"),
        (csv_text().replace("config_hash", "hash"), r"must include config_hash, but .*seeds\.csv does not"),
        (csv_text().replace("data_official", "data_official,extra"), "also has extra"),
        (csv_text().replace("data_official", "data_official,seed"), "must appear once"),
        (csv_text(versions='"open'), "comma-separated values"),
    ],
)
def test_damaged_tables_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "seeds.csv"
    path.write_text(text)
    with pytest.raises(ResultsError, match=message) as caught:
        read_seed_rows(path)
    assert str(path) in str(caught.value)


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    data = gzip.compress(csv_text().encode())
    path = tmp_path / "seeds.csv.gz"
    for damaged in (data[:-12], b"no archive", data[:30] + b"\xff\xff" + data[32:], gzip.compress(b"\xff\n")):
        path.write_bytes(damaged)
        with pytest.raises(ResultsError, match=r"seeds\.csv\.gz is damaged or cut off"):
            read_seed_rows(path)


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"There is no table .*seeds\.csv"):
        read_seed_rows(tmp_path / "seeds.csv")
    empty = read_seed_rows(tmp_path / "seeds.csv", missing_ok=True)
    assert empty.empty
    assert list(empty.columns) == list(SEED_COLUMNS)
    with pytest.raises(ResultsError, match="cannot be read"):
        read_epoch_rows(tmp_path)


def test_upsert_replaces_the_same_seed_of_the_same_configuration() -> None:
    frame = seed_frame(seed_row(seed=1), seed_row(seed=0), seed_row(seed=0, config_hash="other"))
    frame = upsert(frame, [seed_row(seed=0, test_accuracy=77.0), seed_row(seed=2)])
    ours = frame[frame["config_hash"] == "843a391875c3"]
    assert list(ours["seed"]) == [0, 1, 2]
    assert list(ours["test_accuracy"]) == [77.0, 0.1 + 0.2, 0.1 + 0.2]
    assert len(frame) == 4


def test_upsert_tells_epochs_apart() -> None:
    frame = upsert(epoch_frame(epoch_row(epoch=2), epoch_row(epoch=1)), [epoch_row(epoch=2, train_loss=5.0)])
    assert list(frame["epoch"]) == [1, 2]
    assert list(frame["train_loss"]) == [-13.123456789012345, 5.0]


def test_order_depends_on_the_rows_alone() -> None:
    order = [("mnist", "cnn", "2"), ("mnist", "cnn", "10"), ("mnist", "pca", "0"), ("cifar10", "cnn", "0")]
    order += [("digits", "cnn", "0")]
    rows = [
        seed_row(dataset=d, reducer=r, ansatz=a, config_hash=f"{d}{r}{a}", seed=seed)
        for d, r, a in order
        for seed in (0, 9, 10)
    ]
    one, other = seed_frame(*rows), seed_frame(*reversed(rows))
    pd.testing.assert_frame_equal(one, other)
    assert list(zip(one["dataset"], one["reducer"], one["ansatz"], strict=True))[::3] == order
    assert list(one["seed"])[:3] == [0, 9, 10]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 1.5}, "`seed` in new row 1 must be an integer"),
        ({"ansatz": 0}, "`ansatz` in new row 1 must be text"),
        ({"test_accuracy": None}, "`test_accuracy` in new row 1 must be a number"),
        ({"colour": "red"}, "also has colour"),
    ],
)
def test_upsert_checks_new_rows(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ResultsError, match=message):
        seed_frame(seed_row(**change))


def test_a_seed_twice_in_a_cell_is_refused() -> None:
    frame = seed_frame(seed_row())
    with pytest.raises(ResultsError, match="seed 0 of configuration 843a391875c3"):
        split_cells(pd.concat([frame, frame]))


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_commit_names_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert provenance.commit(tmp_path) == "unknown"
    (tmp_path / "results").mkdir()
    for name in ("code.py", "results/table.csv"):
        (tmp_path / name).write_text("old")
    git(tmp_path, "init", "-q")
    assert provenance.commit(tmp_path) == "unknown"  # no commit yet
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")[:12]
    (tmp_path / "results/table.csv").write_text("new")
    assert provenance.commit(tmp_path) == head
    assert provenance.commit(tmp_path / "results") == "unknown"  # a folder inside another project's working copy
    (tmp_path / "code.py").write_text("new")
    assert provenance.commit(tmp_path) == f"{head}-dirty"
    monkeypatch.setenv("PATH", "")
    assert provenance.commit(tmp_path) == "unknown"


def test_versions_name_what_is_installed() -> None:
    parts = dict(part.rsplit(" ", 1) for part in provenance.versions().split("; "))
    assert {"python", "qiskit", "torch", "numpy"} <= set(parts)
    assert parts["numpy"] == __import__("numpy").__version__
