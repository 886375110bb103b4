"""Benchmark of a training step at batch size 1: our compiled loop, plain torch around every layer, and JAX."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils import parameters_to_vector

import qnlnet
from benchmarks import layers
from benchmarks.agreement import check_agreement
from benchmarks.jax_training import JaxReplica
from benchmarks.timing import time_in_turns
from qnlnet.circuits import circuit_from_config
from qnlnet.config import QNLNetConfig, RunConfig, settings_of
from qnlnet.evidence.benchmarks.names import (
    COMPILED_LOOP,
    COMPILED_LOOP_LINEAR,
    DEFAULT_QUBIT,
    JAX_LOOP,
    LIGHTNING,
    OURS,
    STOCK_AER,
    STOCK_STATEVECTOR,
    TORCH_LOOP_LINEAR,
)
from qnlnet.models import Features
from qnlnet.models.qnl_net.family import build_qnl_net
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.seeding import generator
from qnlnet.training import CompiledReplica, TorchReplica

MODELS = {
    "MNIST CNN": ("data=mnist", "reducer=cnn"),
    "CIFAR-10 CNN": ("data=cifar10", "reducer=cnn"),
    "MNIST PCA": ("data=mnist", "reducer=pca"),
}
_AGREEING_STEPS = 8


class Trainer(Protocol):
    """Anything that trains epoch by epoch."""

    def advance(self) -> object:
        """Trains one epoch."""


@dataclass(frozen=True)
class Contestant:
    """A way to train.

    Attributes:
        build: Builds the trainer from a cell and features.
        steps: Steps in a call, so that a call takes long enough and not too long.
        has_circuit: Whether it trains the paper's model, so that its parameters can be compared.
    """

    build: Callable[[RunConfig, Features], Trainer]
    steps: int
    has_circuit: bool = True


def _torch_loop(layer: str) -> Callable[[RunConfig, Features], Trainer]:
    def build(config: RunConfig, seed: int) -> QNLNet:
        model = build_qnl_net(config, seed)
        quantum = layers.BUILDERS[layer](circuit_from_config(config))
        with torch.no_grad():
            layers.weights_of(quantum).copy_(layers.weights_of(model.quantum))
        return QNLNet(model.reducer, quantum, model.head)

    return lambda config, features: TorchReplica(config, 0, features, build)


def build_linear(config: RunConfig, seed: int) -> QNLNet:
    """Builds the model with a Linear layer in place of the circuit."""
    model = build_qnl_net(config, seed)
    return QNLNet(model.reducer, nn.Linear(settings_of(config, QNLNetConfig).num_qubits, 1), model.head)


CONTESTANTS = {
    COMPILED_LOOP: Contestant(lambda config, features: CompiledReplica(config, 0, features), 500),
    COMPILED_LOOP_LINEAR: Contestant(
        lambda config, features: CompiledReplica(config, 0, features, build_linear), 500, False
    ),
    TORCH_LOOP_LINEAR: Contestant(lambda config, features: TorchReplica(config, 0, features, build_linear), 50, False),
    f"torch loop, {OURS}": Contestant(_torch_loop(OURS), 50),
    **{
        f"torch loop, {name}": Contestant(_torch_loop(name), 10)
        for name in (DEFAULT_QUBIT, LIGHTNING, STOCK_STATEVECTOR, STOCK_AER)
    },
    JAX_LOOP: Contestant(lambda config, features: JaxReplica(config, 0, features), 500),
}
QUICK_MODELS = ("MNIST CNN",)
QUICK_CONTESTANTS = (COMPILED_LOOP, COMPILED_LOOP_LINEAR)


def time_training(
    models: tuple[str, ...] = tuple(MODELS),
    contestants: tuple[str, ...] = tuple(CONTESTANTS),
    *,
    repetitions: int,
    seconds: float,
) -> Iterator[dict[str, Any]]:
    """Yields a row per model and contestant: one step of one replica, batch size 1, released protocol."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # as the pool's threads do
    for model in models:
        config = qnlnet.load_config(*MODELS[model], "train.epochs=1000000", "train.lr_decay=1")
        entered = {name: CONTESTANTS[name] for name in contestants}
        _check_agreement(model, config, {name: c for name, c in entered.items() if c.has_circuit})
        calls = {name: c.build(config, draw_features(config, c.steps)).advance for name, c in entered.items()}
        for name, timing in time_in_turns(calls, repetitions=repetitions, seconds=seconds).items():
            steps = CONTESTANTS[name].steps
            yield {"model": model, "contestant": name, "steps": steps, **timing.columns(per=steps)}


def draw_features(config: RunConfig, count: int) -> Features:
    """Draws random inputs in the model's shape; a single one for the test split, which is not what is timed."""
    random = generator(0, "weights")
    model = settings_of(config, QNLNetConfig)
    shape = config.data.image_shape if model.reducer.name == "cnn" else (model.num_qubits,)

    def split(size: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return random.normal(size=(size, *shape)).astype(np.float32), random.integers(0, 2, size)

    return Features(*split(count), *split(1))


def _check_agreement(model: str, config: RunConfig, contestants: dict[str, Contestant]) -> None:
    """Compares where a few steps take the parameters, as a whole: the length of the difference over that of the way.

    Entry by entry would be too strict: Adam moves every parameter by about the learning rate, whatever the size of its
    gradient, so that the rounding error of a gradient near zero shows in full.
    """
    features = draw_features(config, _AGREEING_STEPS)
    start = parameters_to_vector(build_qnl_net(config, 0).parameters()).detach().numpy()
    ways = {name: _train(contestant.build(config, features)) - start for name, contestant in contestants.items()}
    length = float(np.linalg.norm(ways[COMPILED_LOOP]))
    distances = {name: [np.linalg.norm(way - ways[COMPILED_LOOP]) / length] for name, way in ways.items()}
    check_agreement(f"Training, {model}", distances, tolerance=1e-4)


def _train(trainer: Trainer) -> NDArray[np.float32]:
    """Returns the parameters after an epoch."""
    trainer.advance()
    if isinstance(trainer, JaxReplica):
        return trainer.parameters()
    assert isinstance(trainer, CompiledReplica | TorchReplica)
    return parameters_to_vector(trainer.trained_model().parameters()).detach().numpy()
