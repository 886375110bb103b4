"""Stacked quanvolutions with skips against numbers of another program, and which gradients reach the first of them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import Tensor, nn

from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, count_parameters, family_of, prepare_features
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_resqunn.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
SKIPS = ("none", "early", "late", "all")
LAYERS = ("quantum", "frozen", "conv", "none")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=resqunn", "data=digits", *overrides)


def build(*overrides: str, seed: int = 0) -> nn.Module:
    """Returns a model that computes and gives float64."""
    return build_model(cell(*overrides), seed).double()


def small(*overrides: str) -> tuple[nn.Module, list[Tensor], Tensor]:
    """Returns a model of images of 4 × 4 pixels with the weights of the other program, these, and its image."""
    model = build("model.size=[4,4]", *overrides)
    weights = [layer.circuit.weight for layer in model.layers]
    with torch.no_grad():
        for number, weight in enumerate(weights):
            weight.copy_(0.1 * torch.arange(1, 9, dtype=torch.float64) + (0.05 if number else 0))
    return model, weights, torch.arange(1, 17, dtype=torch.float64).reshape(1, 1, 4, 4) / 16


@pytest.mark.parametrize("name", GOLDEN["skips"])
def test_maps_and_gradients_are_those_of_another_program(name: str) -> None:
    skip, detached = name.split(", ")
    expected = GOLDEN["skips"][name]
    detach = f"model.detach_between_layers={str(detached == 'detached').lower()}"
    model, (first, second), image = small(f"model.skip={skip}", detach)
    maps = model.maps(image)
    if expected["map"] is not None:
        np.testing.assert_allclose(maps.detach()[0, 0], expected["map"], rtol=0, atol=VALUE)
    gradient = torch.autograd.grad((maps * image).sum(), (first, second), allow_unused=True)
    by_first, by_second = (torch.zeros(8) if each is None else each for each in gradient)
    np.testing.assert_allclose(by_first, expected["by_first"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_second, expected["by_second"], rtol=0, atol=SLOPE)


def test_one_quanvolution_gives_the_numbers_of_another_program() -> None:
    model, _, image = small("model.quanvolutions=1")
    np.testing.assert_allclose(model.maps(image).detach()[0, 0], GOLDEN["first layer"], rtol=0, atol=VALUE)


@pytest.mark.parametrize(
    ("skip", "around"),
    [("none", (0, 0, 0)), ("early", (1, 1, 0)), ("late", (0, 1, 1)), ("all", (1, 1, 1))],
)
def test_skips_add_inputs_to_outputs(skip: str, around: tuple[int, ...]) -> None:
    model = build("model.quanvolutions=3", f"model.skip={skip}", "model.size=[4,14]")
    image = torch.rand(1, 1, 4, 14, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    patch = image[0, 0, 2:4, 4:6].flatten()
    for layer, added in zip(model.layers, around, strict=True):
        patch = added * patch + layer.circuit(math.pi * patch)
    torch.testing.assert_close(model.maps(image)[0, 0, 2:4, 4:6].flatten(), patch, rtol=0, atol=1e-13)


def few(config: RunConfig) -> Features:
    whole = prepare_features(load_dataset(config.data), config)
    return Features(whole.train[:40], whole.train_labels[:40], whole.test[:8], whole.test_labels[:8])


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("skip", SKIPS)
def test_without_a_skip_around_the_last_no_gradient_goes_back_where_layers_are_detached(
    skip: str, detached: bool
) -> None:
    words = (f"model.skip={skip}", f"model.detach_between_layers={detached}", "model.size=[14,14]")
    config = cell("train.epochs=1", "train.gradient_norms=true", *words)
    norms = build_replica(config, 0, few(config)).advance().gradient_norms
    assert list(norms) == ["layers.0.circuit.weight", "layers.1.circuit.weight", "head.weight", "head.bias"]
    assert (norms["layers.0.circuit.weight"] == 0) == (detached and skip in ("none", "early"))
    assert min(norms["layers.1.circuit.weight"], norms["head.weight"], norms["head.bias"]) > 0


def test_every_weight_of_the_circuit_reaches_an_output() -> None:
    (circuit,) = family_of(cell()).circuits(cell())
    assert len(circuit.weight_params) == 8
    assert not analyse_circuit(circuit).dead_parameters


def test_each_channel_goes_through_by_itself() -> None:
    model = build_model(load_config("model=resqunn", "data=cifar10", "model.size=[8,8]", "model.skip=all"), 0).double()
    images = torch.rand(2, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    maps = model.maps(images)
    assert maps.shape == images.shape
    for channel in range(3):
        alone = model.maps(images[:, channel : channel + 1])
        torch.testing.assert_close(maps[:, channel : channel + 1], alone, rtol=0, atol=0)


def test_the_classical_twin_is_a_convolution_whose_maps_are_pixels() -> None:
    model = build("layer=conv", "model.quanvolutions=1")
    images = torch.rand(3, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    linear = model.layers[0]
    maps = nn.functional.conv2d(images, linear.weight.reshape(4, 1, 2, 2), linear.bias, stride=2)
    torch.testing.assert_close(model.maps(images), nn.functional.pixel_shuffle(maps, 2), rtol=0, atol=1e-14)


def test_blocks_are_runs_of_pixels() -> None:
    words = ("data.classes=[0,1,2,3,4,5,6,7,8,9]", "model.head=blocks")
    model = build_model(load_config("model=resqunn", "data=cifar10", *words), 0).double()
    maps = torch.rand(2, 3, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    runs = maps.mean(dim=1).flatten(1).tensor_split(10, dim=1)
    assert [run.shape[1] for run in runs] == [103] * 4 + [102] * 6
    expected = torch.stack([run.mean(dim=1) for run in runs], dim=1)
    torch.testing.assert_close(model.head(maps.flatten(1)), expected, rtol=0, atol=1e-7)  # shares are float32
    assert count_parameters(model) == 16


@pytest.mark.parametrize(
    ("overrides", "trained"),
    [
        ((), 16 + 1570),
        (("model.layers=3", "model.quanvolutions=3", "model.skip=all"), 36 + 1570),
        (("layer=frozen",), 1570),
        (("layer=conv",), 40 + 1570),
        (("model.patch=1", "model.size=[14,14]"), 4 + 394),
        (("layer=none",), 1570),
        (("model.head=blocks",), 16),
        (("model.size=[14,14]",), 16 + 394),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int) -> None:
    assert count_parameters(build_model(cell(*overrides), 0)) == trained


def test_the_head_begins_alike_whatever_stands_before_it() -> None:
    heads = [build(f"layer={layer}").head.weight for layer in LAYERS]
    assert all(torch.equal(heads[0], head) for head in heads)
    assert torch.equal(build().layers[1].circuit.weight, build("layer=frozen").layers[1].circuit.weight)
    assert not torch.equal(build().layers[0].circuit.weight, build().layers[1].circuit.weight)


def test_circuits_have_a_learning_rate_of_their_own() -> None:
    config = cell("protocol=paper", "train.epochs=1", "train.batch_size=64", "model.size=[14,14]")
    assert (config.train.learning_rate, config.model.layer_rate) == (1e-3, 10)
    replica = build_replica(config, 0, few(config))
    before = build_model(config, 0)
    replica.advance()
    steps = {
        name: (parameter - dict(before.named_parameters())[name]).abs().max().item()
        for name, parameter in replica.trained_model().named_parameters()
    }
    # The first step of Adam is the learning rate wherever there is a gradient.
    assert steps["layers.0.circuit.weight"] == pytest.approx(1e-2, rel=1e-3)
    assert steps["head.weight"] == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize(
    ("overrides", "accuracy"), [(("model.skip=all",), 97), (("model.head=blocks", "model.skip=late"), 60)]
)
def test_trains_on_digits(overrides: tuple[str, ...], accuracy: float) -> None:
    config = cell("train.learning_rate=3e-2", "train.epochs=3", "model.size=[14,14]", *overrides)
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.train_accuracy > accuracy


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("model.skip=x_o1",),
            "Argument `model.skip` must be 'none', 'early', 'late' or 'all', but is 'x_o1'.",
        ),
        (("model.quanvolutions=0",), "Argument `model.quanvolutions` must be at least 1, but is 0."),
        (("model.layer_rate=0",), "Argument `model.layer_rate` must be greater than 0, but is 0."),
        (("model.size=[4]",), "Argument `model.size` must be height and width, such as [14,14], but is [4]."),
        (
            ("model.size=[10,14]",),
            "Argument `model.size` must divide the 28 × 28 pixels of the images, but is [10, 14]. Blocks of pixels are "
            "averaged.",
        ),
        (
            ("model.size=[7,14]",),
            "Argument `model.size` must be a multiple of model.patch=2, as patches lie side by side, but is [7, 14].",
        ),
        (("layer=none", "model.skip=all"), "Argument `model.skip` must be left out with layer=none, but is 'all'."),
        (("layer=conv", "model.layers=3"), "Argument `model.layers` must be left out with layer=conv, but is 3."),
        (
            ("model.quanvolutions=1", "model.detach_between_layers=true"),
            "Argument `model.detach_between_layers` must be left out with quanvolutions=1, but is True.",
        ),
        (
            ("model.quanvolutions=1", "model.skip=early"),
            "Argument `model.skip` must be none or all with quanvolutions=1, but is 'early'. Between these there is "
            "nothing to skip.",
        ),
        (
            ("layer=frozen", "model.head=blocks"),
            "Argument `model.head` must be linear with layer=frozen, but is 'blocks'. Nothing would be trained.",
        ),
        (
            ("layer=none", "backend=aer"),
            "Argument `backend` must be exact with layer=none, but is 'aer'. Leave backend out: there is no circuit to "
            "run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_the_usual_size_written_out_is_the_same_cell() -> None:
    assert config_hash(cell()) == config_hash(cell("model.size=[28,28]"))
