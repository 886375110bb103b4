"""What `import qnlnet` offers: a notebook's way from a configuration to a trained model, and sentences for mistakes."""

import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from qiskit.circuit import QuantumCircuit

import qnlnet
from qnlnet.circuits import Circuit, measure_outcomes
from qnlnet.config import CONFIG_DIR, BackendConfig, RunConfig, compose_config
from qnlnet.config.model.registry import shipped_names
from qnlnet.config.own_models import list_options
from qnlnet.config.values import OTHERS_FOLLOW
from qnlnet.errors import ArgumentError

README = Path(__file__).parents[1] / "README.md"
SMALL = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=2")


@pytest.fixture(scope="module")
def config() -> RunConfig:
    return qnlnet.load_config(*SMALL)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return qnlnet.run(qnlnet.load_config(*SMALL, f"output_dir={tmp_path_factory.mktemp('run')}"))


def test_dir_shows_the_public_names_and_no_others() -> None:
    assert dir(qnlnet) == sorted(qnlnet.__all__)
    assert [name for name in dir(qnlnet) if name.startswith("_")] == ["__version__"]
    assert all(getattr(qnlnet, name) is not None for name in dir(qnlnet))
    with pytest.raises(AttributeError, match="module 'qnlnet' has no attribute 'lod_config'"):
        _ = qnlnet.lod_config


def test_the_version_is_that_of_the_package() -> None:
    assert qnlnet.__version__ == version("qnlnet")
    assert f"version = {{{qnlnet.__version__}}}" in README.read_text(encoding="utf-8")  # as it is cited


@pytest.mark.slow
def test_one_configuration_has_one_outcome_and_several_have_a_list(outcome: Any) -> None:
    assert outcome.status == "trained"
    assert [each.status for each in qnlnet.run([outcome.config])] == ["kept"]


def test_a_trained_model_comes_back_with_its_accuracy(outcome: Any) -> None:
    config, model = qnlnet.load_model(outcome.directory, seed=1)
    features = qnlnet.prepare_features(qnlnet.load_dataset(config.data), config)
    right = qnlnet.predict(model, features.test) == features.test_labels
    assert 100 * right.mean() == outcome.seed_rows.test_accuracy[1]
    assert not model.training
    assert qnlnet.predict(model, features.test[:9].tolist()).tolist() == features.test_labels[:9].tolist()


def test_rows_are_read_by_the_name_of_their_file(outcome: Any) -> None:
    assert qnlnet.read_rows(outcome.directory).equals(outcome.seed_rows)
    assert qnlnet.read_rows(outcome.directory / "seeds.csv").equals(outcome.seed_rows)
    assert len(qnlnet.read_rows(outcome.directory / "epochs.csv")) == 2 * 2
    sentence = "`path` must name a folder or a table of seeds, epochs, gradients, hardware, but is"
    with pytest.raises(ArgumentError, match=sentence):
        qnlnet.read_rows(outcome.directory / "table.csv")


def same(overridden: RunConfig, *words: str) -> bool:
    return overridden == qnlnet.load_config(*SMALL, *words)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("r=2",),
        ("D=2", "readout_qubit=1"),
        ("ansatz=1",),
        ("ansatz=2", "r=3", "train.epochs=7"),
        ("train.dropout=0", "train.learning_rate=1e-3"),
        ("data.classes=[3,6]",),
        ("backend=aer", "backend.shots=100"),
        ("backend=statevector",),
        ("logger=[tensorboard,mlflow]",),
        ("output_dir=null", "workers=2"),
        ("ansatz.name=mine", "ansatz.entangling=[{gate:cz,path:[0,...,-1]}]"),
    ],
)
def test_overriding_gives_what_the_command_line_gives(config: RunConfig, words: tuple[str, ...]) -> None:
    assert same(config.override(*words), *words)
    assert same(config)  # which stays as it was


MISTAKES = {
    "readout_qubit=17": "Argument `readout_qubit` must be between 0 and 3 with num_qubits=4, but is 17.",
    "r=two": "Argument `r` must be an integer, but is 'two'.",
    "r=1,2": "Argument `r` must be one value, but is '1,2'. A list is written [a,b].",
    "r": "The override `r` cannot be read. It must be key=value",
    "~r": "The override `~r` cannot be read. It must be key=value",
    "r=[": "The override `r=[` cannot be read. It must be key=value",
    "epochs=3": "There is no configuration key `epochs`. Did you mean `train.epochs`?",
    "ansatz=7": "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '7'.",
    "ansatz.name=1": "Argument `ansatz.name` must",
    "choices=[]": "There is no configuration key `choices`.",
    "data=cifar10": "Argument `data` must be chosen by load_config, as other settings follow from it, but is "
    "'cifar10'. Write load_config(\"data=cifar10\", …).",
    "protocol=corrected": "Argument `protocol` must be chosen by load_config",
    "model=svm": "Argument `model` must be chosen by load_config",
    "reducer=cnn": "Argument `reducer` must be chosen by load_config",
    "hydra/launcher=joblib": "There is no configuration key `hydra/launcher`.",
}


@pytest.mark.parametrize("word", list(MISTAKES))
def test_an_override_that_is_a_mistake_gives_a_sentence(config: RunConfig, word: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(MISTAKES[word])):
        config.override(word)


def test_what_is_set_need_not_be_chosen_any_more() -> None:
    config = qnlnet.load_config("model=quanvolution", "data=digits")
    assert [key for key, _ in config.choices] == ["train.learning_rate", "train.epochs"]
    assert [key for key, _ in config.override("train.epochs=3").choices] == ["train.learning_rate"]


def test_nothing_of_the_training_can_be_set_where_a_model_is_fitted_once() -> None:
    for word in ("train.epochs=3", "train.learning_rate=1e-2", "train.batch_size=4"):
        with pytest.raises(ArgumentError, match="be left out with model=svm, which is fitted once"):
            qnlnet.load_config("model=svm").override(word)


def settings_outside(place: str, words: tuple[str, ...]) -> Any:
    composed = compose_config("train", words)
    OmegaConf.update(composed, place, None, force_add=True)
    return OmegaConf.to_container(composed, resolve=True)


@pytest.mark.slow
@pytest.mark.parametrize(("group", "place"), [("ansatz", "model.ansatz"), ("backend", "backend"), ("logger", "logger")])
def test_nothing_follows_from_the_groups_that_may_be_overridden(group: str, place: str) -> None:
    groups = {path.name for path in CONFIG_DIR.iterdir() if path.is_dir()} - {"hydra", *OTHERS_FOLLOW}
    assert groups == {"ansatz", "backend", "logger"}
    usual = settings_outside(place, ())
    for option in list_options(group, CONFIG_DIR):
        word = f"{group}=[{option}]" if group == "logger" else f"{group}={option}"
        assert settings_outside(place, (word,)) == usual


@pytest.mark.slow
def test_every_family_can_be_overridden() -> None:
    for name in shipped_names():
        config = qnlnet.load_config(f"model={name}", "data=digits")
        assert config.override("seeds=7").seeds == 7
        assert config.override() == config


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "a circuit": (
        lambda: qnlnet.build_quantum_layer(QuantumCircuit(2)),  # type: ignore[arg-type]  # the mistake
        "Argument `circuit` must say what its inputs are, but is 'a QuantumCircuit'. Write Circuit.of(circuit,",
    ),
    "a word": (
        lambda: qnlnet.load_dataset("digits"),  # type: ignore[arg-type]  # the mistake
        "Argument `config` must be of type DataConfig, but is of type str. Images are a part of a config",
    ),
    "a whole configuration": (
        lambda: qnlnet.load_dataset(qnlnet.load_config("data=digits")),  # type: ignore[arg-type]  # the mistake
        "Argument `config` must be of type DataConfig, but is of type RunConfig.",
    ),
    "words in place of cells": (
        lambda: qnlnet.run("data=digits"),  # type: ignore[call-overload]  # the mistake
        "Argument `cells` must be of type RunConfig, but is of type str. Take cells from load_config, such as",
    ),
    "a path in place of a model": (
        lambda: qnlnet.predict("outputs", [[0.0]]),  # type: ignore[arg-type]  # the mistake
        "Argument `model` must be of type Module, but is of type str. Take it from build_model or load_model.",
    ),
}


@pytest.mark.parametrize("mistake", list(WRONG))
def test_something_else_in_place_of_an_argument_gives_a_sentence(mistake: str) -> None:
    call, sentence = WRONG[mistake]
    with pytest.raises(ArgumentError, match=re.escape(sentence)):
        call()


def test_the_example_of_the_readme_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["accuracy"] == names["outcome"].seed_rows.test_accuracy[0]
    assert names["layer"](torch.zeros(5, 4)).shape == (5, 1)


def test_the_page_about_layers_does_what_it_says() -> None:
    """Its example, word for word, and each option of its table."""
    page = (README.parent / "docs" / "layer.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "layer.md", "exec"), names)
    circuit, inputs, patches = names["circuit"], names["x"], names["patches"]
    assert patches.grad.shape == (64, 49, 4)
    row = torch.ones(1, 4)
    assert qnlnet.QuantumLayer(Circuit.of(circuit, inputs=inputs), copies=3)(row[None]).shape == (1, 3, 4)
    two = Circuit.of(circuit, inputs=inputs, observables=measure_outcomes(4, [0, 2]))
    assert qnlnet.QuantumLayer(two)(row).sum().item() == pytest.approx(1)
    given = qnlnet.QuantumLayer(Circuit.of(circuit, inputs=inputs, takes_amplitudes=True))
    assert not given(torch.cat([torch.zeros(1, 16), row], dim=1)).any()
    aer = BackendConfig(name="aer", shots=1000)
    assert qnlnet.QuantumLayer(Circuit.of(circuit, inputs=inputs), backend=aer)(row).shape == (1, 4)
