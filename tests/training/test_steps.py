"""How the learning rate falls, and which batches an epoch has."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from refusals import refused

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, build_model, family_of
from qnlnet.training.compiled.replica import CompiledReplica
from qnlnet.training.rates import learning_rate
from qnlnet.training.torch_replica import TorchReplica


def test_the_rate_falls_behind_milestones() -> None:
    words = ("train.schedule=milestones", "train.milestones=[2,3]", "train.lr_decay=0.1", "train.learning_rate=1")
    train = load_config("model=quanvolution", "data=digits", *words).train
    assert [learning_rate(train, done) for done in range(5)] == pytest.approx([1, 1, 0.1, 0.01, 0.01])
    cosine = train.model_copy(update={"schedule": "cosine", "milestones": (), "epochs": 4})
    assert learning_rate(cosine, 1) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)


def test_the_rate_may_fall_from_step_to_step() -> None:
    words = ("train.schedule=exponential", "train.lr_decay=0.99", "train.decay_steps=100", "train.learning_rate=0.01")
    train = load_config("model=quanvolution", "data=digits", *words).train
    assert learning_rate(train, 0, 49, 100) == pytest.approx(0.01 * 0.99**0.49)
    cosine = train.model_copy(update={"schedule": "cosine", "min_learning_rate": 0.0095})
    rates = [learning_rate(cosine, 0, step, 600) for step in (0, 50, 100, 500)]
    assert rates == pytest.approx([0.01, 0.01 * 0.975, 0.0095, 0.0095])


def test_each_step_has_its_rate_and_clipped_gradients(make_features: Callable[..., Features]) -> None:
    words = ("train.batch_size=4", "train.epochs=2", "train.optimizer=sgd", "train.lr_decay=0.5", "train.decay_steps=1")
    clip = ("train.learning_rate=1", "train.clip_value=1e-4", "train.shuffle=false")
    config = load_config("reducer=pca", "layer=none", "protocol=released", *words, *clip)
    replica = TorchReplica(config, 0, make_features(config, 10))
    weights = [parameter.detach().clone() for parameter in replica.model.parameters()]
    moved: list[float] = []

    def measure() -> None:
        largest = 0.0
        for parameter, before in zip(replica.model.parameters(), weights, strict=True):
            largest = max(largest, float((parameter.detach() - before).abs().max()))
            before.copy_(parameter.detach())
        moved.append(largest)

    replica.on_step = measure
    while not replica.finished:
        replica.advance()
    assert moved == pytest.approx([1e-4 * 0.5**step for step in range(6)], rel=1e-2)


@pytest.mark.parametrize("words", ["train.clip_value=1", "train.decay_steps=1"])
def test_the_compiled_loop_knows_neither(words: str, make_features: Callable[..., Features]) -> None:
    config = load_config("reducer=pca", words)
    assert family_of(config).loop(config) == "torch"
    with pytest.raises(ArgumentError, match="needs plain steps of Adam"):
        CompiledReplica(config, 0, make_features(config, 2))


def test_all_replicas_may_begin_alike() -> None:
    config = load_config("reducer=pca", "train.weights_seed=3")
    own = config.override("train.weights_seed=null")
    first, *others = (build_model(*cell).state_dict() for cell in ((config, 0), (config, 1), (own, 3)))
    assert all(torch.equal(value, other[name]) for other in others for name, value in first.items())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train.milestones=[3]",), "be left out with schedule=cosine, but is [3]"),
        (("train.schedule=milestones",), "name epochs with schedule=milestones, but is []"),
    ],
)
def test_milestones_are_for_their_schedule(words: tuple[str, ...], sentence: str) -> None:
    with refused(f"Argument `train.milestones` must {sentence}. They are for train.schedule=milestones."):
        load_config("model=quanvolution", "data=digits", *words)


@pytest.mark.parametrize(("images", "steps"), [(10, 2), (8, 2), (3, 1)])
def test_a_last_batch_that_is_smaller_may_be_left_out(
    images: int, steps: int, make_features: Callable[..., Features]
) -> None:
    words = ("train.drop_last=true", "train.batch_size=4", "train.epochs=1")
    config = load_config("reducer=pca", "backend=statevector", *words)
    replica = TorchReplica(config, 0, make_features(config, images))
    counted: list[None] = []
    replica.on_step = lambda: counted.append(None)
    replica.advance()
    assert len(counted) == steps  # fewer images than a batch has are one


def test_a_rate_may_have_factors_that_depend_on_the_epoch(
    monkeypatch: pytest.MonkeyPatch, make_features: Callable[..., Features]
) -> None:
    config = load_config("reducer=pca", "backend=statevector", "train.batch_size=4", "train.epochs=3")
    family = family_of(config)
    parameter, part = "reducer.0.weight", "quantum"
    factors = ({parameter: 0.0}, {}, {parameter: 1.0, part: 0.0})
    changing = replace(family, rate_factors=lambda config, epochs_done: factors[epochs_done])
    monkeypatch.setattr("qnlnet.training.torch_replica.family_of", lambda config: changing)
    replica = TorchReplica(config, 0, make_features(config, 8))
    moved = []
    for _ in factors:
        before = {name: value.clone() for name, value in replica.model.state_dict().items()}
        replica.advance()
        after = replica.model.state_dict()
        moved.append([not torch.equal(before[name], after[name]) for name in (parameter, f"{part}.weight")])
    assert moved == [[False, True], [True, True], [True, False]]


@pytest.mark.parametrize(("images", "counted"), [(10, 8), (8, 8), (3, 3)])
def test_test_images_behind_the_last_whole_batch_may_count_as_wrong(
    images: int, counted: int, make_features: Callable[..., Features], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnlnet.training.stepwise.labels_of", lambda scores: features.test_labels.copy())  # all right
    config = load_config("reducer=pca", "backend=statevector", "train.batch_size=4", "train.epochs=1")
    features = make_features(config, images)
    features = Features(features.train, features.train_labels, features.train, features.train_labels)
    for dropped, right in ((False, images), (True, counted)):
        train = config.train.model_copy(update={"drop_last_test": dropped})
        replica = TorchReplica(config.model_copy(update={"train": train}), 0, features)
        assert replica.advance().test_accuracy == pytest.approx(100 * right / images)
