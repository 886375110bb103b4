"""The overrides that tell a reader of a row what is unusual about its cell, and compose to it again."""

import pytest
from config.conftest import AddFile

import qnlnet.config.compose
import qnlnet.config.settings
from qnlnet.config import config_hash, load_config, override_value, unusual_settings

SAME = "data=cifar10 reducer=pca ansatz=2 r=2 D=3 protocol=corrected seeds=4 train.epochs=7 train.learning_rate=0.5 "
UNUSUAL = {
    "": "",
    "readout_qubit=0 r=2 data.classes=[3,6] backend=aer workers=1": "",  # columns show these, or nothing does
    "data=digits_as_cifar10 readout_qubit=0 r=2": "",  # an option of the name digits
    "data=digits_as_cifar10 data.std=[1,1,1]": "data.std=[1.0,1.0,1.0]",
    "layer=frozen": "layer=frozen",
    "reducer=pca train.shuffle=true": "train.shuffle=True",
    "reducer=cnn train.shuffle=true": "",  # as the released script
    "protocol=corrected train.initial_weights=uniform": "",
    "train.loss=cross_entropy train.batch_size=4": "train.batch_size=4 train.loss=cross_entropy",
    "circuit=reuploading D=2": "readout_qubits=[0,1,2,3] circuit=reuploading",
    "data.classes=[4,5,6]": "readout_qubits=[0,1,2,3]",
    "data.converged_above=50 data.mean=[0.5]": "data.mean=[0.5] data.converged_above=50.0",
}


@pytest.mark.parametrize("overrides", UNUSUAL)
def test_what_no_column_shows_is_said(overrides: str) -> None:
    assert unusual_settings(load_config(*overrides.split())) == UNUSUAL[overrides]


def test_what_columns_show_is_left_out() -> None:
    assert unusual_settings(load_config(*SAME.split())) == ""


def test_options_that_a_model_refuses_are_no_usual_ones() -> None:
    config = load_config("model=farhi_neven", "data=digits", "model.threshold=0.4")  # digits_as_cifar10 is in colour
    assert unusual_settings(config) == "model.threshold=0.4"


@pytest.mark.slow
@pytest.mark.parametrize("overrides", UNUSUAL)
def test_with_the_columns_it_composes_to_the_same_cell(overrides: str) -> None:
    config = load_config(*overrides.split())
    shown = [
        *(word for word in overrides.split() if word.startswith("data=")),
        f"reducer={config.model.reducer.name}",
        f"protocol={config.train.protocol}",
        f"r={config.model.feature_map_reps}",
        f"D={config.model.ansatz_reps}",
        f"readout_qubit={config.model.readout_qubit}",
        f"backend={config.backend.name}",
        f"data.classes={override_value(config.data.classes)}",
    ]
    assert config_hash(load_config(*shown, *unusual_settings(config).split())) == config_hash(config)


@pytest.mark.parametrize(
    ("value", "text"),
    [((1, 2), "[1,2]"), (("a b", 'c"d'), '["a b","c\\"d"]'), (None, "null"), (True, "True"), (0.5, "0.5")],
)
def test_values_are_written_as_hydra_reads_them(value: object, text: str) -> None:
    assert override_value(value) == text


@pytest.mark.slow
def test_an_edit_of_a_file_counts_at_once(add_file: AddFile, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = qnlnet.config.compose.CONFIG_DIR  # a copy
    monkeypatch.setattr(qnlnet.config.settings, "CONFIG_DIR", folder)
    config = load_config("data=digits")
    assert unusual_settings(config) == ""
    file = folder / "protocol" / "released.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("batch_size: 1", "batch_size: 2"), encoding="utf-8")
    assert unusual_settings(config) == "train.batch_size=1"
    assert unusual_settings(load_config("data=digits")) == ""
