"""Schedules that go from step to step, against torch's own; and how optimizers follow them."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from refusals import refused

from qnlnet.config import load_config
from qnlnet.config.schema import TrainConfig
from qnlnet.models import Features
from qnlnet.training.rates import gradient_decay, learning_rate
from qnlnet.training.torch_replica import TorchReplica

EPOCHS, STEPS = 4, 7
RESTARTS = ("train.schedule=cosine_restarts", "train.restart_every=5", "train.min_learning_rate=1e-5")


def train_config(*words: str) -> TrainConfig:
    own = (f"train.epochs={EPOCHS}", "train.learning_rate=0.002", "train.optimizer=adamw")
    return load_config("model=quanvolution", "data=digits", *own, *words).train


def build_optimizer(rate: float = 1.0) -> torch.optim.AdamW:
    return torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def follow(scheduler: Any) -> list[tuple[float, float]]:
    """Returns the rate and β₁ of each step of a scheduler of torch's."""
    found = []
    for _ in range(EPOCHS * STEPS):
        group = scheduler.optimizer.param_groups[0]
        found.append((group["lr"], group["betas"][0]))
        scheduler.optimizer.step()
        scheduler.step()
    return found


def test_one_cycle_is_that_of_torch() -> None:
    train = train_config("train.schedule=one_cycle")
    scheduler = torch.optim.lr_scheduler.OneCycleLR(build_optimizer(), 0.002, epochs=EPOCHS, steps_per_epoch=STEPS)
    places = [(epoch, step, STEPS) for epoch in range(EPOCHS) for step in range(STEPS)]
    ours = [(learning_rate(train, *place), gradient_decay(train, *place)) for place in places]
    assert ours == [pytest.approx(each, rel=1e-9) for each in follow(scheduler)]


@pytest.mark.parametrize("unit", ["steps", "epochs"])
def test_restarts_are_those_of_torch(unit: str) -> None:
    train = train_config(*RESTARTS, f"train.restart_unit={unit}")
    kind = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
    rates = [rate for rate, _ in follow(kind(build_optimizer(0.002), 5, eta_min=1e-5))]
    if unit == "steps":
        ours = [learning_rate(train, epoch, step, STEPS) for epoch in range(EPOCHS) for step in range(STEPS)]
    else:
        ours = [learning_rate(train, epoch, 3, STEPS) for epoch in range(EPOCHS * STEPS)]
    assert ours == pytest.approx(rates, rel=1e-9)
    assert gradient_decay(train, 0, 0, STEPS) is None


def test_each_step_has_its_own_rate(make_features: Callable[..., Features]) -> None:
    words = ("train.schedule=one_cycle", "train.optimizer=adamw", "train.batch_size=4", "train.epochs=2")
    config = load_config("reducer=pca", "layer=none", *words)
    replica = TorchReplica(config, 0, make_features(config, 10))
    used: list[tuple[float, float]] = []

    def look() -> None:
        group = replica._optimizer.param_groups[0]
        used.append((group["lr"], group["betas"][0]))

    replica.on_step = look
    while not replica.finished:
        replica.advance()
    places = [(epoch, step, 3) for epoch in range(2) for step in range(3)]
    train = config.train
    assert used == [(learning_rate(train, *place), gradient_decay(train, *place)) for place in places]


def test_long_gradients_are_scaled_down(make_features: Callable[..., Features]) -> None:
    words = ("train.optimizer=sgd", "train.learning_rate=1", "train.batch_size=4", "train.epochs=1")
    moved = []
    for clip in ("null", "1e-3", "1e3"):
        config = load_config("reducer=pca", "layer=none", f"train.clip_norm={clip}", *words)
        replica = TorchReplica(config, 0, make_features(config, 4))
        before = torch.nn.utils.parameters_to_vector(replica.model.parameters())
        replica.advance()
        moved.append(torch.nn.utils.parameters_to_vector(replica.model.parameters()) - before)
    assert torch.equal(moved[0], moved[2])
    assert float(moved[1].detach().norm()) == pytest.approx(1e-3, rel=1e-3)
    torch.testing.assert_close(moved[1] / moved[1].norm(), moved[0] / moved[0].norm(), rtol=0, atol=1e-3)


def test_adamw_shrinks_the_weights_themselves(make_features: Callable[..., Features]) -> None:
    words = ("train.optimizer=adamw", "train.weight_decay=0.5", "train.learning_rate=0.1", "train.batch_size=4")
    config = load_config("reducer=pca", "layer=none", "train.epochs=1", *words)
    replica = TorchReplica(config, 0, make_features(config, 4))
    ours, by_hand = replica.model, [weight.detach().clone() for weight in replica.model.parameters()]
    replica.advance()
    for before, weight in zip(by_hand, ours.parameters(), strict=True):
        shrunk = before * (1 - 0.1 * 0.5)
        assert bool(((weight - shrunk).abs() <= 0.1 + 1e-6).all())  # Adam's first step is the rate, or nothing


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("train.schedule=cosine_restarts",),
            "Argument `train.restart_every` must be a number of epochs or steps with schedule=cosine_restarts, but is "
            "None. For example train.restart_every=5.",
        ),
        (
            ("train.restart_every=5",),
            "Argument `train.restart_every` must be left out with schedule=cosine, but is 5. It is for "
            "train.schedule=cosine_restarts.",
        ),
        (
            (*RESTARTS, "train.min_learning_rate=1"),
            "Argument `train.min_learning_rate` must be at most train.learning_rate, 0.002, but is 1.0.",
        ),
        (
            ("train.loss=log_sigmoid", "train.label_smoothing=0.1"),
            "Argument `train.label_smoothing` must be 0 with train.loss=log_sigmoid, but is 0.1. It is for "
            "train.loss=cross_entropy.",
        ),
        (
            ("train.augmentation_fill=mean",),
            "Argument `train.augmentation_fill` must be left out with train.augmentation=none, but is 'mean'.",
        ),
    ],
)
def test_settings_that_mean_nothing_are_refused(words: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        train_config(*words)
