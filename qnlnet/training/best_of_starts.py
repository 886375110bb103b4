"""A replica that trains an epoch from several first weights and goes on from the best of them."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.training.replica import Epoch, Replica

BuildCandidate = Callable[[RunConfig, int], Replica]


class BestOfStarts(Replica):
    """The replica with the smallest training loss after one epoch, of `train.starts` of them.

    Sines have local minima, and a replica that begins beside one stays there; the first epoch tells.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.
        build: Builds a candidate from a configuration with one start, and the number of its first weights.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildCandidate) -> None:
        super().__init__(config, seed, features)
        self._build = build
        self._one_start = config.model_copy(update={"train": config.train.model_copy(update={"starts": 1})})
        self._number = 0  # how many were tried, or of the one that goes on
        self._best: tuple[int, float, dict[str, Any]] = (0, math.inf, {})  # number, training loss, state
        self._candidate: Replica | None = None
        self._is_chosen = False

    def compile(self) -> None:
        self._build(self._one_start, 0).compile()

    def advance(self) -> Epoch:
        if not self._is_chosen:
            self._choose()
        else:
            self._go_on(self._current()).advance()
        self.epochs = list(self._current().epochs)
        return self.epochs[-1]

    def _choose(self) -> None:
        while self._number < self.config.train.starts:
            loss = self._go_on(self._current()).advance().train_loss
            if not self._best[2] or loss < self._best[1]:
                self._best = (self._number, loss, self._current().state())
            self._number, self._candidate = self._number + 1, None
        number, _, state = self._best
        self._number, self._is_chosen, self._best = number, True, (0, math.inf, {})
        self._current().restore(state)

    def _current(self) -> Replica:
        """Returns the replica that trains now; builds it where it has not begun."""
        if self._candidate is None:
            self._candidate = self._build(self._one_start, self._number)
        return self._candidate

    def _go_on(self, candidate: Replica) -> Replica:
        candidate.stop, candidate.on_step = self.stop, self.on_step
        return candidate

    def state(self) -> dict[str, Any]:
        number, loss, best = self._best
        return {
            "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs],
            "number": self._number,
            "is_chosen": self._is_chosen,
            "best": {"number": number, "loss": loss, "state": best},
            "candidate": self._candidate and self._candidate.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.epochs = [Epoch(*values) for values in state["epochs"]]
        self._number, self._is_chosen = state["number"], state["is_chosen"]
        self._best = (state["best"]["number"], state["best"]["loss"], state["best"]["state"])
        self._candidate = None
        if state["candidate"] is not None:
            self._current().restore(state["candidate"])

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._current().scores(inputs)

    def trained_model(self) -> nn.Module:
        return self._current().trained_model()
