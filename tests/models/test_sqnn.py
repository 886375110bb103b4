"""SQNN's circuits against numbers of another program and against their formulas, and its authors' images."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike
from refusals import refused
from torch import Tensor, nn

from qnlnet import QuantumLayer
from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import FormulaLayer, build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.formula_layer import Formula
from qnlnet.models.sqnn import build_extractor, build_predictor, cut_quarters, extract, predict
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_sqnn.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals


def cell(*overrides: str) -> RunConfig:
    return load_config("model=sqnn", "data=digits", "data.classes=[3,6]", *overrides)


def double(values: ArrayLike) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float64))


def both_layers(circuit: Circuit, formula: Formula) -> tuple[QuantumLayer, FormulaLayer]:
    layers = QuantumLayer(circuit).double(), FormulaLayer(circuit, formula).double()
    layers[1].load_state_dict(layers[0].state_dict())
    return layers


def evaluate(layer: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    inputs = inputs.clone().requires_grad_()
    outputs = layer(inputs)
    return outputs.detach(), *torch.autograd.grad(outputs.sum(), (inputs, layer.weight))


@pytest.mark.parametrize("way", [0, 1], ids=["circuit", "formula"])
@pytest.mark.parametrize(
    ("name", "circuit", "formula"),
    [("extractor", build_extractor(4), extract), ("predictor", build_predictor(), predict)],
)
def test_output_and_gradients_are_those_of_another_program(
    name: str, circuit: Circuit, formula: Formula, way: int
) -> None:
    layer, expected = both_layers(circuit, formula)[way], GOLDEN[name]
    with torch.no_grad():
        layer.weight.copy_(0.1 * torch.arange(1, len(circuit.weight_params) + 1, dtype=torch.float64))
    output, by_inputs, by_weights = evaluate(layer, 0.2 * torch.arange(1, 5, dtype=torch.float64)[None])
    assert output.item() == pytest.approx(expected["output"], abs=VALUE)
    slopes = dict(expected["grads"])
    np.testing.assert_allclose(by_inputs, slopes.pop("data"), rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, np.concatenate(list(slopes.values())), rtol=0, atol=SLOPE)


def test_the_whole_is_that_of_another_program() -> None:
    model, expected = build_model(cell(), 0).double(), GOLDEN["16 pixels"]
    weights = 0.1 * torch.arange(1, 13, dtype=torch.float64)
    with torch.no_grad():
        model.extractors.weight.copy_(weights + 0.05 * torch.arange(4.0, dtype=torch.float64)[:, None])
        model.predictor.weight.copy_(weights[:4])
    angles = 0.2 * torch.arange(1, 17, dtype=torch.float64).reshape(1, 1, 4, 4)
    values = model.extractors(cut_quarters(angles))
    np.testing.assert_allclose(values.detach()[0, :, 0], expected["extractor_outputs"], rtol=0, atol=VALUE)
    scores = model(angles / math.pi)
    np.testing.assert_allclose(scores.detach()[0], [expected["final"], -expected["final"]], rtol=0, atol=VALUE)
    loss = (scores[0, 0] - 1).square() / 2
    assert loss.item() == pytest.approx(expected["loss_y_plus1"], abs=VALUE)
    slopes = torch.autograd.grad(loss, (model.extractors.weight, model.predictor.weight))
    np.testing.assert_allclose(slopes[0], expected["grad_loss_extractors"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(slopes[1], expected["grad_loss_predictor"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize(
    ("circuit", "formula"),
    [(build_extractor(1), extract), (build_extractor(4), extract), (build_extractor(16), extract)],
    ids=["1 pixel", "4 pixels", "16 pixels"],
)
def test_the_formula_is_what_the_circuit_gives_at_each_size_that_trains(circuit: Circuit, formula: Formula) -> None:
    inputs = math.pi * torch.rand(
        2, circuit.num_inputs, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    running, product = both_layers(circuit, formula)
    for ours, theirs in zip(evaluate(product, inputs), evaluate(running, inputs), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=VALUE)


def test_of_two_layers_of_yy_only_the_sum_counts_and_not_so_with_zz() -> None:
    inputs = torch.rand(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for gates, same in (("yy", True), ("zz", False)):
        _, _, slopes = evaluate(QuantumLayer(build_extractor(4, gates)).double(), inputs)
        assert torch.allclose(slopes[4:8], slopes[8:], rtol=0, atol=1e-12) == same


def test_quarters_are_read_row_by_row() -> None:
    quarters = cut_quarters(torch.arange(16.0).reshape(1, 1, 4, 4))
    assert quarters.tolist() == [[[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]]


@pytest.mark.parametrize("layer", ["quantum", "linear"])
def test_white_is_black_where_a_pixel_is_a_whole_turn(layer: str) -> None:
    images = torch.zeros(2, 1, 4, 4)
    images[1, 0, 0, 1] = 1
    for scaling, same in (("two_pi", layer == "quantum"), ("pi", False)):
        black, white = build_model(cell(f"model.scaling={scaling}", f"layer={layer}"), 0)(images)
        assert torch.allclose(black, white, atol=1e-5) == same


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 52, 52),
        (("model.size=[8,8]",), 196, 196),
        (("model.gates=zz",), 52, 52),
        (("layer=frozen",), 4, 4),
        (("layer=linear",), 17, 0),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_extractors_may_begin_alike() -> None:
    for alike in (True, False):
        weights = build_model(cell(f"model.same_start={str(alike).lower()}"), 0).extractors.weight
        assert (weights[1:] == weights[0]).all() == alike
        assert 0 <= weights.min() < weights.max() < 2 * math.pi
    assert build_model(cell("model.first_weights=small"), 0).extractors.weight.max() < 0.2


def test_circuit_and_formula_train_alike() -> None:
    epochs = []
    for way in ("formula", "circuit"):
        config = cell(f"model.evaluate={way}", "protocol=paper")
        epochs.append(build_replica(config, 0, prepare_features(load_dataset(config.data), config)).advance())
    assert epochs[0].train_loss == pytest.approx(epochs[1].train_loss, abs=1e-5)


def test_the_paper_protocol_is_the_authors_code() -> None:
    config = cell("protocol=paper")
    train, model = config.train, config.model
    assert (train.loss, train.optimizer, train.batch_size, train.learning_rate) == ("squared", "sgd", 32, 0.1)
    assert (train.epochs, train.drop_last) == (100, True)
    assert (model.scaling, model.duplicates, model.same_start) == ("uint8_wrap", "drop", True)
    model = cell().model
    assert (model.scaling, model.duplicates, model.same_start) == ("pi", "keep", False)


def count_images(*overrides: str) -> tuple[int, int]:
    config = load_config("model=sqnn", "data=mnist", "data.classes=[3,6]", "data.verify=false", *overrides)
    features = prepare_features(load_dataset(config.data), config)
    return len(features.train), len(features.test)


@pytest.mark.usefixtures("real_data_root")
def test_of_the_real_images_as_many_are_left_as_the_authors_code_has() -> None:
    assert count_images("protocol=paper") == (9_994, 1_763)
    assert count_images("protocol=paper", "model.scaling=two_pi") == (10_338, 1_793)
    assert count_images("protocol=paper", "model.size=[8,8]") == (12_049, 1_968)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[1,2,3]",),
            "Argument `data.classes` must name two with model=sqnn, but is [1, 2, 3]. It tells two classes apart: "
            "data.classes=[3,6].",
        ),
        (
            ("model.size=[6,6]",),
            "Argument `model.size` must be a square whose side is a power of two, such as [4,4] or [8,8], but is "
            "[6, 6]. Quarters of it are taken.",
        ),
        (
            ("model.size=[16,16]", "model.gates=zz"),
            "Argument `model.size` must have at most 8 × 8 pixels, but is [16, 16]. A quarter has 64 qubits; "
            "model.evaluate=formula model.gates=yy takes it.",
        ),
        (
            ("layer=linear", "model.gates=zz"),
            "Argument `model.gates` must be left out with layer=linear, but is 'zz'.",
        ),
        (
            ("model.scaling=half",),
            "Argument `model.scaling` must be 'pi', 'two_pi' or 'uint8_wrap', but is 'half'.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
