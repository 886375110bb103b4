"""HQNN-Quanv against numbers of other programs, single patches, parameter counts, and what is wrong in public code."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import nn

from qnlnet.config import RunConfig, config_hash, load_config, unusual_settings
from qnlnet.models import build_model, count_parameters
from qnlnet.runs import train_cells

GOLDEN = json.loads((Path(__file__).parent / "golden_hqnn_quanv.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
SINGLE = 3e-8  # of numbers below 1 that came out of single precision
ALL = "data.classes=[0,1,2,3,4,5,6,7,8,9]"
COLOUR = ("data=cifar10", "model.joint_channels=3", "model.patch=1", "model.size=[2,2]", "model.stride=1")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=hqnn_quanv", "data=digits", *overrides)


def build(*overrides: str) -> nn.Module:
    """Returns a model whose circuits compute and give float64."""
    return build_model(cell(*overrides), 0).double()


def draw_images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("golden", "overrides"),
    [
        ("strong", ()),
        ("strong, 3 layers", ("model.layers=3",)),
        ("basic", ("circuit=basic",)),
        ("cnot", ("circuit=cnot",)),
    ],
)
def test_circuits_give_the_numbers_of_other_programs(golden: str, overrides: tuple[str, ...]) -> None:
    expected = GOLDEN[golden]
    layer = build(*overrides).filter.circuit
    weights = 0.1 * torch.arange(1, layer.weight.numel() + 1, dtype=torch.float64)
    inputs = 0.2 * torch.arange(1, 5, dtype=torch.float64)

    def run(angles: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, {"weight": own}, (angles,))

    np.testing.assert_allclose(run(inputs, weights).detach(), expected["values"], rtol=0, atol=VALUE)
    by_inputs, by_weights = torch.autograd.functional.jacobian(run, (inputs, weights))
    np.testing.assert_allclose(by_inputs, expected["by_inputs"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, expected["by_weights"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize("order", ["correct", "mixed"])
def test_joint_channels_give_the_numbers_of_the_public_code_in_either_order(order: str) -> None:
    model = build(*COLOUR, f"model.patch_order={order}").filter
    with torch.no_grad():
        model.circuit.weight.copy_(0.1 * torch.arange(1, 10, dtype=torch.float64))
        angles = 0.1 * torch.arange(1, 13, dtype=torch.float64).reshape(1, 3, 2, 2)
        maps = model(torch.atanh(angles * 2 / math.pi))
    np.testing.assert_allclose(maps[0], GOLDEN["colour"][order], rtol=0, atol=SINGLE)


@pytest.mark.parametrize(
    ("circuit", "stride", "angle"),
    [
        ("strong", 2, lambda pixels: math.pi / 2 * torch.tanh(pixels)),
        ("basic", 2, lambda pixels: math.pi * pixels),
        ("cnot", 1, lambda pixels: math.pi * pixels),
    ],
)
def test_maps_hold_what_the_circuit_makes_of_each_patch(circuit: str, stride: int, angle) -> None:
    model = build("data=cifar10", f"circuit={circuit}", "model.size=[8,8]").filter
    images = draw_images(2, 3, 8, 8)
    maps = model(images)
    side = 6 // stride + 1
    assert maps.shape == (2, 12, side, side)
    for channel in range(3):
        patch = images[1, channel, stride : stride + 2, 2 * stride : 2 * stride + 2].reshape(4)
        expected = model.circuit(angle(patch))
        torch.testing.assert_close(maps[1, 4 * channel : 4 * channel + 4, 1, 2], expected, rtol=0, atol=1e-14)


def test_channels_by_themselves_change_places_as_in_the_public_code() -> None:
    correct, mixed = (
        build("data=cifar10", "model.size=[4,4]", f"model.patch_order={order}").filter for order in ("correct", "mixed")
    )
    images = draw_images(2, 3, 4, 4)
    rows = correct(images).reshape(2, 3, 4, 2, 2).permute(0, 1, 3, 4, 2)  # image, channel, row, column, qubit
    expected = rows.reshape(2, 2, 2, 3, 4).permute(0, 3, 4, 1, 2).reshape(2, 12, 2, 2)
    torch.testing.assert_close(mixed(images), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("overrides", "trained"),
    [
        ((), 12 + 8 + 1970),
        (("layer=frozen",), 8 + 1970),
        (("layer=conv",), 20 + 8 + 1970),
        (("layer=frozen_conv",), 8 + 1970),
        (("layer=none",), 1970),
        (("circuit=basic",), 16 + 1970),
        (("circuit=basic", "model.detached=true"), 16 + 1970),  # as the public code counts them
        (("circuit=basic", "layer=conv"), 20 + 1970),
        (("circuit=cnot",), 4 + 6770),
        (("circuit=cnot", "model.weights=zeros"), 4 + 6770),
        (("model.layers=3",), 36 + 8 + 1970),
        (("data=cifar10",), 12 + 24 + 7690),
        (("data=cifar10", "layer=conv"), 20 + 24 + 7690),
        (("data=cifar10", "model.joint_channels=3"), 36 + 24 + 7690),
        (("data=cifar10", "model.joint_channels=3", "layer=conv"), 12 * 13 + 24 + 7690),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int) -> None:
    assert count_parameters(build_model(cell("data=mnist", ALL, *overrides), 0)) == trained


@pytest.mark.parametrize("circuit", ["strong", "basic"])
def test_the_classical_twin_is_a_convolution_with_what_stands_behind_the_circuit(circuit: str) -> None:
    model = build("layer=conv", f"circuit={circuit}", "data=cifar10", "model.size=[4,4]").train()
    images, linear = draw_images(3, 3, 4, 4), model.filter.convolution
    maps = [nn.functional.conv2d(images[:, [c]], linear.weight, linear.bias, stride=2) for c in range(3)]
    expected = torch.cat(maps, dim=1)
    if circuit == "strong":
        expected = torch.relu(nn.functional.batch_norm(expected, None, None, training=True))
    torch.testing.assert_close(model(images), model.head(expected.flatten(1)), rtol=0, atol=1e-13)


def test_the_head_begins_alike_whatever_stands_before_it() -> None:
    heads = [build(f"layer={layer}").head.weight for layer in ("quantum", "frozen", "conv", "frozen_conv", "none")]
    heads += [build("circuit=basic", *trap).head.weight for trap in ((), ("model.detached=true",))]
    assert all(torch.equal(heads[0], head) for head in heads)


@pytest.mark.parametrize("circuit", ["strong", "basic", "cnot"])
def test_gradients_are_slopes(circuit: str) -> None:
    model = build(f"circuit={circuit}", "model.size=[4,4]").eval()
    images = draw_images(2, 1, 4, 4).requires_grad_()
    trained = (model.filter.circuit.weight, model.head.weight)
    assert torch.autograd.gradcheck(lambda x, *_: model(x), (images, *trained), atol=1e-7)
    model(images).square().sum().backward()
    assert model.filter.circuit.weight.grad.abs().max() > 0


def test_detached_weights_count_as_trained_and_never_move() -> None:
    usual, detached = build("circuit=basic"), build("circuit=basic", "model.detached=true")
    images = draw_images(2, 1, 14, 14)
    torch.testing.assert_close(usual(images), detached(images), rtol=0, atol=0)
    detached(images).square().sum().backward()
    weight = detached.filter.circuit.circuit.weight
    assert weight.requires_grad
    assert weight.grad is None
    assert detached.head.weight.grad.abs().max() > 0


def test_zeros_stand_in_place_of_weights_that_count_as_trained() -> None:
    zeros, usual = build("circuit=cnot", "model.weights=zeros"), build("circuit=cnot")
    with torch.no_grad():
        drawn = usual.filter.circuit.weight.clone()
        usual.filter.circuit.weight.zero_()
    images = draw_images(2, 1, 14, 14)
    torch.testing.assert_close(usual(images), zeros(images), rtol=0, atol=0)
    zeros(images).square().sum().backward()
    weight = zeros.filter.circuit.weight
    assert torch.equal(weight, drawn)
    assert weight.requires_grad
    assert weight.grad is None


def test_scores_go_through_relu_where_asked_for() -> None:
    images = draw_images(2, 1, 14, 14)
    plain, cut = (build("circuit=basic", f"model.relu_scores={word}")(images) for word in ("false", "true"))
    assert plain.min() < 0
    torch.testing.assert_close(cut, plain.relu(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("circuit", "recipe"),
    [
        ("strong", ("adam", 1e-3, 0.0, 1e-4, 64, 10, True)),
        ("basic", ("sgd", 3e-3, 0.9, 0.0, 4, 40, False)),
        ("cnot", ("sgd", 3e-3, 0.9, 0.0, 4, 40, False)),
    ],
)
def test_each_circuit_has_the_recipe_of_its_code(circuit: str, recipe: tuple[object, ...]) -> None:
    keys = ("optimizer", "learning_rate", "momentum", "weight_decay", "batch_size", "epochs", "shuffle")
    train = cell("protocol=paper", f"circuit={circuit}").train
    assert tuple(getattr(train, key) for key in keys) == recipe


@pytest.mark.slow  # trains, and Aer
@pytest.mark.parametrize("overrides", [(), ("circuit=basic", "model.detached=true")])
def test_trains_on_digits(overrides: tuple[str, ...], tmp_path: Path) -> None:
    own = ("seeds=1", "train.learning_rate=1e-2", "train.epochs=10", f"output_dir={tmp_path}")
    (run,) = train_cells([cell(*own, *overrides)])
    (row,) = run.seed_rows().to_dict("records")
    assert row["test_accuracy"] > 94
    assert row["num_qubits"] == 4
    assert ("model.detached=True" in row["settings"]) == bool(overrides)
    saved = torch.load(run.directory / "models" / "seed-0.pt", weights_only=True)["state_dict"]
    before = build_model(cell(*own, *overrides), 0).state_dict()
    name = "filter.circuit.circuit.weight" if overrides else "filter.circuit.weight"
    assert torch.equal(saved[name], before[name]) == bool(overrides)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("circuit=cnot", "model.layers=2"),
            "Argument `model.layers` must be left out with circuit=cnot, but is 2. Its gates on four qubits are given.",
        ),
        (
            ("circuit=cnot", "model.patch=3"),
            "Argument `model.patch` must be 2 with circuit=cnot, but is 3. Its gates on four qubits are given.",
        ),
        (
            ("circuit=cnot", "data=cifar10", "model.joint_channels=3"),
            "Argument `model.joint_channels` must be 1 with circuit=cnot, but is 3. Its gates on four qubits are "
            "given.",
        ),
        (("model.joint_channels=3",), "Argument `model.joint_channels` must be 1, but is 3."),
        (
            ("data=cifar10", "model.joint_channels=2"),
            "Argument `model.joint_channels` must be 1 or 3, all channels of the images, but is 2.",
        ),
        (
            ("data=cifar10", "model.joint_channels=3", "model.patch=4"),
            "Argument `model.joint_channels` must leave a circuit of at most 16 qubits, but is 3. 4² pixels of 3 "
            "channels are 48.",
        ),
        (
            ("model.stride=5",),
            "Argument `model.stride` must lead patches of 2 pixels to the edge of all 14, but is 5. Pixels behind the "
            "last patch would not be seen.",
        ),
        (
            ("layer=frozen", "model.detached=true"),
            "Argument `model.detached` must be left out with layer=frozen, but is True. There are no weights that "
            "could be cut off.",
        ),
        (
            ("layer=conv", "model.weights=zeros"),
            "Argument `model.weights` must be left out with layer=conv, but is 'zeros'. There are no trained weights "
            "to stand for.",
        ),
        (
            ("model.detached=true", "model.weights=zeros"),
            "Argument `model.detached` must be left out with model.weights=zeros, but is True. Zeros have no gradient "
            "either.",
        ),
        (
            ("model.patch_order=mixed",),
            "Argument `model.patch_order` must be left out with images of one channel, but is 'mixed'. There is "
            "nothing to mix.",
        ),
        (
            ("data=cifar10", "layer=conv", "model.patch_order=mixed"),
            "Argument `model.patch_order` must be left out with layer=conv, but is 'mixed'. It is the circuits' code "
            "that mixes.",
        ),
        (("circuit=random",), "Argument `circuit` must be 'strong', 'basic' or 'cnot', but is 'random'."),
        (
            ("layer=conv", "backend=aer"),
            "Argument `backend` must be exact with layer=conv, but is 'aer'. Leave backend out: there is no circuit to "
            "run.",
        ),
        (
            ("backend=runtime",),
            "Argument `backend` must be exact, statevector or aer with model=hqnn_quanv, but is 'runtime'. On a "
            "device QNL-Net's circuits run, and no others yet.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_usual_settings_written_out_are_the_same_cell() -> None:
    assert config_hash(cell()) == config_hash(cell("model.size=[14,14]", "model.stride=2", "model.layers=1"))
    assert config_hash(cell()) != config_hash(cell("model.layers=2"))


def test_rows_say_what_does_not_follow_from_the_circuit() -> None:
    words = {
        "circuit=basic": "model.circuit=basic",
        "circuit=cnot": "model.circuit=cnot",
        "circuit=cnot model.stride=2": "model.circuit=cnot model.stride=2",
        "circuit=basic model.layers=1": "model.circuit=basic model.layers=1",
    }
    assert {word: unusual_settings(cell(*word.split())) for word in words} == words
