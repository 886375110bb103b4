"""The circuit behind an autoencoder: another program's numbers, what its probabilities hold, and its twins."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import Tensor

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import (
    AutoencoderCode,
    FormulaLayer,
    build_model,
    count_parameters,
    count_quantum_parameters,
    family_of,
    prepare_features,
)
from qnlnet.models.autoencoder_5q import Marginals, build_circuit, choose_formula, multiply_marginals
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_autoencoder_5q.json").read_text(encoding="utf-8"))
VALUE = 1e-10  # the numbers have ten decimals
LAYERS = ("quantum", "marginals", "pca", "latent")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=autoencoder_5q", "data=digits", *overrides)


def both_layers(qubits: int, hadamards: int) -> tuple[QuantumLayer, FormulaLayer]:
    circuit = build_circuit(qubits, hadamards)
    return QuantumLayer(circuit).double(), FormulaLayer(circuit, choose_formula(hadamards)).double()


def draw(*shape: int) -> Tensor:
    return 3 * torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("way", [0, 1], ids=["circuit", "formula"])
@pytest.mark.parametrize(("hadamard", "count"), [("first", 1), ("all", 5)])
def test_probabilities_are_those_of_another_program(hadamard: str, count: int, way: int) -> None:
    probabilities = both_layers(5, count)[way](torch.tensor(GOLDEN["inputs"], dtype=torch.float64))
    np.testing.assert_allclose(probabilities.detach(), GOLDEN[hadamard], rtol=0, atol=VALUE)


@pytest.mark.parametrize(("qubits", "hadamards"), [(1, 1), (2, 0), (5, 1), (6, 3)])
def test_the_formula_is_what_the_circuit_gives(qubits: int, hadamards: int) -> None:
    results = []
    for layer in both_layers(qubits, hadamards):
        inputs = draw(3, qubits).requires_grad_()
        outputs = layer(inputs)
        factors = torch.linspace(1, 2, 2**qubits, dtype=torch.float64)
        results.append((outputs.detach(), *torch.autograd.grad((outputs * factors).sum(), inputs)))
    for circuit, formula in zip(*results, strict=True):
        torch.testing.assert_close(formula, circuit, rtol=0, atol=VALUE)


@pytest.mark.parametrize("hadamards", [0, 1, 5])
def test_probabilities_hold_the_marginals_and_nothing_else(hadamards: int) -> None:
    angles = draw(20, 5)
    probabilities = both_layers(5, hadamards)[0](angles).detach()
    ones = Marginals(hadamards)(angles)
    products = multiply_marginals(ones)
    labels = torch.arange(32)
    before = labels ^ (labels >> 1)  # Gray's code: which outcome before the CNOTs it is
    assert sorted(before.tolist()) == labels.tolist()
    torch.testing.assert_close(probabilities, products[:, before], rtol=0, atol=VALUE)
    bits = (before[:, None] >> torch.arange(4, -1, -1)) & 1  # of each outcome, qubit 0 first
    torch.testing.assert_close(probabilities @ bits.double(), ones, rtol=0, atol=VALUE)


@pytest.mark.parametrize(("hadamards", "lost"), [(0, 0), (1, 1), (5, 5)])
def test_behind_a_hadamard_gate_an_angle_and_its_supplement_are_the_same(hadamards: int, lost: int) -> None:
    layer, angles = both_layers(5, hadamards)[1], draw(1, 5)
    same = 0
    for qubit in range(5):
        other = angles.clone()
        other[0, qubit] = torch.pi - other[0, qubit]
        same += torch.allclose(layer(other), layer(angles), rtol=0, atol=VALUE)
    assert same == lost


@pytest.mark.parametrize(
    ("layer", "seen"),
    [("quantum", 32), ("marginals", 5), ("pca", 5), ("latent", 64)],
)
def test_what_is_trained(layer: str, seen: int) -> None:
    model = build_model(cell("data.classes=[0,1,2,3,4,5,6,7,8,9]", f"layer={layer}"), 0)
    dense = 128 * (seen + 1) + 2 * 128 + 64 * 129 + 2 * 64 + 10 * 65
    assert (count_parameters(model), count_quantum_parameters(model)) == (dense, 0)


def test_dense_layers_begin_alike_whatever_they_see() -> None:
    states = [build_model(cell(f"layer={layer}"), 0).state_dict() for layer in LAYERS]
    names = [name for name in states[0] if name.startswith("dense") and not name.startswith("dense.0.")]
    assert len(names) > 10
    assert all(torch.equal(states[0][name], state[name]) for state in states for name in names)
    assert torch.equal(states[1]["dense.0.weight"], states[2]["dense.0.weight"])


def test_components_are_angles_of_half_turns() -> None:
    components = torch.tensor([[0.0, 0.5, 1.0, 0.25, 0.75]])
    seen = [build_model(cell("layer=marginals", *words), 0).seen(components) for words in ((), ("model.scale=0.5",))]
    assert seen[0][0, :3].tolist() == pytest.approx([0.5, 0.5, 1], abs=1e-6)  # behind H; by RY alone
    assert seen[1][0, :3].tolist() == pytest.approx([0.5, (1 - 0.5**0.5) / 2, 0.5], abs=1e-6)


def test_both_layers_drop_other_units() -> None:
    dense = build_model(cell("layer=pca"), 0).dense.train()
    first, second = (layer(torch.ones(1000, 64)) for layer in (dense[3], dense[7]))
    assert not torch.equal(first, second)
    assert (first == 0).double().mean() == pytest.approx(0.3, abs=0.01)


def test_what_it_sees() -> None:
    choose = family_of(cell()).features
    assert choose(cell()) == choose(cell("layer=pca")) == AutoencoderCode(64, 20, "dense", 5)
    assert choose(cell("layer=latent", "model.code=16")) == AutoencoderCode(16, 20, "dense")


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["quantum", "latent"])
def test_it_learns_the_digits(layer: str) -> None:
    config = cell(f"layer={layer}", "train.learning_rate=0.003", "train.epochs=20")
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        last = replica.advance()
    assert last.test_accuracy > (98 if layer == "latent" else 80)


def test_the_paper_protocol_is_ours() -> None:
    train = cell("protocol=paper").train
    keys = ("optimizer", "learning_rate", "batch_size", "epochs", "loss")
    assert tuple(getattr(train, key) for key in keys) == ("adam", 1e-3, 128, 30, "cross_entropy")


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("num_qubits=11",), "Argument `num_qubits` must be at most 10, but is 11."),
        (
            ("model.code=4",),
            "Argument `num_qubits` must be at most model.code=4, but is 5. They are principal components of the code.",
        ),
        (
            ("layer=latent", "num_qubits=4"),
            "Argument `model.num_qubits` must be left out with layer=latent, but is 4.",
        ),
        (
            ("layer=pca", "model.hadamard=all"),
            "Argument `model.hadamard` must be left out with layer=pca, but is 'all'.",
        ),
        (("train.dropout=1",), "Argument `train.dropout` must be less than 1, but is 1."),
        (
            ("layer=pca", "backend=aer"),
            "Argument `backend` must be exact with layer=pca, but is 'aer'. Leave backend out: there is no circuit to "
            "run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
