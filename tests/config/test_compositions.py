"""Compositions that are kept are what Hydra would compose again, and never older than the files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from qnlnet.config import CONFIG_DIR, compose_config, compositions, load_config
from qnlnet.errors import ArgumentError

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, add_file: object) -> Edit:
    """Returns a function that replaces text in a file of a copy of configs/."""

    def replace(name: str, old: str, new: str) -> None:
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """The overrides of every composition by Hydra itself."""
    calls: list[list[str]] = []

    def count(config_name: str, overrides: list[str], **options: Any) -> Any:
        calls.append(overrides)
        return compose(config_name, overrides=overrides, **options)

    compositions._compose_groups.cache_clear()
    monkeypatch.setattr(compositions, "compose", count)
    yield calls
    compositions._compose_groups.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config_name", "overrides"),
    [
        ("train", []),
        (
            "table1",
            ["data=cifar10", "reducer@model.reducer=pca", "ansatz@model.ansatz='2'", "logger=[tensorboard,mlflow]"],
        ),
        ("train", ["train.epochs=7", "data.classes=[3,6]", "model.readout_qubits=null", "output_dir=/some/where"]),
        (
            "train",
            ["data=mnist", "data.root='a folder, with {signs}'", "seeds=${model.reducer.seeds}", "data=fashion_mnist"],
        ),
        ("train", ["train.learning_rate=1e-3", "train.learning_rate=2e-3", "protocol=corrected"]),
        ("train", ["data={verify: false}", "backend=aer", "backend.shots=100", "data={root: pictures}"]),
        ("train", ["+new=1", "~model.D", "++train.epochs=3", "hydra.job.name=other"]),
        ("evaluate", ["backend=runtime", "backend.name=fake-manila", "run=here"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_it_is_what_hydra_composes(config_name: str, overrides: list[str]) -> None:
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        expected = compose(config_name, overrides=overrides)
        inside = compose_config(config_name, overrides)
    for config in (inside, compose_config(config_name, overrides), compose_config(config_name, overrides)):
        assert OmegaConf.to_container(config) == OmegaConf.to_container(expected)
        assert list(config) == list(expected)
        assert OmegaConf.is_struct(config)
        assert OmegaConf.is_struct(expected)


def test_hydra_composes_once_for_each_choice_of_groups(composed: list[list[str]]) -> None:
    configs = [load_config("data=cifar10", f"r={r}", "ansatz=1", f"D={D}") for r in (1, 2) for D in (1, 2)]
    assert composed == [["data=cifar10", "ansatz@model.ansatz='1'"]]
    assert [(config.model.feature_map_reps, config.model.ansatz_reps) for config in configs] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    load_config("data=mnist", "ansatz=1")
    assert len(composed) == 2


def test_changing_a_configuration_changes_no_other() -> None:
    config = compose_config("train", ["r=2"])
    config.train.epochs = 12345
    config.data.classes.append(9)
    again = compose_config("train", ["r=2"])
    assert again.train.epochs != 12345
    assert 9 not in again.data.classes


def test_an_edited_file_counts_at_once(edit: Edit) -> None:
    assert load_config("protocol=released").train.loss == "raw_nll"
    edit("protocol/released.yaml", "loss: raw_nll", "loss: cross_entropy")
    assert load_config("protocol=released").train.loss == "cross_entropy"
    assert load_config().model.feature_map_reps == 1
    edit("model/qnl_net.yaml", "\n  r: 1 ", "\n  r: 3 ")  # as long as before
    assert load_config().model.feature_map_reps == 3


def test_files_that_come_and_go_count_at_once(edit: Edit, tmp_path: Path) -> None:
    mine = tmp_path / "reducer" / "mine.yaml"
    with pytest.raises(ArgumentError, match="but is 'mine'"):
        load_config("reducer=mine")
    mine.write_text((tmp_path / "reducer" / "pca.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_config("reducer=mine").model.reducer.name == "pca"
    mine.unlink()
    with pytest.raises(ArgumentError, match="but is 'mine'"):
        load_config("reducer=mine")


def test_files_in_a_linked_folder_count_at_once(edit: Edit, tmp_path: Path) -> None:
    (tmp_path / "protocol").rename(elsewhere := tmp_path.with_name("elsewhere"))
    (tmp_path / "protocol").symlink_to(elsewhere, target_is_directory=True)
    assert load_config().train.loss == "raw_nll"
    edit("protocol/released.yaml", "loss: raw_nll", "loss: cross_entropy")
    assert load_config().train.loss == "cross_entropy"


def test_files_that_hydra_finds_elsewhere_are_never_old(edit: Edit, tmp_path: Path) -> None:
    elsewhere = tmp_path.with_name("elsewhere")
    (elsewhere / "reducer").mkdir(parents=True)
    mine = elsewhere / "reducer" / "mine.yaml"
    text = (tmp_path / "reducer" / "pca.yaml").read_text(encoding="utf-8")
    edit("train.yaml", "\nhydra:\n", f"\nhydra:\n  searchpath: ['file://{elsewhere}']\n")
    for seeds in (3, 4):
        mine.write_text(f"{text}\nseeds: {seeds}\n".replace("\nseeds: 20", ""), encoding="utf-8")
        assert load_config("reducer=mine").seeds == seeds


def test_the_folder_of_an_application_wins(tmp_path: Path) -> None:
    (tmp_path / "train.yaml").write_text("mine: 1\n", encoding="utf-8")
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        for value in (1, 2):
            (tmp_path / "train.yaml").write_text(f"mine: {value}\n", encoding="utf-8")
            assert compose_config("train", []) == {"mine": value}


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("r=1,2", "Argument `r` must be one value"),
        ("train.epoch=1", "There is no configuration key `train.epoch`. Did you mean `train.epochs`"),
        ("data.classes.first=1", "The configuration cannot be composed"),
        ("r=(", "The override `r=\\(` cannot be read"),
        ("data={", "The override `data={` cannot be read"),
    ],
)
def test_mistakes_in_values_are_explained_as_before(override: str, sentence: str) -> None:
    load_config()  # what the groups give is kept
    with pytest.raises(ArgumentError, match=f"^{sentence}"):
        load_config(override)
