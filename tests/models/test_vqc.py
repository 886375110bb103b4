"""The variational classifier against numbers of Qiskit, its twins, and what its settings allow."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.circuit.library import real_amplitudes, zz_feature_map
from qiskit.quantum_info import Operator, Statevector
from refusals import refused

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.vqc import LogProbabilities, build_circuit
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_vqc.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals


def cell(*overrides: str) -> RunConfig:
    usual = () if any("bandwidth" in word for word in overrides) else ("model.bandwidth=0.25",)
    return load_config("model=vqc", "data=digits", "data.classes=[3,6]", *usual, *overrides)


def test_parity_and_gradient_are_those_of_another_program() -> None:
    layer = QuantumLayer(build_circuit(2)).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(GOLDEN["weights"], dtype=torch.float64))
    parity = layer(torch.tensor(GOLDEN["x"], dtype=torch.float64))
    assert parity.item() == pytest.approx(GOLDEN["parity"], abs=VALUE)
    (gradient,) = torch.autograd.grad(parity.sum(), layer.weight)
    np.testing.assert_allclose(gradient, GOLDEN["grad_weights"], rtol=0, atol=SLOPE)


def test_outcomes_have_the_probabilities_of_another_program() -> None:
    circuit = build_circuit(2)
    values = dict(zip((*circuit.input_params, *circuit.weight_params), GOLDEN["x"] + GOLDEN["weights"], strict=True))
    probabilities = Statevector(circuit.circuit.assign_parameters(values)).probabilities()
    np.testing.assert_allclose(probabilities, GOLDEN["probabilities"], rtol=0, atol=VALUE)


def test_gates_are_those_of_qiskit() -> None:
    ours = build_circuit(3)
    theirs = zz_feature_map(3).compose(real_amplitudes(3, "reverse_linear", reps=3))
    values = np.random.default_rng(0).normal(size=15)
    named = [parameter for letter in "xθ" for parameter in theirs.parameters if parameter.name.startswith(letter)]
    assert Operator(
        ours.circuit.assign_parameters(dict(zip((*ours.input_params, *ours.weight_params), values, strict=True)))
    ).equiv(Operator(theirs.assign_parameters(dict(zip(named, values, strict=True)))))


def test_no_weight_is_dead() -> None:
    assert analyse_circuit(build_circuit(4)).dead_parameters == ()


def test_the_cross_entropy_of_the_scores_is_that_of_the_probabilities() -> None:
    parity = torch.tensor([[0.5], [-1.0], [1.0]], dtype=torch.float64)
    scores = LogProbabilities()(parity)
    losses = torch.nn.functional.cross_entropy(scores, torch.tensor([0, 1, 0]), reduction="none")
    np.testing.assert_allclose(losses, [-math.log(0.75), 0, 0], rtol=0, atol=2e-6)
    assert torch.isfinite(scores).all()


@pytest.mark.parametrize(
    ("words", "trained", "quantum"),
    [
        ((), 16, 16),
        (("model.head=linear",), 20, 16),
        (("layer=frozen", "model.head=linear"), 4, 0),
        (("layer=linear",), 5, 0),
    ],
    ids=str,
)
def test_what_is_trained(words: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*words), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_components_become_angles_by_the_bandwidth() -> None:
    model = build_model(cell("layer=linear"), 0)
    components = torch.rand(3, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model(components)[:, 0], model.readout(math.pi / 2 * components)[:, 0])


@pytest.mark.slow
@pytest.mark.parametrize(("words", "least"), [((), 85), (("layer=linear",), 90)], ids=["quantum", "linear"])
def test_trains_on_digits(words: tuple[str, ...], least: float) -> None:
    config = cell("model.bandwidth=0.125", "protocol=paper", "train.epochs=8", "train.learning_rate=0.1", *words)
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.test_accuracy > least


def test_the_paper_protocol_and_what_is_chosen() -> None:
    config = load_config("model=vqc", "data=digits", "data.classes=[3,6]", "protocol=paper")
    train = config.train
    assert (train.loss, train.epochs, train.batch_size, train.learning_rate) == ("cross_entropy", 20, 64, 1e-2)
    assert config.choices == (("model.bandwidth", (0.125, 0.25, 0.5, 1.0)),)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[3,6,1]",),
            "Argument `data.classes` must name two with model=vqc, but is [3, 6, 1]. It tells two classes apart: "
            "data.classes=[3,6].",
        ),
        (("num_qubits=13",), "Argument `num_qubits` must be at most 12, but is 13."),
        (
            ("layer=frozen",),
            "Argument `model.head` must be linear with layer=frozen, but is 'none'. Nothing would be trained.",
        ),
        (
            ("layer=linear", "model.ansatz_reps=2"),
            "Argument `model.ansatz_reps` must be left out with layer=linear, but is 2.",
        ),
        (
            ("layer=linear", "backend=statevector"),
            "Argument `backend` must be exact with layer=linear, but is 'statevector'. Leave backend out: there is no "
            "circuit to run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
