"""The variational circuit of Peddireddy et al. against numbers of another program; its dead weights; how it trains."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.quantum_info import Statevector
from refusals import refused

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import (
    AutoencoderCode,
    PrincipalComponents,
    build_model,
    count_parameters,
    count_quantum_parameters,
    family_of,
    prepare_features,
)
from qnlnet.models.tensor_ring_vqc import build_circuit
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica
from qnlnet.training.losses import find_loss

GOLDEN = json.loads((Path(__file__).parent / "golden_tensor_ring_vqc.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
INPUTS = 0.2 * torch.arange(1, 5, dtype=torch.float64)


def cell(*overrides: str) -> RunConfig:
    return load_config("model=tensor_ring_vqc", "data=digits", *overrides)


def golden_layer(depth: int, classes: int = 2) -> QuantumLayer:
    """Returns the layer in float64, with the weights of the golden numbers."""
    layer = QuantumLayer(build_circuit(4, depth, classes)).double()
    with torch.no_grad():
        layer.weight.copy_(0.1 * torch.arange(1, 12 * depth + 1, dtype=torch.float64))
    return layer


@pytest.mark.parametrize("depth", [1, 2])
def test_output_and_gradients_are_those_of_another_program(depth: int) -> None:
    golden, layer, inputs = GOLDEN[f"depth_{depth}"], golden_layer(depth), INPUTS.clone().requires_grad_()
    outputs = layer(inputs)
    zeros, ones = golden["probabilities"][0], golden["probabilities"][-1]
    np.testing.assert_allclose(outputs.detach(), [zeros, ones], rtol=0, atol=VALUE)
    slopes = torch.autograd.grad(outputs[0] + 2 * outputs[1], (inputs, layer.weight))
    for slope, expected in zip(slopes, (golden["gradient_inputs"], golden["gradient_weights"]), strict=True):
        np.testing.assert_allclose(slope, expected, rtol=0, atol=SLOPE)


@pytest.mark.parametrize("depth", [1, 2])
def test_the_loss_is_that_of_the_article(depth: int) -> None:
    outputs = golden_layer(depth)(INPUTS[None])
    losses = [find_loss("log_sigmoid")(outputs, torch.tensor([label])).item() for label in (0, 1)]
    np.testing.assert_allclose(losses, np.negative(GOLDEN[f"depth_{depth}"]["log_sigmoid"]), rtol=0, atol=VALUE)


def test_three_classes_have_a_state_between() -> None:
    probabilities = GOLDEN["depth_2"]["probabilities"]
    expected = [probabilities[index] for index in (0b0000, 0b0010, 0b1111)]
    np.testing.assert_allclose(golden_layer(2, 3)(INPUTS).detach(), expected, rtol=0, atol=VALUE)


@pytest.mark.parametrize(
    ("qubits", "classes", "states"),
    [(1, 2, [0, 1]), (2, 2, [0, 3]), (2, 3, [0b00, 0b10, 0b11]), (5, 3, [0b00000, 0b00010, 0b11111])],
)
def test_outputs_are_probabilities_of_basis_states_at_any_size(qubits: int, classes: int, states: list[int]) -> None:
    built = build_circuit(qubits, 2, classes)
    numbers = np.linspace(0.1, 2.9, qubits + len(built.weight_params))
    bound = built.circuit.assign_parameters(
        dict(zip([*built.input_params, *built.weight_params], numbers, strict=True))
    )
    expected = Statevector(bound).reverse_qargs().probabilities()[states]
    layer = QuantumLayer(built, numbers[qubits:]).double()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(numbers[qubits:]))
    np.testing.assert_allclose(layer(torch.from_numpy(numbers[:qubits])).detach(), expected, rtol=0, atol=VALUE)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_last_rz_of_each_qubit_are_dead(depth: int) -> None:
    dead = {parameter.name for parameter in analyse_circuit(build_circuit(4, depth, 2)).dead_parameters}
    assert dead == {f"rz_q{qubit}_layer{depth}" for qubit in range(4)}


@pytest.mark.parametrize(
    ("words", "trained", "quantum"),
    [("", 36, 36), ("model.depth=1 num_qubits=8", 24, 24), ("layer=linear", 10, 0)],
)
def test_what_is_trained(words: str, trained: int, quantum: int) -> None:
    model = build_model(cell(*words.split()), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_first_weights_are_normal() -> None:
    model = build_model(cell("num_qubits=4", "model.depth=16"), 0)
    assert isinstance(model, QuantumLayer)
    weights = model.weight.detach()
    assert abs(weights.mean()) < 3 / len(weights) ** 0.5
    assert abs(weights.var() - 1) < 3 * (2 / len(weights)) ** 0.5
    assert weights.abs().max() > 2


def test_what_it_sees() -> None:
    choose = family_of(cell()).features
    assert choose(cell("num_qubits=8")) == AutoencoderCode(8, 5)
    assert choose(cell("model.autoencoder_epochs=2", "layer=linear")) == AutoencoderCode(4, 2)
    assert choose(cell("model.features=pca")) == PrincipalComponents(4)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "least"), [("model.features=pca", 90), ("layer=linear", 85), ("", 80)])
def test_it_learns_the_digits(words: str, least: float) -> None:
    config = cell(*words.split(), "train.learning_rate=0.05", "train.epochs=20")
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        last = replica.advance()
    assert last.test_accuracy > least


def test_the_paper_protocol_is_the_articles() -> None:
    train = cell("protocol=paper").train
    assert (train.loss, train.epochs, train.batch_size, train.learning_rate) == ("log_sigmoid", 5, 10_000, 0.01)
    assert (train.optimizer, train.lr_decay) == ("adam", 1.0)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[0,1,2,3]",),
            "Argument `data.classes` must name two or three with model=tensor_ring_vqc, but is [0, 1, 2, 3]. Each has "
            "a basis state of its own, and for more nobody has said which.",
        ),
        (
            ("data.classes=[0,1,2]", "num_qubits=1"),
            "Argument `num_qubits` must be at least 2 with 3 classes, but is 1. Each class has a basis state of its "
            "own.",
        ),
        (("num_qubits=11",), "Argument `num_qubits` must be at most 10, but is 11."),
        (("model.depth=17",), "Argument `model.depth` must be at most 16, but is 17."),
        (
            ("model.features=pca", "model.autoencoder_epochs=3"),
            "Argument `model.autoencoder_epochs` must be left out with model.features=pca, but is 3.",
        ),
        (
            ("layer=linear", "backend=aer"),
            "Argument `backend` must be exact with layer=linear, but is 'aer'. Leave backend out: there is no circuit "
            "to run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
