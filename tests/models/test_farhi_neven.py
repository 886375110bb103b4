"""The readout circuit of Farhi and Neven against numbers of another program, its formula, and the tutorial's images."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import Tensor

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import FormulaLayer, build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.farhi_neven import build_circuit, formula
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_farhi_neven.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals


def cell(*overrides: str) -> RunConfig:
    return load_config("model=farhi_neven", "data=digits", "data.classes=[3,6]", *overrides)


def both_layers(pixels: int) -> tuple[QuantumLayer, FormulaLayer]:
    circuit = build_circuit(pixels)
    return QuantumLayer(circuit).double(), FormulaLayer(circuit, formula).double()


@pytest.mark.parametrize("way", [0, 1], ids=["circuit", "formula"])
def test_output_and_gradients_are_those_of_another_program(way: int) -> None:
    layer = both_layers(4)[way]
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([*GOLDEN["xx"], *GOLDEN["zz"]], dtype=torch.float64))
    output = layer(math.pi * torch.tensor(GOLDEN["bits"], dtype=torch.float64))
    assert output.item() == pytest.approx(GOLDEN["output"], abs=VALUE)
    (gradient,) = torch.autograd.grad(output.sum(), layer.weight)
    np.testing.assert_allclose(gradient, [*GOLDEN["grad_xx"], *GOLDEN["grad_zz"]], rtol=0, atol=SLOPE)


def evaluate(layer: torch.nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    inputs = inputs.clone().requires_grad_()
    outputs = layer(inputs)
    weights = torch.linspace(1, 2, len(outputs), dtype=torch.float64)
    return outputs.detach(), *torch.autograd.grad((outputs[:, 0] * weights).sum(), (inputs, layer.weight))


@pytest.mark.parametrize("pixels", [1, 4, 16])
def test_the_formula_is_what_the_circuit_gives_at_each_size_that_trains(pixels: int) -> None:
    circuit, product = both_layers(pixels)
    product.load_state_dict(circuit.state_dict())
    inputs = math.pi * torch.rand(2, pixels, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for ours, theirs in zip(evaluate(product, inputs), evaluate(circuit, inputs), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=VALUE)


@pytest.mark.parametrize("layer", ["quantum", "linear", "dense"])
def test_scores_are_a_value_and_its_negative(layer: str) -> None:
    scores = build_model(cell(f"layer={layer}"), 0)(torch.rand(5, 1, 4, 4))
    assert torch.equal(scores[:, 0], -scores[:, 1])


@pytest.mark.parametrize(("layer", "trained", "quantum"), [("quantum", 32, 32), ("linear", 17, 0), ("dense", 37, 0)])
def test_what_is_trained(layer: str, trained: int, quantum: int) -> None:
    model = build_model(cell(f"layer={layer}"), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_pixels_become_bits_at_the_threshold() -> None:
    model = build_model(cell("model.threshold=0.25"), 0)
    images = torch.full((1, 1, 4, 4), 0.25)
    assert torch.equal(model(images), model(torch.zeros(1, 1, 4, 4)))
    assert torch.equal(model(images + 0.01), model(torch.ones(1, 1, 4, 4)))


def test_circuit_and_formula_train_alike() -> None:
    epochs = []
    for way in ("formula", "circuit"):
        config = cell("model.size=[2,2]", f"model.evaluate={way}", "protocol=paper", "train.learning_rate=0.01")
        epochs.append(build_replica(config, 0, prepare_features(load_dataset(config.data), config)).advance())
    assert epochs[0].train_loss == pytest.approx(epochs[1].train_loss, abs=1e-5)


def test_the_paper_protocol_is_the_tutorials() -> None:
    config = cell("protocol=paper")
    train = config.train
    assert (train.loss, train.epochs, train.batch_size, train.learning_rate) == ("hinge", 3, 32, 1e-3)
    assert (config.model.duplicates, cell("protocol=common").model.duplicates) == ("drop_in_train", "keep")


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[3,6,1]",),
            "Argument `data.classes` must name two with model=farhi_neven, but is [3, 6, 1]. It tells two "
            "classes apart: data.classes=[3,6].",
        ),
        (
            ("data=digits_as_cifar10",),
            "Argument `data.image_shape` must have one channel with model=farhi_neven, but is [3, 32, 32]. Each pixel "
            "is one number for it.",
        ),
        (
            ("model.size=[4,40]",),
            "Argument `model.size` must be at most the 28 × 28 pixels of the images, but is [4, 40].",
        ),
        (("model.size=[9,8]",), "Argument `model.size` must have at most 64 pixels, but is [9, 8]."),
        (
            ("model.size=[5,4]", "model.evaluate=circuit"),
            "Argument `model.size` must have fewer than 20 pixels, but is [5, 4]. Each has a qubit of its own; "
            "model.evaluate=formula takes more.",
        ),
        (
            ("layer=dense", "model.evaluate=circuit"),
            "Argument `model.evaluate` must be left out with layer=dense, but is 'circuit'.",
        ),
        (("model.threshold=1",), "Argument `model.threshold` must be less than 1, but is 1."),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
