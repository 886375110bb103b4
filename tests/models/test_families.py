"""What holds for every family of models, whatever it is: each one that is added is held to it."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from qnlnet.checkpoints import load_trained_model
from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.config.model.registry import section_of, shipped_names
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, prepare_features
from qnlnet.models.fitted import FittedModule
from qnlnet.runs import train_cells
from qnlnet.training import build_replica, labels_of, score_with_model

FAMILIES = shipped_names()
# What draws from torch's global generator when it is asked for scores.
RANDOM = (
    *(nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout, nn.RReLU),
    nn.FractionalMaxPool2d,
)
HASHES = Path(__file__).parent / "family_hashes.json"
PINNED = json.loads(HASHES.read_text(encoding="utf-8"))


def cell(name: str, *overrides: str) -> RunConfig:
    """Returns a cell of a family on the digits that trains in a moment."""
    few = () if section_of(name).is_fitted else ("train.epochs=2",)
    config = load_config(f"model={name}", "data=digits", *few, *overrides)
    return config.model_copy(update={"choices": ()})  # the first candidates will do


def features_of(config: RunConfig, train: int = 30, test: int = 12) -> Features:
    """Returns a few features of the cell's images, of all classes."""
    whole = prepare_features(load_dataset(config.data), config)
    some, others = (
        np.random.default_rng(0).permutation(len(labels))[:count]
        for labels, count in ((whole.train_labels, train), (whole.test_labels, test))
    )
    return Features(whole.train[some], whole.train_labels[some], whole.test[others], whole.test_labels[others])


def ready(config: RunConfig, features: Features, seed: int = 0) -> nn.Module:
    """Returns a model that gives scores: built, and fitted where that is what it takes."""
    model = build_model(config, seed)
    if isinstance(model, FittedModule):
        model.fit(torch.from_numpy(features.train), torch.from_numpy(features.train_labels))
    return model


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "classes"),
    [(name, many) for name in FAMILIES for many in ((2,) if section_of(name).is_binary else (2, 3))],
)
def test_scores_have_a_column_for_each_class(name: str, classes: int) -> None:
    config = cell(name, f"data.classes={list(range(classes))}".replace(" ", ""))
    features = features_of(config)
    model = ready(config, features)
    scores = score_with_model(model, features.test)
    assert scores.shape == (12, classes)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    one_by_one = np.concatenate([score_with_model(model, features.test[index : index + 1]) for index in range(12)])
    np.testing.assert_allclose(scores, one_by_one, rtol=1e-4, atol=1e-5)  # sums in another order, in float32


@pytest.mark.parametrize("name", FAMILIES)
def test_no_part_draws_from_the_global_generator_of_torch(name: str) -> None:
    config = cell(name)
    state = torch.random.get_rng_state()
    model = build_model(config, 0)
    assert not [part for part in model.modules() if isinstance(part, RANDOM)]
    features = features_of(config)
    model = ready(config, features).train()
    model(torch.from_numpy(features.train))
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_the_seed_decides_the_first_weights(name: str) -> None:
    config = cell(name)
    features = features_of(config)
    first, again, other = (ready(config, features, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(value, again[key]) for key, value in first.items())
    is_drawn = not section_of(name).is_fitted
    assert any(not torch.equal(value, other[key]) for key, value in first.items()) == is_drawn


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_runs_are_saved_loaded_and_repeated(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnlnet.training.agreement.ROWS", 100)  # on Aer a row takes a millisecond
    config = cell(name, "seeds=1", f"output_dir={tmp_path / 'first'}")
    (run,) = train_cells([config])
    (row,) = run.seed_rows().to_dict("records")
    assert row["model"] == name
    saved, seed, model = load_trained_model(run.directory / "models" / "seed-0.pt")
    assert (config_hash(saved), seed) == (config_hash(config), 0)
    features = prepare_features(load_dataset(config.data), config)
    accuracy = 100 * (labels_of(score_with_model(model, features.test)) == features.test_labels).mean()
    assert accuracy == pytest.approx(row["test_accuracy"])
    (repeated,) = train_cells([config.model_copy(update={"output_dir": str(tmp_path / "second")})])
    (again,) = repeated.seed_rows().to_dict("records")
    for each in (row, again):
        del each["train_seconds"]
    assert str(again) == str(row)  # as text, because NaN differs from itself
    _, _, second = load_trained_model(repeated.directory / "models" / "seed-0.pt")
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in second.state_dict().items())


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_a_replica_goes_on_from_its_state(name: str, tmp_path: Path) -> None:
    config = cell(name)
    features = features_of(config)
    whole, first = (build_replica(config, 0, features) for _ in range(2))
    while not whole.finished:
        whole.advance()
    first.advance()
    torch.save(first.state(), tmp_path / "state")
    second = build_replica(config, 0, features)
    second.restore(torch.load(tmp_path / "state", weights_only=True))
    while not second.finished:
        second.advance()
    assert str(second.epochs) == str(whole.epochs)  # as text, because NaN differs from itself
    np.testing.assert_array_equal(second.scores(features.test), whole.scores(features.test))


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_usual_settings_never_change(name: str) -> None:
    assert len(PINNED.get(name, [])) >= 3, f"add three hashes of {name} to {HASHES.name}"
    for overrides, expected in PINNED[name].items():
        config = load_config(f"model={name}", *overrides.split())
        assert config_hash(config) == expected, f"model={name} {overrides}"


def test_there_are_hashes_of_shipped_families_only() -> None:
    assert set(PINNED) == set(FAMILIES)
