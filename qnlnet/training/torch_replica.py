"""A replica that trains in a plain torch loop."""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from qnlnet.config import RunConfig, TrainConfig
from qnlnet.models import Features, build_model, family_of
from qnlnet.training.augmentation import build_augmentation
from qnlnet.training.gradient_norms import add_gradient_norms
from qnlnet.training.losses import find_loss
from qnlnet.training.rates import changes_in_an_epoch, gradient_decay, learning_rate
from qnlnet.training.replica import BuildModel, Stopped
from qnlnet.training.scoring import check_scores, score_with_model
from qnlnet.training.stepwise import EpochUnderWay, StepwiseReplica


class TorchReplica(StepwiseReplica):
    """A replica that trains in a loop over mini-batches in torch: any model, on any backend."""

    def __init__(self, config: RunConfig, seed: int, features: Features, build: BuildModel = build_model) -> None:
        super().__init__(config, seed, features, build)
        self._rate_factors = family_of(config).rate_factors
        every = [self._rate_factors(config, done) for done in range(config.train.epochs)]
        groups = _group_by_factors(self.model, every)
        self._names = [next(iter(group)) for group in groups]  # a parameter of each, whose factor is that of all there
        self._optimizer = _build_optimizer([{"params": list(group.values())} for group in groups], config.train)
        self._loss = find_loss(config.train.loss, config.train.label_smoothing)
        self._augmentation = build_augmentation(config, seed)

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return score_with_model(self.model, inputs)

    def trained_model(self) -> nn.Module:
        return self.model.eval()

    def _train(self, under_way: EpochUnderWay, rate: float) -> None:
        self._set_rate(rate)
        self.model.train()
        train = self.config.train
        while under_way.done < len(under_way.order):
            if self.stop.is_set():  # an epoch by parameter shift takes minutes
                raise Stopped
            if changes_in_an_epoch(train):
                self._follow_schedule(under_way)
            batch = under_way.order[under_way.done : under_way.done + train.batch_size]
            inputs = torch.from_numpy(self.features.train[batch])
            labels = torch.from_numpy(self.features.train_labels[batch])
            self._optimizer.zero_grad()
            scores = self.model(inputs if self._augmentation is None else self._augmentation.apply(inputs))
            check_scores(scores, len(batch), self.config)
            loss = self._loss(scores, labels)
            loss.backward()
            if train.gradient_norms:
                add_gradient_norms(under_way.gradient_norms, self.model)
            if train.clip_norm is not None:
                nn.utils.clip_grad_norm_(self.model.parameters(), train.clip_norm)
            if train.clip_value is not None:
                nn.utils.clip_grad_value_(self.model.parameters(), train.clip_value)
            self._optimizer.step()
            under_way.total += loss.item() * len(batch)
            under_way.correct += int((scores.argmax(dim=1) == labels).sum())
            under_way.done += len(batch)
            self.on_step()

    def _follow_schedule(self, under_way: EpochUnderWay) -> None:
        """Sets what the schedule has for the next step."""
        train, epochs = self.config.train, len(self.epochs)
        step, steps = (math.ceil(count / train.batch_size) for count in (under_way.done, len(under_way.order)))
        self._set_rate(learning_rate(train, epochs, step, steps))
        decay = gradient_decay(train, epochs, step, steps)
        for group in self._optimizer.param_groups if decay is not None else ():
            group["betas"] = (decay, group["betas"][1])

    def _set_rate(self, rate: float) -> None:
        factors = self._rate_factors(self.config, len(self.epochs))
        for group, name in zip(self._optimizer.param_groups, self._names, strict=True):
            group["lr"] = rate * _find_factor(name, factors)

    def _own_state(self) -> dict[str, Any]:
        return {
            "model": deepcopy(self.model.state_dict()),  # torch gives the tensors that training goes on changing
            "optimizer": deepcopy(self._optimizer.state_dict()),
            **({} if self._augmentation is None else {"augmentation": self._augmentation.state()}),
        }

    def _restore_own_state(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(deepcopy(state["optimizer"]))
        if self._augmentation is not None:
            self._augmentation.restore(state["augmentation"])


def _build_optimizer(parameters: list[dict[str, Any]], train: TrainConfig) -> torch.optim.Optimizer:
    rate, decay = train.learning_rate, train.weight_decay
    if train.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=train.momentum, weight_decay=decay)
    kind = torch.optim.AdamW if train.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, lr=rate, weight_decay=decay)


def _group_by_factors(model: nn.Module, every: Sequence[Mapping[str, float]]) -> list[dict[str, nn.Parameter]]:
    """Returns the parameters of a model in groups that have the same learning rate in all epochs.

    Args:
        model: The model.
        every: The factors of the learning rate in each epoch.

    Returns:
        Parameters by their names; those without a factor in any epoch come first.
    """
    groups: dict[tuple[float, ...], dict[str, nn.Parameter]] = {(1.0,) * len(every): {}}
    for name, parameter in model.named_parameters():
        groups.setdefault(tuple(_find_factor(name, factors) for factors in every), {})[name] = parameter
    return [group for group in groups.values() if group]


def _find_factor(name: str, factors: Mapping[str, float]) -> float:
    """Returns the factor of the learning rate of a parameter: its own, or that of the part that it is in."""
    return next((factor for part, factor in factors.items() if f"{name}.".startswith(f"{part}.")), 1.0)
