"""Ids of rows: two columns name a row, and whoever mistypes one is told what there is."""

from pathlib import Path

import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.provenance import differing_versions, parse_versions
from qnlnet.records import cell_keys, read_epoch_rows, upsert, write_table
from qnlnet.records.stored import find_rows, row_id

FIRST, SECOND = "ffc4cf62522b", "80d5913376be"


def write_rows(folder: Path, config: str, *accuracies: float, epochs: str = "epochs.csv.gz") -> None:
    write_table(frame(seed_rows(*accuracies, config_hash=config)), folder / "seeds.csv")
    common = {**cell_keys(load_config()), "config_hash": config, "train_accuracy": 1.0, "train_loss": 1.0}
    rows = [
        {**common, "seed": seed, "epoch": epoch, "test_accuracy": accuracy - 2 + epoch}
        for seed, accuracy in enumerate(accuracies)
        for epoch in (1, 2)
    ]
    write_table(upsert(read_epoch_rows("missing.csv", missing_ok=True), rows), folder / epochs)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_rows(tmp_path / "one", FIRST, 90.0, 91.0, 92.0)
    write_rows(tmp_path / "two", SECOND, 80.0)
    plan = tmp_path / "hardware" / "9cda23741376" / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.touch()
    return tmp_path


def test_a_row_is_found_with_its_epochs(results: Path) -> None:
    (stored,) = find_rows(f"{FIRST}-1", results)
    assert stored.table == results / "one"
    assert (stored.row["config_hash"], stored.row["seed"], stored.row["test_accuracy"]) == (FIRST, 1, 91.0)
    assert row_id(stored.row) == f"{FIRST}-1"
    assert stored.epochs.epoch.tolist() == [1, 2]
    assert stored.epochs.test_accuracy.tolist() == [90.0, 91.0]


def test_values_are_those_of_python(results: Path) -> None:
    (stored,) = find_rows(f"{FIRST}-1", results)
    assert {type(value) for value in stored.row.values()} <= {str, int, float, bool, type(None)}


def test_a_row_that_stands_in_two_tables_is_found_in_both(results: Path) -> None:
    write_rows(results / "three", FIRST, 90.5)
    assert [stored.table.name for stored in find_rows(f"{FIRST}-0", results)] == ["one", "three"]
    assert [stored.table.name for stored in find_rows(f"{FIRST}-2", results)] == ["one"]


def test_a_folder_before_the_id_says_where_to_look(results: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "outputs" / "cell", FIRST, 70.0, epochs="epochs.csv")
    (stored,) = find_rows(f"{tmp_path}/outputs/cell/{FIRST}-0", results)
    assert stored.row["test_accuracy"] == 70.0
    with pytest.raises(ArgumentError, match="name a committed row"):
        find_rows(f"{tmp_path}/outputs/cell/{SECOND}-0", results)
    with pytest.raises(ResultsError, match="There is no table"):
        find_rows(f"{tmp_path}/elsewhere/{FIRST}-0", results)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{FIRST}-3", f"The rows of that configuration are {FIRST}-0 to {FIRST}-2"),
        (FIRST, f"The rows of that configuration are {FIRST}-0 to {FIRST}-2"),
        ("ffc4cf62552b-1", f"Did you mean {FIRST}-1"),
        ("80d5913376bf-0", f"Did you mean {SECOND}-0"),
        ("7", "config_hash and seed"),
        ("", "config_hash and seed"),
        ("9cda23741376", "scripts/ibm_jobs.py"),
    ],
)
def test_unknown_ids_are_explained(name: str, words: str, results: Path) -> None:
    with pytest.raises(ArgumentError) as caught:
        find_rows(name, results)
    assert words in str(caught.value)
    assert repr(name) in str(caught.value)


def test_a_table_without_epochs_is_explained(results: Path) -> None:
    (results / "two" / "epochs.csv.gz").unlink()
    with pytest.raises(ResultsError, match=r"epochs\.csv or epochs\.csv\.gz"):
        find_rows(f"{SECOND}-0", results)


def test_versions_are_compared_package_by_package() -> None:
    then, now = "qnlnet 0.1.0; python 3.11.7; numba 0.60", "qnlnet 0.1.0; python 3.12.1; torch 2.4.0+cpu"
    assert parse_versions(then) == {"qnlnet": "0.1.0", "python": "3.11.7", "numba": "0.60"}
    assert parse_versions("") == {}
    assert differing_versions(then, then) == []
    assert differing_versions(then, now) == [
        ("python", "3.11.7", "3.12.1"),
        ("numba", "0.60", "none"),
        ("torch", "none", "2.4.0+cpu"),
    ]
