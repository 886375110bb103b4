"""The norms of gradients that a replica keeps, and the rows that they become."""

from pathlib import Path

import pytest
import torch
from refusals import refused
from torch import nn

from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, prepare_features
from qnlnet.records import read_gradient_rows, read_rows
from qnlnet.runs import train_cells
from qnlnet.runs.rows import write_rows
from qnlnet.training import build_replica
from qnlnet.training.replica import Stopped
from qnlnet.training.torch_replica import TorchReplica

WORDS = ("model=quanvolution", "layer=quantum", "model.size=[4,4]", "data=digits", "train.epochs=1")


def cell(*overrides: str) -> RunConfig:
    return load_config(*WORDS, "train.batch_size=16", "train.gradient_norms=true", *overrides)


def few(config: RunConfig, count: int = 40) -> Features:
    whole = prepare_features(load_dataset(config.data), config)
    return Features(whole.train[:count], whole.train_labels[:count], whole.test[:8], whole.test_labels[:8])


@pytest.mark.slow
def test_a_step_gives_the_norms_of_its_gradients() -> None:
    config = cell()
    features = few(config, 16)
    norms = build_replica(config, 0, features).advance().gradient_norms
    model = build_model(config, 0)
    scores = model(torch.from_numpy(features.train))
    nn.functional.cross_entropy(scores, torch.from_numpy(features.train_labels)).backward()
    expected = {name: parameter.grad.norm().item() for name, parameter in model.named_parameters()}
    assert norms == pytest.approx(expected, rel=1e-5)


def test_an_epoch_gives_the_mean_over_its_steps_and_trains_as_without() -> None:
    config = cell()
    with_norms, without = (build_replica(each, 0, few(config)) for each in (config, cell("train.gradient_norms=false")))
    kept: list[float] = []
    with_norms.on_step = lambda: kept.append(float(with_norms.model.head.weight.grad.norm()))
    epoch, usual = with_norms.advance(), without.advance()
    assert epoch.gradient_norms["head.weight"] == pytest.approx(sum(kept) / 3)
    assert not usual.gradient_norms
    assert (epoch.train_loss, epoch.test_accuracy) == (usual.train_loss, usual.test_accuracy)


def test_what_is_frozen_has_none() -> None:
    config = cell("layer=frozen")
    assert list(build_replica(config, 0, few(config)).advance().gradient_norms) == ["head.weight", "head.bias"]


def test_a_replica_that_is_stopped_within_an_epoch_ends_with_the_same_norms(tmp_path: Path) -> None:
    config = cell()
    whole, first, second = (build_replica(config, 0, few(config)) for _ in range(3))
    first.on_step = first.stop.set
    with pytest.raises(Stopped):
        first.advance()
    torch.save(first.state(), tmp_path / "state")
    second.restore(torch.load(tmp_path / "state", weights_only=True))
    assert second.advance() == whole.advance()


def test_the_state_does_not_change_with_the_epoch() -> None:
    replica = build_replica(cell(), 0, few(cell()))
    states: list[dict[str, float]] = []
    replica.on_step = lambda: states.append(replica.state()["under_way"]["gradient_norms"])
    replica.advance()
    sums = [state["head.weight"] for state in states]
    assert sums == sorted({*sums})


def test_it_is_a_cell_of_its_own_and_says_so() -> None:
    assert config_hash(cell()) != config_hash(cell("train.gradient_norms=false"))
    first = ("data=digits", "reducer=pca")
    assert config_hash(load_config(*first)) != config_hash(load_config(*first, "train.gradient_norms=true"))


def test_the_compiled_loop_does_not_show_them_and_the_other_one_takes_its_place() -> None:
    config = load_config("data=digits", "reducer=pca", "train.epochs=1", "train.gradient_norms=true")
    replica = build_replica(config, 0, few(config))
    assert isinstance(replica, TorchReplica)
    assert all(norm >= 0 for norm in replica.advance().gradient_norms.values())


def test_a_model_that_is_fitted_once_has_no_gradients() -> None:
    sentence = "must be left out with model=logistic, which is fitted once, but is True."
    with refused(f"Argument `train.gradient_norms` {sentence}"):
        load_config("model=logistic", "data=digits", "train.gradient_norms=true")


@pytest.mark.slow  # Aer
def test_rows_stand_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnlnet.training.agreement.ROWS", 100)
    words = ("train.epochs=2", "seeds=2", "train.learning_rate=1e-2")
    (run,) = train_cells([cell(*words, f"output_dir={tmp_path / 'cell'}")])
    rows = read_gradient_rows(tmp_path / "cell" / "gradients.csv")
    assert list(zip(rows.seed, rows.epoch, rows.parameter, strict=True)) == [
        (seed, epoch, name)
        for seed in (0, 1)
        for epoch in (1, 2)
        for name in ("filters.0.weight", "head.weight", "head.bias")
    ]
    assert (rows.gradient_norm > 0).all()
    assert set(rows.config_hash) == {config_hash(run.config)}
    _, paths = write_rows([run], tmp_path / "table")
    assert tmp_path / "table" / "gradients.csv.gz" in paths
    assert read_rows(tmp_path / "table" / "gradients.csv.gz").equals(rows)
    (usual,) = train_cells([cell(*words, "train.gradient_norms=false", f"output_dir={tmp_path / 'usual'}")])
    assert not (tmp_path / "usual" / "gradients.csv").exists()
    _, paths = write_rows([usual], tmp_path / "without")
    assert not [path for path in paths if "gradients" in path.name]
