"""The strongest peer for training: the whole loop in JAX, a scan over steps under jit, with PennyLane's circuit in it.

It trains the same models by the same protocol from the same numbers, written for JAX in the way that suits it.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from torch import nn

from benchmarks.pennylane_circuit import build_qnode
from qnlnet.circuits import circuit_from_config
from qnlnet.config import QNLNetConfig, RunConfig, settings_of
from qnlnet.models import Features
from qnlnet.models.dropout import draw_dropout_masks
from qnlnet.models.qnl_net.family import build_qnl_net
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.models.qnl_net.reducers import SeededDropout2d
from qnlnet.seeding import generator

Parameters = list[jax.Array]


class JaxReplica:
    """One seed of one cell, trained in JAX.

    Args:
        config: The cell; its protocol must have batch size 1 and the raw loss.
        seed: Seed of the same random streams as elsewhere.
        features: Model inputs of both splits.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features) -> None:
        model = build_qnl_net(config, seed)
        self._config, self._features = config, features
        self._dropout = next((layer for layer in model.reducer if isinstance(layer, SeededDropout2d)), None)
        self._shuffling = generator(seed, "shuffling")
        parameters = [jnp.asarray(parameter.detach().numpy()) for parameter in model.parameters()]
        zeros = [jnp.zeros_like(parameter) for parameter in parameters]
        self._state = (parameters, zeros, zeros, 0)
        self._epoch = jax.jit(_build_epoch(config, model))
        self._epochs = 0

    def advance(self) -> None:
        """Trains one epoch."""
        count, protocol = len(self._features.train), self._config.train
        order = self._shuffling.permutation(count) if protocol.shuffle else np.arange(count)
        masks = np.empty((count, 0), np.float32)
        if self._dropout is not None:
            model = settings_of(self._config, QNLNetConfig)
            assert model.cnn_channels is not None
            masks = draw_dropout_masks(self._dropout.generator, count, model.cnn_channels[1], model.dropout)
        rate = protocol.learning_rate * protocol.lr_decay**self._epochs
        images, labels = self._features.train[order], self._features.train_labels[order]
        self._state = jax.block_until_ready(self._epoch(self._state, images, labels, masks, rate))
        self._epochs += 1

    def parameters(self) -> NDArray[np.float32]:
        """Returns all parameters in one vector, in the order of torch's model."""
        return np.concatenate([np.asarray(parameter).ravel() for parameter in self._state[0]])


def _build_epoch(config: RunConfig, model: QNLNet) -> Callable[..., Any]:
    layers, quantum = list(model.reducer), build_qnode(circuit_from_config(config), "default.qubit", "jax", "backprop")

    def loss(parameters: Parameters, image: jax.Array, label: jax.Array, mask: jax.Array) -> jax.Array:
        remaining, signal = list(parameters), image[jnp.newaxis]
        for layer in layers:
            signal = _run_layer(layer, remaining, signal, mask)
        weights, head_weight, head_bias = remaining
        value = quantum(signal[0].astype(jnp.float64), weights.astype(jnp.float64)).astype(jnp.float32)
        y = head_weight[0, 0] * value + head_bias[0]
        return jnp.where(label == 0, -y, y - 1)

    def step(state: Any, sample: Any) -> tuple[Any, None]:
        (parameters, first, second, count), (image, label, mask, rate) = state, sample
        gradients = jax.grad(loss)(parameters, image, label, mask)
        count = count + 1
        step_size, correction = rate / (1 - 0.9**count), 1 / jnp.sqrt(1 - 0.999**count)
        first = [m + 0.1 * (g - m) for m, g in zip(first, gradients, strict=True)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradients, strict=True)]
        parameters = [
            (p - step_size * m / (jnp.sqrt(v) * correction + 1e-8)).astype(jnp.float32)
            for p, m, v in zip(parameters, first, second, strict=True)
        ]
        return (parameters, first, second, count), None

    def epoch(state: Any, images: Any, labels: Any, masks: Any, rate: float) -> Any:
        rates = jnp.full(len(images), rate, jnp.float32)
        return jax.lax.scan(step, state, (images, labels, masks, rates))[0]

    return epoch


def _run_layer(layer: nn.Module, remaining: Parameters, signal: jax.Array, mask: jax.Array) -> jax.Array:
    """Runs one of torch's layers; its parameters are taken from the front of `remaining`."""
    match layer:
        case nn.Conv2d():
            weights, bias = remaining.pop(0), remaining.pop(0)
            return jax.lax.conv(signal, weights, (1, 1), "VALID") + bias[:, jnp.newaxis, jnp.newaxis]
        case nn.MaxPool2d():
            window = (1, 1, 2, 2)
            return jax.lax.reduce_window(signal, -jnp.inf, jax.lax.max, window, window, "VALID")
        case nn.Linear():
            weights, bias = remaining.pop(0), remaining.pop(0)
            return signal @ weights.T + bias
        case nn.ReLU():
            return jax.nn.relu(signal)
        case SeededDropout2d():
            return signal * mask[:, jnp.newaxis, jnp.newaxis]
        case nn.Flatten():
            return signal.reshape(1, -1)
    raise TypeError(f"{layer} has no counterpart in JAX here")
