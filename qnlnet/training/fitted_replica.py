"""A replica that is fitted once: one epoch, and no loss."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, build_model
from qnlnet.models.fitted import FittedModule
from qnlnet.training.replica import BuildModel, Epoch, Replica
from qnlnet.training.scoring import check_scores, labels_of, score_with_model


class FittedReplica(Replica):
    """A replica of a model that fits itself to the training images in one go.

    Args:
        config: The cell.
        seed: Seed of all random streams.
        features: Model inputs of both splits.
        build: Builds the model that is to be fitted from `config` and `seed`.
    """

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features)
        model = build(config, seed)
        if not isinstance(model, FittedModule):
            raise ArgumentError(
                f"The model {config.model.name} must be a FittedModule, as its loop is fitted, but is a "
                f"{type(model).__name__}."
            )
        self.model = model

    def advance(self) -> Epoch:
        features = self.features
        self.model.fit(torch.from_numpy(features.train), torch.from_numpy(features.train_labels))
        with torch.no_grad():
            check_scores(self.model.eval()(torch.from_numpy(features.train[:1])), 1, self.config)
        on_train, on_test = (
            100 * float((labels_of(self.scores(inputs)) == labels).mean())
            for inputs, labels in ((features.train, features.train_labels), (features.test, features.test_labels))
        )
        epoch = Epoch(1, math.nan, on_train, on_test)
        self.epochs.append(epoch)
        return epoch

    def state(self) -> dict[str, Any]:
        return {
            "epochs": [dataclasses.astuple(epoch) for epoch in self.epochs],
            "model": {name: value.clone() for name, value in self.model.state_dict().items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.epochs = [Epoch(*values) for values in state["epochs"]]
        self.model.load_state_dict(state["model"])

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return score_with_model(self.model, inputs)

    def trained_model(self) -> FittedModule:
        self.model.eval()
        return self.model
