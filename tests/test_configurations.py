"""The settings behind each hash: kept beside the rows, read back exactly, and never older than the rows."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qnlnet.config import RunConfig, config_from_settings, config_hash, hash_settings, identity_settings, load_config
from qnlnet.errors import ResultsError
from qnlnet.records import configurations, read_hardware_rows, read_seed_rows
from qnlnet.records.candidates import CANDIDATES, read_candidates
from qnlnet.records.configurations import FILE_NAME, read_configurations, recall, remember, write_configurations
from qnlnet.records.hardware import HARDWARE_COLUMNS, hardware_cell_keys
from qnlnet.records.row_check import config_of_row
from qnlnet.records.schema import cell_columns

RESULTS = Path(__file__).parents[1] / "results"
FOLDERS = sorted(path.parent for path in RESULTS.glob("*/seeds.csv"))
MOST_USUAL = "data=mnist", "reducer=cnn", "ansatz=0"


def test_all_615_committed_hashes_hold() -> None:
    hashes: set[str] = set()
    for folder in FOLDERS:
        rows, settings = read_seed_rows(folder / "seeds.csv"), read_configurations(folder)
        tried = folder / CANDIDATES
        candidates = set(read_candidates(tried).config_hash) if tried.exists() else set()
        assert {*rows.config_hash, *candidates} == set(settings)
        hashes |= set(settings)
    assert len(hashes) >= 615
    for digest in sorted(hashes):
        config = recall(digest)
        assert config_hash(config) == digest
        assert identity_settings(config) == configurations.recall_settings(digest)


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_committed_row_says_what_its_settings_say(folder: Path) -> None:
    rows = read_seed_rows(folder / "seeds.csv").drop_duplicates("config_hash").to_dict("records")
    assert rows
    for row in rows:
        config_of_row(row)


def test_committed_rows_of_devices_say_what_their_settings_say() -> None:
    read_configurations(RESULTS / "hardware")
    rows = read_hardware_rows(RESULTS / "hardware" / "hardware.csv").drop_duplicates("config_hash")
    assert len(rows) == 12
    assert [config_of_row(row).seeds for row in rows.to_dict("records")] == [1] * 12


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [
        "",
        "data=cifar10 reducer=pca ansatz=2 protocol=corrected r=2 D=3",
        "data=mnist data.classes=[8,1] ansatz=1 num_qubits=6 readout_qubit=5",
        "data=digits train.epochs=7 train.learning_rate=1.5e-05 train.dropout=0.25 seeds=9 train.batch_size=4",
        "backend=aer backend.depolarizing=1e-05 backend.shots=16",
        "backend=runtime backend.name=ibm_fez backend.resilience_level=2 backend.dynamical_decoupling=XY4",
        "data=image_folder data.root=somewhere/pets data.classes=[cats,dogs] data.convert_colours=true",
        "protocol=common train.learning_rate=1e-3 train.epochs=3 circuit=reuploading D=2",
    ],
)
def test_settings_give_the_configuration_again(overrides: str) -> None:
    config = load_config(*overrides.split())
    again = config_from_settings(json.loads(json.dumps(identity_settings(config))))
    assert config_hash(again) == config_hash(config)
    assert cell_columns(again) == cell_columns(config)


def row_of(config: RunConfig, **changes: Any) -> dict[str, Any]:
    remember(config)
    return cell_columns(config) | changes


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("D", 2), ("r", 2), ("readout_qubit", 0), ("num_qubits", 5), ("epochs", 99), ("learning_rate", 2e-4)),
        *(("dropout", 0.1), ("classes", "1/0"), ("dataset", "mnist validation"), ("backend", "aer"), ("ansatz", "1")),
        *(("protocol", "corrected"), ("settings", "layer=frozen"), ("reducer", ""), ("D", pd.NA), ("model", "svm")),
    ],
)
def test_a_changed_column_is_found(column: str, value: Any) -> None:
    config_of_row(row_of(load_config(*MOST_USUAL)))
    with pytest.raises(ResultsError, match=f"^`{column}` must be .*, as the settings of configuration"):
        config_of_row(row_of(load_config(*MOST_USUAL), **{column: value}))


def test_settings_that_no_file_has_are_asked_for() -> None:
    with pytest.raises(ResultsError, match=f"000000000000 must stand in {FILE_NAME}, but do not"):
        recall("000000000000")


@pytest.mark.parametrize(
    "overrides",
    [
        "data=digits reducer=cnn train.epochs=20",
        "reducer=cnn train.dropout=0.25 train.batch_size=4 backend=aer backend.shots=16 layer=frozen",
        "data=image_folder data.root=somewhere/pets data.classes=[cats,dogs] reducer=pca train.epochs=9",
    ],
)
def test_rows_of_devices_are_held_to_their_settings(overrides: str) -> None:
    config = load_config(*overrides.split())
    keys = hardware_cell_keys(config)
    row = {name: keys[name] for name in HARDWARE_COLUMNS if name in keys} | {"config_hash": remember(config)}
    config_of_row(row)
    with pytest.raises(ResultsError, match=r"^`settings` must be"):
        config_of_row({**row, "settings": "layer=none"})


def test_a_file_is_written_sorted_and_read_again(tmp_path: Path) -> None:
    digests = [remember(load_config(*MOST_USUAL, f"r={r}")) for r in (3, 1, 2)]
    path = write_configurations(tmp_path, digests)
    assert list(json.loads(path.read_text(encoding="utf-8"))) == sorted(digests)
    before = path.read_bytes()
    assert write_configurations(tmp_path, reversed(digests)).read_bytes() == before
    assert read_configurations(tmp_path).keys() == set(digests)
    assert read_configurations(tmp_path / "elsewhere") == {}
    with pytest.raises(ResultsError, match="must be known to be written"):
        write_configurations(tmp_path, ["ffffffffffff"])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda text: text[:-20], "cannot be read"),
        (lambda text: "[]", "must hold settings by their hashes"),
        (lambda text: text.replace('"raw_nll"', '"cross_entropy"'), "must have that hash, but do not"),
    ],
)
def test_damage_is_found(damage: Any, sentence: str, tmp_path: Path) -> None:
    path = write_configurations(tmp_path, [remember(load_config(*MOST_USUAL))])
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ResultsError, match=sentence):
        read_configurations(tmp_path)


def test_settings_of_another_version_are_one_sentence() -> None:
    settings = identity_settings(load_config(*MOST_USUAL)) | {"later": 1}
    assert hash_settings(settings) != config_hash(load_config(*MOST_USUAL))
    with pytest.raises(ResultsError, match=r"cannot be read by this version: There is no configuration key `later`"):
        config_from_settings(settings)
