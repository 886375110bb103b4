"""The losses and a whole compiled step against torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from qnlnet.config import RunConfig, load_config
from qnlnet.models import Features, build_model
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.models.qnl_net.reducers import SeededDropout2d
from qnlnet.training.compiled.losses import CROSS_ENTROPY, RAW_NLL
from qnlnet.training.compiled.network import flatten_parameters

MakeFeatures = Callable[..., Features]
CompiledStep = Callable[..., Any]
LINEAR = "a linear layer in place of the circuit"
LOSSES = {RAW_NLL: nn.NLLLoss(), CROSS_ENTROPY: nn.CrossEntropyLoss()}
CELLS = {
    "mnist cnn": ("reducer=cnn",),
    "cifar10 cnn": ("reducer=cnn", "data=cifar10", "ansatz=2"),
    "pca": ("reducer=pca", "ansatz=1"),
    "pca r=D=2": ("reducer=pca", "r=2", "D=2"),
    f"mnist cnn, {LINEAR}": ("reducer=cnn",),
    f"pca, {LINEAR}": ("reducer=pca",),
}


def build(cell: str, config: RunConfig) -> QNLNet:
    model = build_model(config, 1)
    if LINEAR in cell:
        torch.manual_seed(1)
        model.quantum = nn.Linear(4, 1)
    return model


def model_that_answers(y: float) -> QNLNet:
    """A model whose score of class 0 is `y` whatever it sees."""
    model = build_model(load_config("reducer=pca"), 0)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.fill_(y)
    return model


@pytest.mark.slow
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("kind", list(LOSSES))
@pytest.mark.parametrize("y", [0.5, 0.0, 1.0, -0.3, 2.5, 8.0, -8.0, 40.0, -40.0, 200.0, -200.0, 1e30, -1e30])
def test_losses_agree_with_torch_up_to_the_largest_margins(
    y: float, kind: int, label: int, compiled_step: CompiledStep
) -> None:
    labels = np.array([label])
    step = compiled_step(model_that_answers(y), np.ones((1, 4), np.float32), labels, kind)
    score = torch.tensor(y, dtype=torch.float32).double().requires_grad_()
    loss = LOSSES[kind](torch.stack([score, 1 - score])[None], torch.from_numpy(labels))
    loss.backward()
    assert score.grad is not None
    # y, 1 − y and the margin 2y − 1 are rounded once each, to 2^-24 of their size or of 1.
    size = max(abs(y), 1)
    assert step.loss == pytest.approx(loss.item(), abs=4 * 2.0**-24 * size)
    # The derivative by y is what the bias of the head gets; a rounded margin moves it by that much at most.
    assert step.gradient[-1] == pytest.approx(score.grad.item(), abs=8 * 2.0**-24 * min(size, 64))
    assert step.correct == int((0 if y >= 0.5 else 1) == label)


def test_cross_entropy_keeps_small_losses_and_gradients_apart_from_zero(compiled_step: CompiledStep) -> None:
    step = compiled_step(model_that_answers(20.0), np.ones((1, 4), np.float32), np.array([0]), CROSS_ENTROPY)
    assert step.loss == pytest.approx(np.exp(-39.0), rel=1e-5)  # log(1 + e^−39)
    assert step.gradient[-1] == pytest.approx(-2 * np.exp(-39.0), rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("kind", list(LOSSES))
@pytest.mark.parametrize("cell", list(CELLS))
def test_gradient_of_every_parameter_agrees_with_torch(
    cell: str, kind: int, batch: int, make_features: MakeFeatures, compiled_step: CompiledStep
) -> None:
    config = load_config(*CELLS[cell])
    features = make_features(config, batch)
    # Two models of the same seed, as the layer draws its masks when it is called.
    model, reference = build(cell, config), build(cell, config)
    dropout = next((layer for layer in model.reducer if isinstance(layer, SeededDropout2d)), None)
    masks = None
    if dropout is not None:
        masks = dropout(torch.ones(batch, config.model.cnn_channels[1], 1, 1))[:, :, 0, 0].numpy()
        assert (masks == 0).any()
    step = compiled_step(model, features.train, features.train_labels, kind, masks=masks)

    scores = reference(torch.from_numpy(features.train))
    loss = LOSSES[kind](scores, torch.from_numpy(features.train_labels))
    loss.backward()
    assert step.loss / batch == pytest.approx(loss.item(), abs=1e-6)
    start = 0
    for name, parameter in reference.named_parameters():
        assert parameter.grad is not None
        expected = parameter.grad.numpy().ravel()
        result = step.gradient[start : start + expected.size]
        start += expected.size
        # About ten layers, each of sums of up to 300 products whose roundings add up like √300 · 2^-24.
        bound = 10 * np.sqrt(300) * 2.0**-24 * np.abs(expected).max()
        np.testing.assert_allclose(result, expected, rtol=0, atol=bound, err_msg=name)
    assert start == step.gradient.size
    assert np.abs(step.gradient).max() > 0


@pytest.mark.parametrize("cell", list(CELLS))
def test_a_whole_step_agrees_with_torch(cell: str, make_features: MakeFeatures, compiled_step: CompiledStep) -> None:
    config = load_config(*CELLS[cell])
    features, rate = make_features(config, 3), 1e-3
    model = build(cell, config)
    step = compiled_step(model, features.train, features.train_labels, RAW_NLL, rate=rate)
    before = flatten_parameters(model)
    for layer in model.reducer:
        if isinstance(layer, SeededDropout2d):
            layer.eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    scores = model(torch.from_numpy(features.train))
    LOSSES[RAW_NLL](scores, torch.from_numpy(features.train_labels)).backward()
    optimizer.step()
    # The first step of Adam has the length of the rate where the gradient is well above ε = 1e-8, else less.
    gradient = torch.cat([p.grad.ravel() for p in model.parameters() if p.grad is not None]).numpy()
    clear = np.abs(gradient) > 1e-4 * np.abs(gradient).max()
    assert clear.mean() > 0.1
    np.testing.assert_allclose(
        (step.parameters - before)[clear], (flatten_parameters(model) - before)[clear], rtol=0, atol=2.0**-23
    )
    assert np.abs(step.parameters - before).max() == pytest.approx(rate, rel=1e-3)
