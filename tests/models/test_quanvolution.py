"""Quanvolution against numbers of another program, Qiskit's Statevector, single patches and finite differences."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.quantum_info import Statevector
from refusals import refused
from torch import nn

from qnlnet.circuits import Circuit
from qnlnet.config import RunConfig, config_hash, load_config
from qnlnet.models import build_model, count_parameters, family_of
from qnlnet.runs import train_cells

GOLDEN = json.loads((Path(__file__).parent / "golden_quanvolution.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals


def cell(*overrides: str) -> RunConfig:
    return load_config("model=quanvolution", "data=digits", *overrides)


def circuit_of(*overrides: str) -> Circuit:
    return family_of(cell(*overrides)).circuits(cell(*overrides))[0]


def build(*overrides: str, seed: int = 0) -> nn.Module:
    """Returns a model whose circuits compute and give float64."""
    return build_model(cell(*overrides), seed).double()


@pytest.mark.parametrize(
    ("golden", "overrides"),
    [
        ("strong, 1 layer, rx, y", ("circuit=strong", "model.encoding=rx", "model.measured=y")),
        ("strong, 3 layers, rx, y", ("circuit=strong", "model.layers=3", "model.encoding=rx", "model.measured=y")),
        ("basic, 4 layers, rx, z", ("circuit=basic", "model.layers=4", "model.encoding=rx")),
    ],
)
def test_circuits_give_the_numbers_of_another_program(golden: str, overrides: tuple[str, ...]) -> None:
    expected = GOLDEN[golden]
    layer = build(*overrides).filters[0]
    weights = 0.1 * torch.arange(1, layer.weight.numel() + 1, dtype=torch.float64)
    inputs = 0.2 * torch.arange(1, 5, dtype=torch.float64)

    def run(angles: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, {"weight": own}, (angles,))

    np.testing.assert_allclose(run(inputs, weights).detach(), expected["values"], rtol=0, atol=VALUE)
    by_inputs, by_weights = torch.autograd.functional.jacobian(run, (inputs, weights))
    np.testing.assert_allclose(by_inputs, expected["by_inputs"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, expected["by_weights"], rtol=0, atol=SLOPE)


def test_an_image_gives_the_numbers_of_another_program_patch_by_patch() -> None:
    model = build("circuit=basic", "model.rotation=ry", "model.layers=2", "layer=quantum")
    with torch.no_grad():
        model.filters[0].weight.copy_(0.1 * torch.arange(1, 9, dtype=torch.float64))
    image = torch.arange(1, 17, dtype=torch.float64).reshape(1, 1, 4, 4) / 16
    with torch.no_grad():
        maps = model.maps(image)
    # Map k holds the value of qubit k; there the values of a patch stand at its four pixels.
    at_pixels = torch.nn.functional.pixel_shuffle(maps, 2)[0, 0]
    np.testing.assert_allclose(at_pixels, GOLDEN["image"]["values"], rtol=0, atol=VALUE)


@pytest.mark.parametrize("circuit", ["random", "basic", "strong"])
def test_circuits_agree_with_a_state_vector(circuit: str) -> None:
    words = (f"circuit={circuit}", "model.layers=3")
    qnl, layer = circuit_of(*words), build(*words).filters[0]
    inputs = np.random.default_rng(1).uniform(0, math.pi, (3, 4))
    values = layer(torch.from_numpy(inputs)).detach().numpy()
    weights = dict(zip(qnl.weight_params, layer.weight.detach().numpy(), strict=True))
    for row, value in zip(inputs, values, strict=True):
        state = Statevector(qnl.circuit.assign_parameters(weights | dict(zip(qnl.input_params, row, strict=True))))
        expected = [state.expectation_value(observable).real for observable in qnl.observables]
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-12)


def test_each_channel_goes_through_the_same_circuits_by_itself() -> None:
    model = build_model(load_config("model=quanvolution", "data=cifar10", "model.filters=2"), 0).double()
    images = torch.rand(2, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    maps = model.maps(images)
    assert maps.shape == (2, 3 * 8, 8, 8)
    for channel in range(3):
        for number, each in enumerate(model.filters):
            patch = images[1, channel, 4:6, 10:12].reshape(4)
            start = 8 * channel + 4 * number
            torch.testing.assert_close(maps[1, start : start + 4, 2, 5], each(math.pi * patch), rtol=0, atol=1e-14)


def test_the_classical_twin_is_a_convolution_and_tanh() -> None:
    model = build("layer=conv", "model.filters=2")
    linear = model.filters[0][0]
    images = torch.rand(3, 1, 14, 14, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    kernel = math.pi * linear.weight.reshape(8, 1, 2, 2)
    expected = torch.tanh(nn.functional.conv2d(images, kernel, linear.bias, stride=2))
    torch.testing.assert_close(model.maps(images), expected, rtol=0, atol=1e-13)


def test_gradients_are_slopes() -> None:
    model = build("layer=quantum", "circuit=strong", "model.filters=2", "model.size=[4,4]")
    images = torch.rand(2, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: model(x), (images, *model.parameters()), atol=1e-7)
    model(images).square().sum().backward()
    assert all(each.weight.grad.abs().max() > 0 for each in model.filters)


@pytest.mark.parametrize(
    ("overrides", "trained"),
    [
        ((), 394),  # the head: 2 · (196 + 1)
        (("layer=quantum", "circuit=strong"), 12 + 394),
        (("layer=conv",), 20 + 394),
        (("layer=frozen_conv",), 394),
        (("layer=none",), 394),
        (("model.stride=1", "model.filters=3"), 2 * (3 * 4 * 13 * 13 + 1)),
        (("data=cifar10", "data.classes=[0,1,2]"), 3 * (3 * 4 * 8 * 8 + 1)),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int) -> None:
    config = load_config("model=quanvolution", "data=digits", *overrides)
    assert count_parameters(build_model(config, 0)) == trained


def test_the_head_begins_alike_whatever_stands_before_it() -> None:
    heads = [build(f"layer={layer}").head.weight for layer in ("quantum", "frozen", "conv", "frozen_conv", "none")]
    assert all(torch.equal(heads[0], head) for head in heads)


def test_angles_of_random_circuits_follow_from_the_seed_and_gates_from_their_own() -> None:
    def gates(*words: str) -> list[tuple[str, tuple[int, ...]]]:
        qnl = circuit_of("model.layers=2", *words)
        return [(gate.name, tuple(qnl.circuit.find_bit(q).index for q in gate.qubits)) for gate in qnl.circuit.data]

    assert gates() == gates()
    assert gates() != gates("model.circuit_seed=1")
    first, second = build("model.filters=2").filters
    assert not torch.equal(first.weight, second.weight)
    assert torch.equal(first.weight, build("model.filters=2").filters[0].weight)
    weights = torch.cat([build(seed=seed).filters[0].weight for seed in range(50)])
    assert 0 < weights.min() < 0.2
    assert 2 * math.pi - 0.2 < weights.max() < 2 * math.pi
    config = cell("model.filters=2")
    assert len({qnl.weight_names for qnl in family_of(config).circuits(config)}) == 2


@pytest.mark.slow  # Aer
@pytest.mark.parametrize("layer", ["frozen", "quantum"])
def test_trains_on_digits_and_frozen_circuits_stay_as_they_are_drawn(layer: str, tmp_path: Path) -> None:
    words = ("train.learning_rate=1e-2", "train.epochs=10", "seeds=1", f"output_dir={tmp_path}")
    config = cell(f"layer={layer}", "circuit=strong", "model.measured=y", *words)
    (run,) = train_cells([config])
    rows = run.seed_rows()
    assert (rows.test_accuracy > 94).all()
    assert set(rows.model) == {"quanvolution"}
    assert set(rows.num_qubits) == {4}
    saved = torch.load(run.directory / "models" / "seed-0.pt", weights_only=True)["state_dict"]
    before = build_model(config, 0).state_dict()
    assert torch.equal(saved["filters.0.weight"], before["filters.0.weight"]) == (layer == "frozen")
    assert not torch.equal(saved["head.weight"], before["head.weight"])


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (("data=mnist",), (14, 14)),
        (("data=cifar10",), (16, 16)),
        (("data=digits", "data.image_shape=[1,7,8]", "model.stride=1"), (7, 8)),
        (("data=mnist", "model.size=[28,7]", "model.stride=1"), (28, 7)),
    ],
)
def test_images_are_halved_where_that_is_whole(data: tuple[str, ...], size: tuple[int, int]) -> None:
    assert load_config("model=quanvolution", *data).model.size == size


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.patch=5",), "Argument `model.patch` must be at most 4, but is 5."),
        (("model.filters=1000000000",), "Argument `model.filters` must be at most 256, but is 1000000000."),
        (("model.layers=1000",), "Argument `model.layers` must be at most 256, but is 1000."),
        (("model.size=[4]",), "Argument `model.size` must be height and width, such as [14,14], but is [4]."),
        (
            ("protocol=corrected",),
            "Argument `protocol` must be common or paper with model=quanvolution, but is 'corrected'. This one is for "
            "model=qnl_net. Choose protocol=common.",
        ),
        (("model.stride=0",), "Argument `model.stride` must be at least 1, but is 0."),
        (
            ("model.stride=5",),
            "Argument `model.stride` must lead patches of 2 pixels to the edge of all 14, but is 5. Pixels behind the "
            "last patch would not be seen.",
        ),
        (
            ("model.size=[10,14]",),
            "Argument `model.size` must divide the 28 × 28 pixels of the images, but is [10, 14]. Blocks of pixels are "
            "averaged.",
        ),
        (("model.size=[2,2]", "model.patch=4"), "Argument `model.size` must be at least model.patch=4, but is [2, 2]."),
        (
            ("model.rotation=ry",),
            "Argument `model.rotation` must be left out with circuit=random, but is 'ry'. It is for circuit=basic.",
        ),
        (
            ("circuit=strong", "model.circuit_seed=3"),
            "Argument `model.circuit_seed` must be left out with circuit=strong, but is 3. It is for circuit=random.",
        ),
        (("circuit=qnl",), "Argument `circuit` must be 'random', 'basic' or 'strong', but is 'qnl'."),
        (
            ("layer=conv", "backend=aer"),
            "Argument `backend` must be exact with layer=conv, but is 'aer'. Leave backend out: there is no circuit to "
            "run.",
        ),
        (
            ("backend=runtime",),
            "Argument `backend` must be exact, statevector or aer with model=quanvolution, but is 'runtime'. On a "
            "device QNL-Net's circuits run, and no others yet.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_the_usual_size_written_out_is_the_same_cell() -> None:
    assert config_hash(cell()) == config_hash(cell("model.size=[14,14]"))
    assert config_hash(cell()) != config_hash(cell("model.size=[28,28]"))
