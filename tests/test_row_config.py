"""From rows back to configurations: what the columns show is found again, and what they do not show is not guessed."""

import re
from pathlib import Path
from typing import Any

import pytest
from qnlnet.records.row_config import compose_row, explain_misfit

from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.errors import ResultsError
from qnlnet.records import backend_text, cell_keys, read_hardware_rows, read_seed_rows
from qnlnet.records.hardware import HARDWARE_COLUMNS, hardware_cell_keys

RESULTS = Path(__file__).parents[1] / "results"


def row_of(config: RunConfig, **changes: Any) -> dict[str, Any]:
    return {
        **cell_keys(config),
        "dropout": config.model.dropout,
        "num_qubits": config.model.num_qubits,
        "backend": backend_text(config.backend),
        "config_hash": config_hash(config),
        **changes,
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/seeds.csv")), ids=lambda path: path.parent.name)
def test_every_committed_cell_composes_from_its_columns(path: Path) -> None:
    rows = read_seed_rows(path).drop_duplicates("config_hash").to_dict("records")
    compositions = [compose_row(row) for row in rows]
    assert all(composition.fits for composition in compositions)
    for composition, row in list(zip(compositions, rows, strict=True))[::11]:
        assert config_hash(load_config(*composition.overrides)) == row["config_hash"]


@pytest.mark.parametrize(
    "overrides",
    [
        "",
        "data=cifar10 reducer=pca ansatz=2 protocol=corrected r=2 D=3",
        "data=mnist data.classes=[3,6] data.evaluate_on=validation",
        "data=mnist data.classes=[8,1] ansatz=1 num_qubits=6 readout_qubit=5 allow_constant=true",
        "data=digits_as_cifar10 reducer=pca",
        "data=digits train.epochs=7 train.learning_rate=1.5e-05 train.dropout=0.25 seeds=9",
        "train.learning_rate=3 train.dropout=0",
        "backend=statevector",
        "backend=aer",
        "backend=aer backend.shots=100",
        "backend=aer backend.noise=FakeManilaV2",
        "backend=aer backend.depolarizing=0.001",
        "backend=aer backend.depolarizing=1e-05 backend.shots=16",
        "backend=aer backend.shots=2048 backend.noise=FakeManilaV2",
        "backend=runtime",
        "backend=runtime backend.name=ibm_fez backend.shots=4096 backend.resilience_level=2 "
        "backend.dynamical_decoupling=XY4 backend.twirling=all backend.budget_seconds=60",
        "backend=runtime backend.name=aer backend.resilience_level=0 backend.twirling=none",
        "backend=runtime backend.resilience_level=0 backend.dynamical_decoupling=waiting",
        "backend=runtime backend.estimator=legacy backend.resilience_level=0 backend.optimization_level=1",
    ],
)
def test_configurations_are_found_again_from_their_rows(overrides: str) -> None:
    config = load_config(*overrides.split())
    composition = compose_row(row_of(config))
    assert composition.fits
    again = load_config(*composition.overrides)
    assert again == composition.config
    assert config_hash(again) == config_hash(config)
    assert cell_keys(again) == cell_keys(config)


@pytest.mark.parametrize(
    "overrides",
    [
        "train.batch_size=4",
        "train.loss=cross_entropy",
        "data.mean=[0.5]",
        "train.lr_decay=1",
    ],
)
def test_what_no_column_shows_is_not_guessed(overrides: str) -> None:
    config = load_config(overrides, "train.epochs=3")
    row = row_of(config)
    composition = compose_row(row)
    assert not composition.fits
    assert cell_keys(composition.config) == cell_keys(config)
    sentence = explain_misfit(row, composition)
    assert (
        f"compose to the configuration {config_hash(config)}, but compose to {config_hash(composition.config)}"
        in sentence
    )
    assert "train.epochs=3" in sentence
    assert "no column shows" in sentence


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("D", 2), ("r", 2), ("readout_qubit", 0), ("num_qubits", 5), ("epochs", 99), ("learning_rate", 2e-4)),
        *(("dropout", 0.1), ("classes", "1/0"), ("dataset", "mnist validation"), ("backend", "aer"), ("ansatz", "1")),
        *(("protocol", "corrected"), ("config_hash", "000000000000")),
    ],
)
def test_a_changed_column_no_longer_fits(column: str, value: Any) -> None:
    assert not compose_row(row_of(load_config(), **{column: value})).fits


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("ansatz", "my_own", "No file in configs/ansatz has the name 'my_own'"),
        ("dataset", "imagenet", "No file in configs/data has the name 'imagenet'"),
        ("protocol", "x", "No file in configs/protocol has the name 'x'"),
        ("backend", "abacus", "no backend that is described as 'abacus'"),
        ("D", 0, "`D` must be at least 1"),
        ("readout_qubit", 4, "`readout_qubit` must be between 0 and 3"),
        ("classes", "0/a", "`data.classes` must name two different classes"),
    ],
)
def test_columns_that_compose_to_nothing_are_explained(column: str, value: Any, words: str) -> None:
    with pytest.raises(ResultsError, match="must compose to a configuration, but do not") as caught:
        compose_row(row_of(load_config(), **{column: value}))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "dataset", "classes"),
    [
        ("data.classes=[cats,dogs]", "image_folder:pets", "cats/dogs"),
        ('data.classes=["big dogs","a,b"] data.evaluate_on=validation', "image_folder:pets validation", "big dogs/a,b"),
        ("data.classes=[0,1] data.label=numbers data.convert_colours=true", "image_folder:numbers", "0/1"),
    ],
)
def test_own_images_are_found_again_but_for_their_place(overrides: str, dataset: str, classes: str) -> None:
    words = re.split(r" (?=data\.)", overrides)
    config = load_config("data=image_folder", "data.root=somewhere/pets", *words)
    composition = compose_row(row_of(config, dataset=dataset, classes=classes))
    assert composition.fits
    assert not any(word.startswith("data.root") for word in composition.overrides)
    assert config_hash(load_config(*composition.overrides, "data.root=elsewhere")) == config_hash(config)


def test_rows_of_devices_take_defaults_for_the_columns_that_they_lack() -> None:
    row = row_of(load_config("data=cifar10", "reducer=pca", "ansatz=2"))
    for name in ("learning_rate", "epochs", "dropout", "num_qubits", "backend"):
        del row[name]
    assert compose_row(row).fits


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [
        "",
        "data=digits reducer=cnn train.epochs=20",
        "data=digits reducer=pca protocol=corrected train.epochs=7 train.learning_rate=0.5 num_qubits=6",
        "reducer=cnn train.dropout=0.25 train.batch_size=4 backend=aer backend.shots=16 layer=frozen",
        "reducer=pca backend=runtime backend.name=fake-manila backend.resilience_level=2 train.epochs=1",
        "data=image_folder data.root=somewhere/pets data.classes=[cats,dogs] reducer=pca train.epochs=9",
    ],
)
def test_rows_of_devices_say_where_their_model_is_unusual(overrides: str) -> None:
    """They have no columns of their own for epochs, learning rate, dropout and qubits."""
    config = load_config(*overrides.split())
    keys = hardware_cell_keys(config)
    row = {name: keys[name] for name in HARDWARE_COLUMNS if name in keys} | {"config_hash": config_hash(config)}
    composition = compose_row(row)
    assert composition.fits
    assert row["settings"] == "" or not compose_row({**row, "settings": "", "trained_on": "exact"}).fits


def test_committed_rows_of_devices_are_usual() -> None:
    rows = read_hardware_rows(RESULTS / "hardware" / "hardware.csv")
    assert set(rows.settings) == {""}
    assert set(rows.trained_on) == {"exact"}
    assert all(compose_row(row).fits for row in rows.drop_duplicates("config_hash").to_dict("records"))
