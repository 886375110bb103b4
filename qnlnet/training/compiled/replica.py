"""A replica that trains in the compiled loop."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, build_model
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.models.qnl_net.reducers import SeededDropout2d, draw_dropout_masks
from qnlnet.training.compiled.losses import CROSS_ENTROPY, RAW_NLL
from qnlnet.training.compiled.network import flatten_parameters, read_network, restore_parameters
from qnlnet.training.compiled.steps import score_inputs, train_epoch
from qnlnet.training.compiled.workspace import Training, allocate_workspace
from qnlnet.training.replica import BuildModel
from qnlnet.training.stepwise import EpochUnderWay, StepwiseReplica

_LOSSES = {"raw_nll": RAW_NLL, "cross_entropy": CROSS_ENTROPY}


class CompiledReplica(StepwiseReplica):
    """A replica of QNL-Net that trains in the compiled loop (backend=exact)."""

    model: QNLNet

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features, build)
        if (config.train.optimizer, config.train.weight_decay) != ("adam", 0.0):
            raise ArgumentError("The compiled loop needs Adam without weight decay; use `TorchReplica`.")
        if config.train.clip_value is not None or config.train.decay_steps is not None:
            raise ArgumentError("The compiled loop needs one rate an epoch, and whole gradients; use `TorchReplica`.")
        if config.train.loss not in _LOSSES:
            raise ArgumentError(f"The compiled loop needs the loss {' or '.join(_LOSSES)}; use `TorchReplica`.")
        self._network = read_network(self.model, features.train.shape[1:])
        parameters = flatten_parameters(self.model)
        self._state = np.stack([parameters, np.zeros_like(parameters), np.zeros_like(parameters)])
        self._gradient = np.zeros_like(parameters)
        self._workspace = allocate_workspace(self._network)
        self._steps_done = 0
        self._dropout = next((layer for layer in self.model.reducer if isinstance(layer, SeededDropout2d)), None)

    def compile(self) -> None:
        self._train(EpochUnderWay(np.empty(0, np.int64)), rate=0.0)
        self.scores(self.features.test[:1])

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = np.empty((len(inputs), self._network.head.outputs), np.float32)
        score_inputs(self._network, self._state[0], _flatten(inputs), self._workspace, scores)
        # Two classes have one score inside the loop: y stands for (y, 1 − y).
        return scores if scores.shape[1] > 1 else np.hstack([scores, np.float32(1) - scores])

    def trained_model(self) -> QNLNet:
        restore_parameters(self.model, self._state[0])
        return self.model.eval()

    def _train(self, under_way: EpochUnderWay, rate: float) -> None:
        protocol, inputs, order = self.config.train, self.features.train, under_way.order
        masks = np.empty((len(order), 0), np.float32)
        if self._dropout is not None:
            channels = int(self._network.convolutions[-1, 3])
            masks = draw_dropout_masks(self._dropout.generator, len(order), channels, self._dropout.p)
        under_way.total, under_way.correct = train_epoch(
            self._network,
            _flatten(inputs),
            self.features.train_labels,
            Training(order, masks, rate, _LOSSES[protocol.loss], protocol.batch_size),
            self._state,
            self._gradient,
            self._steps_done,
            self._workspace,
        )
        under_way.done = len(order)
        self._steps_done += -(-len(order) // protocol.batch_size)

    def _own_state(self) -> dict[str, Any]:
        return {"parameters_and_moments": torch.from_numpy(self._state.copy()), "steps_done": self._steps_done}

    def _restore_own_state(self, state: Mapping[str, Any]) -> None:
        self._state[:] = state["parameters_and_moments"].numpy()
        self._steps_done = state["steps_done"]


def _flatten(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns inputs of shape (count, …) as one row each, which the compiled loop wants to lie in one piece."""
    return np.ascontiguousarray(inputs).reshape(len(inputs), -1)
