"""The model that docs/models.md tells how to add, step by step as it stands there, and mistakes in one's own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qnlnet.checkpoints import load_trained_model
from qnlnet.config import config_hash, load_config, unusual_settings
from qnlnet.data import load_dataset
from qnlnet.errors import ArgumentError
from qnlnet.models import build_model, prepare_features
from qnlnet.records import model_label, read_seed_rows
from qnlnet.records.schema import cell_columns
from qnlnet.runs import train_cells
from qnlnet.training import labels_of, score_with_model

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
OWN = DOCUMENT.partition("## Add your own model")[2]
BLOCKS = dict(re.findall(r"^```(python|yaml|bash)\n(.*?)^```$", OWN, re.MULTILINE | re.DOTALL))
Write = Callable[..., Path]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Returns a function that writes a model's files, those of the page unless others are given, into its folder."""
    folder = tmp_path / "my_models"
    folder.mkdir()
    monkeypatch.setenv("QNLNET_MODELS", str(folder))

    def write(name: str = "chain", python: str | None = BLOCKS["python"], yaml: str = BLOCKS["yaml"]) -> Path:
        (folder / f"{name}.yaml").write_text(yaml, encoding="utf-8")
        if python is not None:
            (folder / f"{name}.py").write_text(python, encoding="utf-8")
        return folder

    return write


def test_the_code_is_short() -> None:
    assert len([line for line in BLOCKS["python"].splitlines() if line.strip()]) <= 45


@pytest.mark.slow
def test_the_page_can_be_followed_to_the_letter(own: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own()
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    del environment["QNLNET_MODELS"]  # the command sets it
    done = subprocess.run(
        ["bash", "-c", BLOCKS["bash"]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "All rows: Chain, common protocol, 10 epochs." in " ".join(done.stdout.split())
    (table,) = tmp_path.glob("outputs/*/seeds.csv")
    assert table.parent.name.startswith("digits-0-1_chain_common-")
    rows = read_seed_rows(table)
    assert set(rows.model) == {"chain"}
    assert list(rows.seed) == [0, 1, 2]
    assert rows.test_accuracy.median() > 90
    for row in rows.to_dict("records"):
        config, seed, model = load_trained_model(table.parent / "models" / f"seed-{row['seed']}.pt")
        assert (config_hash(config), seed) == (row["config_hash"], row["seed"])
        features = prepare_features(load_dataset(config.data), config)
        right = labels_of(score_with_model(model, features.test)) == features.test_labels
        assert 100 * right.mean() == pytest.approx(row["test_accuracy"])


@pytest.mark.slow
def test_settings_are_words_of_the_command_line(own: Write) -> None:
    own()
    usual, other = load_config("model=chain"), load_config("model=chain", "model.layers=3", "num_qubits=5")
    assert usual.model.seeds == 3
    assert config_hash(usual) != config_hash(other)
    assert config_hash(usual) == config_hash(load_config("model=chain", "model.layers=2"))
    assert sum(weight.numel() for weight in build_model(other, 0).parameters()) == 15 + 12
    assert unusual_settings(other) == "model.layers=3"
    assert cell_columns(other)["num_qubits"] == 5
    assert unusual_settings(usual) == ""


def test_it_is_called_by_its_title_where_it_is_known(own: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    own()
    assert model_label("chain") == "Chain"
    monkeypatch.delenv("QNLNET_MODELS")
    assert model_label("chain") == "chain"


def test_edits_count_at_once(own: Write) -> None:
    own()
    assert load_config("model=chain").model.layers == 2
    own(yaml=BLOCKS["yaml"].replace("layers: 2", "layers: 4"))
    assert load_config("model=chain").model.layers == 4
    assert unusual_settings(load_config("model=chain")) == ""
    folder = own("second", BLOCKS["python"].replace('"chain"', '"second"'), "layers: 1\n")
    assert load_config("model=second").model.layers == 1
    for suffix in ("py", "yaml"):
        (folder / f"second.{suffix}").unlink()
    assert load_config("model=chain").model.layers == 4
    refuse("Argument `model` must be one of autoencoder_5q, chain, ", "model=second")


def test_cells_of_several_folders(own: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = own()
    other = tmp_path / "other"
    other.mkdir()
    (other / "second.py").write_text(BLOCKS["python"].replace('"chain"', '"second"'), encoding="utf-8")
    (other / "second.yaml").write_text(BLOCKS["yaml"].replace("chain", "second"), encoding="utf-8")
    monkeypatch.setenv("QNLNET_MODELS", f"{first}:{other}")
    assert [load_config(f"model={name}").model.name for name in ("chain", "second")] == ["chain", "second"]


def refuse(beginning: str, *overrides: str, train: Path | None = None) -> None:
    """Checks that a cell is refused with a sentence that begins so, when it is composed or else when it trains."""

    def run() -> None:
        config = load_config("data=digits", *overrides)
        if train is not None:
            train_cells([config.model_copy(update={"output_dir": str(train), "seeds": 1})])

    with pytest.raises(ArgumentError) as caught:
        run()
    assert str(caught.value).startswith(beginning)
    assert "\n" not in str(caught.value)


def test_a_name_that_nobody_has(own: Write) -> None:
    own()
    with pytest.raises(ArgumentError) as caught:
        load_config("model=chian")
    assert str(caught.value).endswith("but is 'chian'. Did you mean `chain`?")
    assert ", chain, " in str(caught.value)


@pytest.mark.slow
def test_settings_that_belong_to_another_model(own: Write) -> None:
    own()
    refuse("There is no configuration key `r` here. `r` belongs to model=qnl_net. ", "model=chain", "r=2")
    with pytest.raises(ArgumentError) as caught:
        load_config("data=digits", "model.layers=2")
    sentence = str(caught.value)
    assert sentence.startswith(
        "There is no configuration key `model.layers` here. `model.layers` belongs to model=quan"
    )
    assert sentence.endswith(" and model=chain. Choose that model, or leave `model.layers` out.")
    refuse(
        "There is no configuration key `layer` here. `layer` belongs to model=qnl_net, model=quan",
        "model=chain",
        "model.layer=3",
    )


def test_files_that_are_missing_or_cannot_be_imported(own: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own("lonely", None)
    refuse(f"Beside {folder / 'lonely.yaml'} there must be lonely.py with the model, but there is not.", "model=lonely")
    (folder / "lonely.yaml").unlink()
    own(python="import nothing_of_that_name")
    file = folder / "chain.py"
    beginning = f"The model {file} cannot be imported: ModuleNotFoundError: No module named 'nothing_of_that_name'."
    refuse(beginning, "model=chain")
    own(python="def f(:")
    refuse(f"The model {file} cannot be imported: SyntaxError: ", "model=chain")
    assert load_config("model=quanvolution").model.name == "quanvolution"  # others are not concerned
    refuse("There is no configuration key `r` here. `r` belongs to model=qnl_net.", "model=quanvolution", "r=2")
    monkeypatch.setenv("QNLNET_MODELS", str(folder / "nowhere"))
    refuse("Argument `QNLNET_MODELS` must name folders with models of your own, but is ", "model=chain")


@pytest.mark.slow
def test_parts_that_are_missing(own: Write, tmp_path: Path) -> None:
    own(python=BLOCKS["python"].replace("class Settings", "class Others").replace(", Settings)", ", Others)"))
    refuse("The model chain must define `Settings`, a subclass of ModelConfig, but does not.", "model=chain")
    own(python=BLOCKS["python"].replace("FAMILY =", "OTHER ="))
    refuse("The model chain must define `FAMILY`, a Family, but does not.", "model=chain", train=tmp_path / "1")
    own(python=BLOCKS["python"].replace("return nn.Sequential", "return print"))
    refuse("The model chain must be built as a Module, but is a NoneType.", "model=chain", train=tmp_path / "2")


def test_yaml_that_cannot_be_read(own: Write) -> None:
    folder = own(yaml="name: chain\nseeds: [3\n")
    refuse(f"Line 3 of the file {folder / 'chain.yaml'} must be YAML, but cannot be read: ", "model=chain")
    own(yaml="- 1\n")
    refuse(
        f"The file {folder / 'chain.yaml'} must hold settings such as `name: chain`, but holds a list.", "model=chain"
    )
    own(yaml="name: other\n")
    refuse(f"The file {folder / 'chain.yaml'} must have `name: chain`, but has `name: other`.", "model=chain")
    own(yaml=BLOCKS["yaml"].replace("layers", "layer"))
    refuse("There is no configuration key `layer`", "model=chain")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("len(run.data.classes)))", "1))", "(64, 1)"),
        ("len(run.data.classes)))", "2), nn.Flatten(0))", "(128,)"),
        ("return nn.Sequential(", "return nn.LSTM(4, 2) or (", "a tuple"),
    ],
)
def test_scores_of_another_shape(old: str, new: str, found: str, own: Write, tmp_path: Path) -> None:
    own(python=BLOCKS["python"].replace(old, new))
    refuse(
        f"The model chain must give scores of shape (batch, classes), here (64, 2), but gives {found}.",
        "model=chain",
        train=tmp_path / "out",
    )


FITTED = """
from typing import Literal
import torch
from torch import nn
from qnlnet.config import ModelConfig
from qnlnet.models import Family, Pixels
from qnlnet.models.fitted import FittedModule


class Settings(ModelConfig):
    is_fitted = True
    name: Literal["mean"] = "mean"


class Mean(FittedModule):
    def __init__(self):
        super().__init__()
        self.keep("means", torch.empty(0, 0))

    def fit(self, inputs, labels):
        self.keep("means", torch.stack([inputs[labels == label].flatten(1).mean(0) for label in labels.unique()]))

    def forward(self, inputs):
        return -torch.cdist(inputs.flatten(1), self.means)


FAMILY = Family(lambda run: Pixels("unit"), lambda run, streams: Mean(), loop=lambda run: "fitted")
"""


@pytest.mark.slow
def test_models_that_are_fitted_once(own: Write, tmp_path: Path) -> None:
    own("mean", FITTED, "seeds: 1\n")
    (run,) = train_cells([load_config("model=mean", "data=digits", f"output_dir={tmp_path / 'out'}")])
    assert run.seed_rows().test_accuracy[0] > 95
    own("mean", FITTED.replace("self.means)", "self.means)[:, :1]"), "seeds: 1\n")
    beginning = "The model mean must give scores of shape (batch, classes), here (1, 2), but gives (1, 1)."
    refuse(beginning, "model=mean", train=tmp_path / "1")
    own("mean", FITTED.replace("Mean(), ", "nn.Linear(4, 2), "), "seeds: 1\n")
    beginning = "The model mean must be a FittedModule, as its loop is fitted, but is a Linear."
    refuse(beginning, "model=mean", train=tmp_path / "2")
    own("mean", FITTED.replace("is_fitted = True", ""), "seeds: 1\n")
    beginning = "The model mean must have the loop fitted where its settings say is_fitted, and nowhere else, but has "
    refuse(beginning, "model=mean", train=tmp_path / "3")
