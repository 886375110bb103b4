"""A replica that trains in the compiled loop."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.models import Features, QNLNet, build_model, draw_dropout_masks
from qnlnet.training.losses import CROSS_ENTROPY, RAW_NLL
from qnlnet.training.network import flatten_parameters, read_network, restore_parameters
from qnlnet.training.replica import BuildModel, EpochUnderWay, Replica
from qnlnet.training.steps import allocate_workspace, score_inputs, train_epoch


class CompiledReplica(Replica):
    """A replica that trains in the compiled loop (backend=exact)."""

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features, build)
        self._network = read_network(self.model, features.train.shape[1:])
        parameters = flatten_parameters(self.model)
        self._state = np.stack([parameters, np.zeros_like(parameters), np.zeros_like(parameters)])
        self._gradient = np.zeros_like(parameters)
        self._workspace = allocate_workspace(self._network)
        self._steps_done = 0

    def compile(self) -> None:
        self._train(EpochUnderWay(np.empty(0, np.int64)), rate=0.0)
        self.scores(self.features.test[:1])

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = np.empty((len(inputs), self.model.head.out_features), np.float32)
        score_inputs(self._network, self._state[0], _flatten(inputs), self._workspace, scores)
        return scores

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
            order,
            masks,
            self._state,
            self._gradient,
            self._steps_done,
            rate,
            RAW_NLL if protocol.loss == "raw_nll" else CROSS_ENTROPY,
            protocol.batch_size,
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
