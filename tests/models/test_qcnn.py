"""The quantum convolutional network against numbers of another program, and its formula against the circuit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.quantum_info import Statevector
from refusals import refused
from torch import Tensor

from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.qcnn.circuit import build_circuit, gray_code_words
from qnlnet.models.qcnn.family import Amplitudes
from qnlnet.models.qcnn.formula import formula
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_qcnn.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
EIGHT = "data.classes=[0,1,2,3,4,5,6,7]"


def cell(*overrides: str) -> RunConfig:
    return load_config("model=qcnn", "data=digits", *overrides)


def in_our_order(rounds: Tensor, rotations: Tensor) -> Tensor:
    """Returns the other program's weights, (18, 2) and (63,), without the six that stand nowhere."""
    return torch.cat([rounds[:, 0], rounds[6:, 1], rotations])


def test_output_and_gradients_are_those_of_another_program() -> None:
    rounds, rotations = (0.1 * torch.arange(1, count + 1, dtype=torch.float64) for count in (36, 63))
    weights = in_our_order(rounds.reshape(18, 2), rotations).requires_grad_()
    values = formula((torch.arange(1024, dtype=torch.float64)[None] % 17 + 1) / 16, weights)
    np.testing.assert_allclose(values[0].detach(), GOLDEN["values"], rtol=0, atol=VALUE)
    loss = torch.nn.functional.cross_entropy(values, torch.tensor([3]))
    assert loss.item() == pytest.approx(GOLDEN["loss"], abs=VALUE)
    (gradient,) = torch.autograd.grad(loss, weights)
    by_rounds, by_rotations = (torch.tensor(GOLDEN[name]) for name in ("by_rounds", "by_rotations"))
    assert not by_rounds[:6, 1].any()
    np.testing.assert_allclose(gradient, in_our_order(by_rounds, by_rotations), rtol=0, atol=SLOPE)


def test_rotations_are_in_the_order_of_a_gray_code() -> None:
    assert list(gray_code_words(3)) == GOLDEN["words"]


@pytest.mark.slow  # 93 gates of Qiskit's on 10 qubits
def test_the_formula_is_the_circuit() -> None:
    circuit, generator = build_circuit(), np.random.default_rng(0)
    weights, amplitudes = generator.normal(size=len(circuit.weight_params)), generator.normal(size=1024)
    bound = circuit.circuit.assign_parameters(dict(zip(circuit.weight_params, weights, strict=True)))
    state = Statevector(amplitudes / np.linalg.norm(amplitudes)).evolve(bound.decompose("PauliEvolution"))
    expected = [state.expectation_value(observable).real for observable in circuit.observables]
    values = formula(torch.from_numpy(amplitudes), torch.from_numpy(weights))
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-13)


@pytest.mark.slow  # looks at 10 qubits
def test_three_rotations_cannot_reach_an_output() -> None:
    dead = analyse_circuit(build_circuit()).dead_parameters
    assert sorted(parameter.name for parameter in dead) == ["riiz", "rizz", "rziz"]


def test_gradients_are_slopes_and_zeros_give_zeros() -> None:
    torch.manual_seed(0)
    rows, weights = torch.rand(3, 1024, dtype=torch.float64), torch.randn(93, dtype=torch.float64)
    rows[0] = 0
    along = torch.randn(93, dtype=torch.float64)
    _, slope = torch.autograd.functional.jvp(lambda own: formula(rows, own), weights, along)
    step = 1e-5 * along
    torch.testing.assert_close(slope, (formula(rows, weights + step) - formula(rows, weights - step)) / 2e-5)
    values = formula(rows, weights)
    torch.testing.assert_close(values.sum(dim=1), torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64))
    assert formula(rows[:0], weights).shape == (0, 8)


def test_pixels_are_amplitudes_in_the_middle_of_a_square() -> None:
    images = torch.rand(2, 1, 28, 26)
    square = Amplitudes()(images).reshape(2, 32, 32)
    norms = images.flatten(1).norm(dim=1)
    torch.testing.assert_close(square[:, 2:30, 3:29], images[:, 0] / norms[:, None, None])
    assert (square != 0).sum() == (images != 0).sum()


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [((), 93, 93), (("layer=frozen",), 72, 0), (("model.scores=linear",), 165, 93), (("layer=linear",), 8_200, 0)],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(EIGHT, *overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_the_recipe_is_the_authors() -> None:
    keys = ("learning_rate", "schedule", "decay_steps", "min_learning_rate", "batch_size", "epochs", "optimizer")
    config = cell("protocol=paper")
    assert tuple(getattr(config.train, key) for key in keys) == (0.1, "cosine", 100, 0.095, 10_000, 100, "adam")
    assert (config.model.scores, cell().model.scores) == ("probabilities", "logarithms")


@pytest.mark.slow  # trains
def test_trains_on_digits() -> None:
    config = cell("data.classes=[0,1,2,3]", "protocol=common", "train.epochs=4", "train.learning_rate=0.1")
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.test_accuracy > 60


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[0,1,2,3,4,5,6,7,8]",),
            "Argument `data.classes` must name at most 8 with model=qcnn, but is [0, 1, 2, 3, 4, 5, 6, 7, 8]. Each is "
            "an outcome of the qubits that are measured.",
        ),
        (
            ("layer=frozen", "model.scores=probabilities"),
            "Argument `model.scores` must be linear with layer=frozen, but is 'probabilities'. Nothing else would be "
            "trained.",
        ),
        (
            ("layer=linear", "model.scores=linear"),
            "Argument `model.scores` must be left out with layer=linear, but is 'linear'.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
