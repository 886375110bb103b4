"""Let the Quantum Creep In against numbers of the authors' code, what it equals, and what its complex angles do."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import Tensor, nn

from qnlnet.config import RunConfig, load_config
from qnlnet.models import build_model, count_parameters, count_quantum_parameters
from qnlnet.models.creep_in.flipped import FlippedQuanvolution
from qnlnet.models.creep_in.network import compose
from qnlnet.models.creep_in.reuploading import ReuploadingLinear
from qnlnet.runs import train_cells

GOLDEN = json.loads((Path(__file__).parent / "golden_creep_in.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
ALL = "data.classes=[0,1,2,3,4,5,6,7,8,9]"
LEVEL_2 = ("model.level=2", "model.maps=[4,2]")
EVERY = {
    "level 0": ("model.level=0",),
    "level 1": ("model.level=1",),
    "level 1, complex": ("model.level=1", "model.parameters=complex"),
    "level 2": LEVEL_2,
    "level 2, complex": (*LEVEL_2, "model.parameters=complex"),
    "conv": (*LEVEL_2, "layer=conv"),
    "relu": ("model.level=0", "layer=relu"),
    "linear": ("model.level=0", "layer=linear"),
}


def cell(*overrides: str) -> RunConfig:
    return load_config("model=creep_in", "data=digits", *overrides)


def count_up(step: float, *shape: int) -> Tensor:
    """Returns step, 2 step, 3 step …"""
    return step * torch.arange(1, math.prod(shape) + 1, dtype=torch.float64).reshape(shape)


def golden_quanvolution(has_imaginary: bool = True) -> FlippedQuanvolution:
    layer = FlippedQuanvolution(2, 2, has_imaginary=has_imaginary).double()
    with torch.no_grad():
        layer.angles.weight.copy_(count_up(0.1, 2, 2, 15))
        layer.bias.copy_(count_up(0.1, 2))
    return layer


@pytest.mark.parametrize("way", ["forward", "measure"])
@pytest.mark.parametrize("has_imaginary", [True, False], ids=["complex", "real"])
def test_quanvolutions_give_the_numbers_of_the_authors_code(way: str, has_imaginary: bool) -> None:
    expected, layer = GOLDEN["quanvolution"], golden_quanvolution(has_imaginary)
    image = count_up(0.04, 2, 5, 5).requires_grad_()
    out = getattr(layer, way)(image[None])[0]
    np.testing.assert_allclose(out.detach(), expected["out"], rtol=0, atol=VALUE)
    np.testing.assert_allclose(layer.weight[0, 0].detach() * 2, expected["kernel"], rtol=0, atol=VALUE)  # 2 channels
    (out * count_up(1 / 18, 2, 3, 3)).sum().backward()
    np.testing.assert_allclose(image.grad, expected["by_image"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(layer.angles.weight.grad, expected["by_real"], rtol=0, atol=SLOPE)
    if has_imaginary:
        np.testing.assert_allclose(layer.angles.imaginary.grad, expected["by_imaginary"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize("has_imaginary", [True, False], ids=["complex", "real"])
def test_reuploading_gives_the_numbers_of_the_authors_code(has_imaginary: bool) -> None:
    expected, layer = GOLDEN["reuploading"], ReuploadingLinear(2, 4, 2, has_imaginary=has_imaginary).double()
    with torch.no_grad():
        layer.angles.weight.copy_(0.1 * torch.sin(count_up(1, 2, 15)))
        layer.bias.copy_(count_up(0.05, 4))
    inputs = count_up(0.02, 13).requires_grad_()
    out = layer(inputs[None])[0]
    np.testing.assert_allclose(out.detach(), expected["out"], rtol=0, atol=VALUE)
    (out * count_up(1, 4)).sum().backward()
    np.testing.assert_allclose(inputs.grad, expected["by_x"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(layer.angles.weight.grad, expected["by_real"], rtol=0, atol=SLOPE)
    if has_imaginary:
        np.testing.assert_allclose(layer.angles.imaginary.grad, expected["by_imaginary"], rtol=0, atol=SLOPE)


def test_kernels_are_symmetric_positive_and_of_rank_2() -> None:
    kernels = FlippedQuanvolution(3, 5, has_imaginary=False).double().weight.detach()
    values = torch.linalg.eigvalsh(kernels)
    assert torch.equal(kernels, kernels.mT)
    assert values[..., 0].abs().max() < 1e-12
    assert values[..., 1].min() > 0
    assert (3 * kernels.diagonal(dim1=-2, dim2=-1).sum(-1)).max() < 1  # of a state's four probabilities the first three


def test_imaginary_parts_that_are_trained_leave_no_unitary_circuits() -> None:
    norms = {}
    for has_imaginary in (True, False):
        layer = golden_quanvolution(has_imaginary)
        optimizer = torch.optim.Adam(layer.parameters(), lr=5e-3)
        for _ in range(5):
            optimizer.zero_grad()
            layer(count_up(0.04, 1, 2, 5, 5)).sum().backward()
            optimizer.step()
        norms[has_imaginary] = (layer.states().detach().abs() ** 2).sum(-1)
    assert norms[True].max() < 0.96
    torch.testing.assert_close(norms[False], torch.ones_like(norms[False]), rtol=0, atol=1e-12)


def test_real_and_imaginary_parts_train_as_complex_parameters_do() -> None:
    layer = golden_quanvolution()
    angles = count_up(0.1, 2, 2, 15).to(torch.complex128).requires_grad_()
    ours, theirs = torch.optim.Adam(layer.angles.parameters()), torch.optim.Adam([angles])
    for _ in range(3):
        ours.zero_grad()
        layer(count_up(0.04, 1, 2, 5, 5)).sum().backward()
        angles.grad = torch.complex(layer.angles.weight.grad, layer.angles.imaginary.grad)
        ours.step()
        theirs.step()
    together = torch.complex(layer.angles.weight, layer.angles.imaginary)
    torch.testing.assert_close(together, angles, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ["level 0", "level 1, complex"])
def test_what_is_computed_as_one_is_the_layers_one_by_one(name: str) -> None:
    model = build_model(cell(*EVERY[name], "model.maps=[4,3]"), 0).double()
    images = torch.rand(2, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gradients = []
    for by_patches in (False, True):
        model.by_patches = by_patches
        scores = model(images)
        slopes = torch.autograd.grad((scores * count_up(1, *scores.shape)).sum(), tuple(model.parameters()))
        gradients.append((scores.detach(), *slopes))
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-11)


def test_two_convolutions_are_one() -> None:
    first, second = nn.Conv2d(3, 4, 3).double(), nn.Conv2d(4, 2, 3).double()
    images = torch.rand(2, 3, 7, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    kernels, bias = compose(first, second)
    whole = nn.functional.conv2d(images, kernels, bias)
    torch.testing.assert_close(whole, second(first(images)), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("level", "is_affine"), [("level 0", True), ("level 1", True), ("relu", False)])
def test_without_activation_scores_are_linear_in_the_pixels(level: str, is_affine: bool) -> None:
    model = build_model(cell(*EVERY[level]), 0).double()
    one, other = torch.rand(2, 1, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        apart = model((one + other) / 2) - (model(one) + model(other)) / 2
    assert (apart.abs().max() < 1e-10) == is_affine


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("channels", [1, 3])
def test_parameters_are_as_many_as_published(number: int, channels: int) -> None:
    data = "data=mnist" if channels == 1 else "data=cifar10"
    model = build_model(cell(data, ALL, f"model.level={number}"), 0)
    assert count_parameters(model) == GOLDEN["parameters"][f"level{number}_in{channels}"]


@pytest.mark.parametrize(
    ("name", "trained", "quantum"),
    [
        ("level 1", 32 + 16 + 25_090 + 8_160, 8_160),  # two classes
        ("level 1, complex", 32 + 16 + 25_090 + 2 * 8_160, 2 * 8_160),
        ("level 2", 6 + 2 + 12 * 15 + 10 * 4_095, 12 * 15 + 10 * 4_095),  # 1,568 values on six qubits
        ("conv", 40 + 74 + 2 + 10 * 4_095, 10 * 4_095),
        ("relu", 320 + 4_624 + 25_090, 0),
        ("linear", 2 * 1_024 + 2, 0),
    ],
)
def test_what_is_trained(name: str, trained: int, quantum: int) -> None:
    model = build_model(cell(*EVERY[name]), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_frozen_circuits_stay_while_biases_are_trained() -> None:
    model = build_model(cell(*LEVEL_2, "layer=frozen"), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (8, 0)


def test_heads_begin_alike_whatever_stands_before() -> None:
    heads = [build_model(cell(*EVERY[name]), 0).head.state_dict() for name in ("level 0", "level 1", "relu")]
    heads += [build_model(cell(*EVERY[name]), 0).head.state_dict() for name in ("level 2", "conv")]
    for one, other in ((0, 1), (0, 2), (3, 4)):
        assert all(torch.equal(value, heads[other][key]) for key, value in heads[one].items())


def test_images_are_framed_by_dark_pixels() -> None:
    assert cell().model.padding == 2
    assert cell("data=digits_as_cifar10").model.padding == 0
    model = build_model(cell("model.level=0", "layer=linear"), 0)
    with torch.no_grad():
        model.head.weight.fill_(1)
        model.head.bias.zero_()
    assert model(torch.ones(1, 1, 28, 28))[0, 0].item() == 28**2 - (32**2 - 28**2)


def test_the_recipe_is_the_authors() -> None:
    config = cell("protocol=paper")
    keys = ("optimizer", "learning_rate", "weight_decay", "batch_size", "epochs", "shuffle", "loss", "lr_decay")
    expected = ("adam", 5e-4, 0.0, 200, 50, True, "cross_entropy", 1.0)
    assert tuple(getattr(config.train, key) for key in keys) == expected
    assert (config.model.parameters, cell("protocol=common").model.parameters) == ("complex", "real")
    assert cell("protocol=paper", "model.level=0").model.parameters == "real"


@pytest.mark.slow  # trains
@pytest.mark.parametrize("name", ["level 1", "level 2, complex"])
def test_trains_on_digits(name: str, tmp_path: Path) -> None:
    own = ("train.epochs=4", "train.batch_size=50", "train.learning_rate=3e-3", "seeds=1", f"output_dir={tmp_path}")
    config = cell(*EVERY[name], *own).model_copy(update={"choices": ()})
    (run,) = train_cells([config])
    (row,) = run.seed_rows().to_dict("records")
    assert row["test_accuracy"] > 90


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.level=3",), "Argument `model.level` must be 0, 1 or 2, but is 3."),
        (("layer=conv",), "Argument `model.level` must be 2 with layer=conv, but is 1."),
        (("layer=linear",), "Argument `model.level` must be 0 with layer=linear, but is 1."),
        (("layer=frozen", "model.level=0"), "Argument `model.level` must be 1 or 2 with layer=frozen, but is 0."),
        (
            ("model.level=0", "layer=linear", "model.maps=[2,2]"),
            "Argument `model.maps` must be left out with layer=linear, but is (2, 2).",
        ),
        (
            ("model.repetitions=3",),
            "Argument `model.repetitions` must be left out with model.level=1, but is 3.",
        ),
        (
            ("model.level=0", "model.evaluate=patches"),
            "Argument `model.evaluate` must be left out with model.level=0, but is 'patches'.",
        ),
        (
            ("model.level=2", "model.num_qubits=6"),
            "Argument `model.num_qubits` must be 7 or more, but is 6. Its matrices hold the 12,544 values that "
            "the head sees.",
        ),
        (
            ("model.level=2", "model.maps=[1,100]"),
            "Argument `model.maps` must leave at most 65,536 values to the head with model.level=2, but is [1, 100]. "
            "These leave 78,400.",
        ),
        (
            ("data.image_shape=[1,4,8]",),
            "Argument `data.image_shape` must have more than 4 pixels in height and width with model=creep_in, but is "
            "[1, 4, 8]. Its convolutions leave out two at each side: take a larger model.padding.",
        ),
        (
            ("backend=aer",),
            "Argument `backend` must be exact with layer=quantum, but is 'aer'. Leave backend out: there is no circuit "
            "to run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
