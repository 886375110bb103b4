"""Quantum pointwise convolution against numbers of another program, quadratic forms by Qiskit, and its twins."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.quantum_info import Operator
from refusals import refused
from torch import Tensor, nn

from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import build_model, count_parameters, family_of, prepare_features
from qnlnet.runs.dead_parameters import DeadParameters
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_quantum_pointwise.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
LAYERS = ("quantum", "frozen", "conv", "normalised_conv", "quadratic")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=quantum_pointwise", "data=digits", *overrides)


def build(*overrides: str, seed: int = 0) -> nn.Module:
    """Returns a model that computes and gives float64."""
    return build_model(cell(*overrides), seed).double()


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("layers", GOLDEN["layers"])
def test_a_pixel_gives_the_numbers_of_another_program(layers: str) -> None:
    expected = GOLDEN["layers"][layers]
    layer = build(f"model.layers={layers}", "model.kernels=1").layer
    weight = layer.kernels.weight
    with torch.no_grad():
        weight.copy_(0.1 * torch.arange(1, weight.numel() + 1, dtype=torch.float64))
    pixel = (0.2 * torch.arange(1, 17, dtype=torch.float64)).reshape(1, 16, 1, 1).requires_grad_()
    maps = layer(pixel)
    np.testing.assert_allclose(maps.detach().flatten(), expected["values"], rtol=0, atol=VALUE)
    weighted = (maps.flatten() * torch.arange(1, 5)).sum()
    by_channels, by_weights = torch.autograd.grad(weighted, (pixel, weight))
    np.testing.assert_allclose(by_channels.flatten(), expected["by_channels"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights.flatten(), expected["by_weights"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize(
    "words", [(), ("model.channels=6", "model.kernels=2"), ("model.channels=64", "model.kernels=8")]
)
def test_maps_are_quadratic_forms_of_each_pixel(words: tuple[str, ...]) -> None:
    model = build(*words).layer
    (circuit,) = family_of(cell(*words)).circuits(cell(*words))
    n, maps = circuit.circuit.num_qubits, draw(2, cell(*words).model.channels, 3, 2)
    values = model(maps).detach()
    pixel = maps[1, :, 2, 0].numpy()
    unit = np.zeros(2**n)
    unit[: len(pixel)] = pixel / np.linalg.norm(pixel)
    for kernel in (0, cell(*words).model.kernels - 1):
        own = dict(zip(circuit.weight_params, model.kernels.weight[kernel].tolist(), strict=True))
        unitary = Operator(circuit.circuit.assign_parameters(own)).data
        for wire, observable in enumerate(circuit.observables):
            form = (unitary.conj().T @ observable.to_matrix() @ unitary).real
            assert values[1, kernel * n + wire, 2, 0] == pytest.approx(unit @ form @ unit, abs=1e-12)


def test_the_matrix_of_a_map_is_that_of_another_program() -> None:
    (circuit,) = family_of(cell()).circuits(cell())
    own = dict(zip(circuit.weight_params, 0.1 * np.arange(1, 25), strict=True))
    unitary = Operator(circuit.circuit.assign_parameters(own)).data
    form = (unitary.conj().T @ circuit.observables[0].to_matrix() @ unitary).real
    np.testing.assert_allclose(form[0], GOLDEN["first row of Re(U†Z₀U), 2 layers"], rtol=0, atol=VALUE)


@pytest.mark.parametrize("layer", ["quantum", "quadratic"])
def test_forms_are_even_and_blind_to_the_norm(layer: str) -> None:
    model, maps = build(f"layer={layer}").layer, draw(2, 16, 3, 3)
    for other in (-maps, 1e-3 * maps, 1e6 * maps):
        torch.testing.assert_close(model(other), model(maps), rtol=0, atol=1e-13)


@pytest.mark.parametrize("layer", LAYERS)
def test_channels_that_are_all_zero_give_zeros_and_no_slope_but_a_finite_one(layer: str) -> None:
    model = build(f"layer={layer}").layer
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
    maps = draw(1, 16, 2, 2)
    maps[..., 1, 1] = 0
    maps.requires_grad_()
    values = model(maps)
    assert (values[..., 1, 1] == 0).all()
    values.square().sum().backward()
    assert torch.isfinite(maps.grad).all()
    assert (maps.grad[..., 1, 1] == 0).all()


def test_a_frozen_or_trained_circuit_has_the_classical_parts_of_its_twins() -> None:
    models = {layer: build(f"layer={layer}") for layer in LAYERS}
    first = models["quantum"].state_dict()
    for model in models.values():
        others = {key: value for key, value in model.state_dict().items() if not key.startswith("layer.")}
        assert others
        assert all(torch.equal(value, first[key]) for key, value in others.items())
    assert torch.equal(models["frozen"].layer.kernels.weight, models["quantum"].layer.kernels.weight)
    weights = models["quantum"].layer.kernels.weight
    assert weights.shape == (4, 24)
    assert 0 <= weights.min() < weights.max() < 2 * np.pi


@pytest.mark.parametrize(
    ("layer", "own"),
    [
        (("quantum", "model.layers=1"), 48),
        (("quantum", "model.layers=4"), 192),
        (("frozen",), 0),
        (("conv",), 272),
        (("normalised_conv",), 272),
        (("quadratic",), 16 * 136),
    ],
)
def test_what_is_trained(layer: tuple[str, ...], own: int) -> None:
    word, *words = layer
    around = (9 * 16 + 16 + 32) + (9 * 16 + 16 + 32) + 32 + (9 * 16 * 32 + 32 + 64) + (32 * 2 + 2)
    assert count_parameters(build(f"layer={word}", *words)) == around + own


def test_the_classical_twins_are_what_they_are_called() -> None:
    maps = draw(2, 16, 3, 3)
    units = maps / maps.norm(dim=1, keepdim=True)
    normalised = build("layer=normalised_conv").layer
    torch.testing.assert_close(normalised(maps), normalised.convolution(units), rtol=0, atol=1e-14)
    forms = build("layer=quadratic").layer
    matrices = torch.zeros(16, 16, 16, dtype=torch.float64)
    rows, columns = torch.triu_indices(16, 16)
    matrices[:, rows, columns] = matrices[:, columns, rows] = forms.weight.detach()
    expected = torch.einsum("bchw,mcd,bdhw->bmhw", units, matrices, units)
    torch.testing.assert_close(forms(maps), expected, rtol=0, atol=1e-13)
    assert matrices.square().sum(dim=(1, 2)).mean() == pytest.approx(16, rel=0.1)


def test_the_last_turns_cannot_reach_an_output() -> None:
    sentence = DeadParameters().sentence(cell("model.layers=3"))
    names = ", ".join(f"rz_after_q{qubit}_layer3" for qubit in range(4))
    assert sentence.startswith(f"4 of 36 weights of the circuit ({names}) cannot reach the output")


@pytest.mark.parametrize("channels", [16, 32, 64])
def test_circuits_stand_behind_the_stage_of_so_many_channels(channels: int) -> None:
    words = ("data=cifar10", "model.network=resnet20", f"model.channels={channels}", "model.kernels=8")
    model = build_model(load_config("model=quantum_pointwise", *words, "layer=conv"), 0).eval()
    seen: list[tuple[int, ...]] = []
    model.layer.register_forward_hook(lambda _, arguments, maps: seen.append((*arguments[0].shape, *maps.shape)))
    with torch.no_grad():
        assert model(torch.rand(2, 3, 32, 32)).shape == (2, 2)
    pixels, qubits = 512 // channels, channels.bit_length() - 1
    assert seen == [(2, channels, pixels, pixels, 2, 8 * qubits, pixels, pixels)]


def test_a_resnet_has_its_size() -> None:
    words = ("data=cifar10", "data.classes=[0,1,2,3,4,5,6,7,8,9]", "model.network=resnet20", "layer=conv")
    model = build_model(load_config("model=quantum_pointwise", *words), 0)
    convolutions = [part for part in model.modules() if isinstance(part, nn.Conv2d) and part.kernel_size == (3, 3)]
    assert len(convolutions) == 19
    # 272,474 with shortcuts by convolution, as published tables have it; and the layer with its BN.
    assert count_parameters(model) == 272_474 + 272 + 32


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["quantum", "quadratic"])
def test_trains_on_digits(layer: str) -> None:
    config = cell("train.learning_rate=1e-2", "train.epochs=6", f"layer={layer}")
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.train_accuracy > 97


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.channels=1",), "Argument `model.channels` must be at least 2, but is 1."),
        (("model.channels=65",), "Argument `model.channels` must be at most 64, but is 65."),
        (("model.kernels=0",), "Argument `model.kernels` must be at least 1, but is 0."),
        (
            ("model.network=resnet20", "model.channels=8"),
            "Argument `model.channels` must be 16, 32 or 64 with network=resnet20, but is 8. The circuits stand behind "
            "the stage of so many channels.",
        ),
        (
            ("layer=conv", "model.layers=3"),
            "Argument `model.layers` must be left out with layer=conv, but is 3. There is no circuit.",
        ),
        (
            ("data.image_shape=[1,7,28]",),
            "Argument `data.image_shape` must have at least 8 × 8 pixels with model=quantum_pointwise, but is "
            "[1, 7, 28].",
        ),
        (
            ("layer=quadratic", "backend=aer"),
            "Argument `backend` must be exact with layer=quadratic, but is 'aer'. Leave backend out: there is no "
            "circuit to run.",
        ),
        (
            ("backend=runtime",),
            "Argument `backend` must be exact, statevector or aer with model=quantum_pointwise, but is 'runtime'. On a "
            "device QNL-Net's circuits run, and no others yet.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
