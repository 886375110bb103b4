"""The models against the released architecture, against closed forms, and against a second draw of their weights."""

import math

import numpy as np
import pytest
import torch
from qiskit_machine_learning.connectors import TorchConnector
from torch import Tensor, nn

from qnlnet.config import load_config
from qnlnet.models import build_model
from qnlnet.models.dropout import SeededDropout
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.seeding import integer_seed

# float32 carries 24 bits: one rounding costs at most 2^-24 of the value, a few dozen of them at most this.
FLOAT32_SUM = 64 * 2.0**-24


def build(*overrides: str, seed: int = 0) -> QNLNet:
    return build_model(load_config(*overrides), seed)


def count_parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("data", "reducer", "expected"),
    [("mnist", "cnn", 34_287), ("cifar10", "cnn", 41_319), ("mnist", "pca", 27), ("cifar10", "pca", 27)],
)
def test_models_have_as_many_parameters_as_the_released_ones(data: str, reducer: str, expected: int) -> None:
    for ansatz in "012":
        assert count_parameters(build(f"data={data}", f"reducer={reducer}", f"ansatz={ansatz}")) == expected


def test_only_repetitions_of_the_ansatz_add_parameters() -> None:
    assert count_parameters(build("reducer=pca", "r=3")) == 27
    assert count_parameters(build("reducer=pca", "D=3")) == 27 + 2 * 5


@pytest.mark.parametrize(
    ("data", "channels", "filters", "flat", "shapes"),
    [
        ("mnist", 1, (2, 16), 256, [(2, 24, 24), (2, 12, 12), (16, 8, 8), (16, 4, 4)]),
        ("cifar10", 3, (6, 12), 300, [(6, 28, 28), (6, 14, 14), (12, 10, 10), (12, 5, 5)]),
    ],
)
def test_cnn_has_the_released_layers(
    data: str, channels: int, filters: tuple[int, int], flat: int, shapes: list[tuple[int, ...]]
) -> None:
    config = load_config(f"data={data}")
    layers = list(build_model(config, 0).reducer)
    kinds = [nn.Conv2d, nn.ReLU, nn.MaxPool2d] * 2 + [SeededDropout, nn.Flatten, nn.Linear, nn.ReLU, nn.Linear]
    assert [type(layer) for layer in layers] == kinds
    first, _, pool, second, _, second_pool, dropout, _, hidden, _, last = layers
    assert (first.in_channels, first.out_channels, second.out_channels) == (channels, *filters)
    for convolution in (first, second):
        assert (convolution.kernel_size, convolution.stride, convolution.padding) == ((5, 5), (1, 1), (0, 0))
    assert pool.kernel_size == second_pool.kernel_size == 2
    assert dropout.p == 0.5
    assert (hidden.in_features, hidden.out_features, last.in_features, last.out_features) == (flat, 128, 128, 4)

    signal, seen = torch.zeros(1, *config.data.image_shape), []
    for layer in layers:
        signal = layer(signal)
        seen.append(tuple(signal.shape[1:]))
    assert [seen[index] for index in (0, 2, 3, 5)] == shapes
    assert seen[-4:] == [(flat,), (128,), (128,), (4,)]


def test_pca_model_has_one_linear_layer_before_the_circuit_and_one_unit_after_it() -> None:
    model = build("reducer=pca")
    (linear,) = model.reducer
    assert (type(linear), linear.in_features, linear.out_features) == (nn.Linear, 4, 4)
    assert (type(model.head), model.head.in_features, model.head.out_features) == (nn.Linear, 1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("overrides", [("reducer=cnn",), ("reducer=cnn", "data=cifar10"), ("reducer=pca",)])
def test_the_two_scores_add_up_to_one(overrides: tuple[str, ...]) -> None:
    model = build(*overrides).eval()
    config = load_config(*overrides)
    shape = config.data.image_shape if config.model.reducer.name == "cnn" else (4,)
    inputs = torch.randn(5, *shape, generator=torch.Generator().manual_seed(0))
    scores = model(inputs)
    assert scores.shape == (5, 2)
    assert scores[:, 0].unique().numel() == 5
    torch.testing.assert_close(scores[:, 1], 1 - scores[:, 0], rtol=0, atol=0)


def closed_form(ansatz: str, x: Tensor, weights: Tensor) -> Tensor:
    """The expectation value of Z on qubit 3 with r = D = 1; `weights` in the order of the gates."""
    _, theta, phi, g, _ = weights
    value = torch.sin(g) * torch.sin(2 * x[:, 3])
    if ansatz == "0":
        return value * torch.sin(theta) * torch.cos(2 * x[:, 1]) * torch.sin(phi) * torch.cos(2 * x[:, 2])
    return value if ansatz == "1" else -value * torch.sin(theta) * torch.cos(2 * x[:, 1])


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_the_model_is_the_closed_form_between_two_linear_layers(ansatz: str) -> None:
    model = build("reducer=pca", f"ansatz={ansatz}", seed=5)
    inputs = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    state = {name: value.double() for name, value in model.state_dict().items()}
    features = inputs.double() @ state["reducer.0.weight"].T + state["reducer.0.bias"]
    value = closed_form(ansatz, features, state["quantum.weight"])
    y = value * state["head.weight"][0, 0] + state["head.bias"][0]
    with torch.no_grad():
        scores = model(inputs)
    torch.testing.assert_close(scores[:, 0].double(), y, rtol=0, atol=FLOAT32_SUM)


@pytest.mark.parametrize("overrides", [("reducer=cnn",), ("reducer=pca", "D=3")])
def test_initial_weights_belong_to_the_seed_alone(overrides: tuple[str, ...]) -> None:
    torch.manual_seed(1)
    first = build(*overrides, seed=3)
    torch.manual_seed(2)
    again, other = build(*overrides, seed=3), build(*overrides, seed=4)
    for name, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        assert not torch.equal(value, other.state_dict()[name])


def test_building_a_model_leaves_the_global_generators_alone() -> None:
    torch.manual_seed(0)
    np.random.seed(0)
    before = torch.get_rng_state()
    build("reducer=cnn", seed=1)
    assert torch.equal(before, torch.get_rng_state())
    assert np.random.random() == np.random.RandomState(0).random()


@pytest.mark.slow
def test_circuit_weights_fill_the_interval_from_minus_one_to_one() -> None:
    config = load_config("reducer=pca", "D=20")
    weights = torch.cat([build_model(config, seed).state_dict()["quantum.weight"] for seed in range(20)]).numpy()
    assert len(weights) == 2000
    assert np.abs(weights).max() <= 1
    # Five standard errors of the mean (std 1/√3) and of the mean square (std 2/√45) of 2000 draws from U[−1, 1].
    assert abs(weights.mean()) < 5 * math.sqrt(1 / 3 / 2000)
    assert abs((weights**2).mean() - 1 / 3) < 5 * math.sqrt(4 / 45 / 2000)


@pytest.mark.parametrize("overrides", [("reducer=cnn",), ("reducer=cnn", "data=cifar10"), ("reducer=pca",)])
def test_weights_are_torchs_defaults_drawn_in_the_order_of_the_released_model(overrides: tuple[str, ...]) -> None:
    # PyTorch initialises convolutions and linear layers, weights then biases, from U[−1/√fan_in, 1/√fan_in].
    config = load_config(*overrides)
    generator = torch.Generator().manual_seed(integer_seed(7, "weights"))
    state = build_model(config, 7).state_dict()
    layers = [name.removesuffix(".weight") for name in state if name.startswith("reducer") and name.endswith("weight")]
    for layer in [*layers, "quantum", "head"]:
        weight = state[f"{layer}.weight"]
        bound = 1.0 if layer == "quantum" else 1 / math.sqrt(weight[0].numel())
        for name in ("weight", "bias")[: 1 if layer == "quantum" else 2]:
            value = state[f"{layer}.{name}"]
            expected = torch.empty_like(value).uniform_(-bound, bound, generator=generator)
            torch.testing.assert_close(value, expected, rtol=4 * 2.0**-24, atol=4 * 2.0**-24 * bound)


def test_weight_names_say_which_gate_each_weight_turns() -> None:
    # The released code keeps the weights in a set, so that their order differs from process to process.
    quantum = build("reducer=pca", "D=2").quantum
    assert isinstance(quantum, TorchConnector)
    names = [parameter.name for parameter in quantum.neural_network.weight_params]
    one = ["rz_q0_rep{}", "ry_q1_rep{}", "ry_q2_rep{}", "rx_q3_rep{}", "rz_q0_rep{}_closing"]
    assert names == [name.format(repetition) for repetition in (1, 2) for name in one]
