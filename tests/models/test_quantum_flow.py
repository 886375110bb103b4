"""QuantumFlow's networks: numbers and gradients of other programs, what is trained, and what is refused."""

import json
from pathlib import Path

import pytest
import torch
from refusals import refused
from torch import Tensor, nn

from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import (
    Resized,
    build_model,
    count_parameters,
    count_quantum_parameters,
    family_of,
    prepare_features,
)
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_quantum_flow.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
NETWORKS = ["hnet", "pnet"]
LAYERS = ["quantum", "frozen", "real", "mlp", "linear"]


def cell(*overrides: str) -> RunConfig:
    return load_config("model=quantum_flow", "data=digits", "data.classes=[3,6]", *overrides)


def numbers(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def agree(ours: Tensor, theirs: object, within: float = VALUE) -> None:
    torch.testing.assert_close(ours.detach(), numbers(theirs), rtol=0, atol=within)


@pytest.mark.parametrize("network", NETWORKS)
def test_values_and_gradients_through_signs_are_those_of_another_program(network: str) -> None:
    model, expected = build_model(cell(f"model.network={network}"), 0).double(), GOLDEN[network]
    hidden, output = (model.get_parameter(f"{part}.weight") for part in ("hidden", "output"))
    with torch.no_grad():
        hidden.copy_(torch.arange(1, 65).double().cos().reshape(4, 16))
        output.copy_(torch.arange(1, 9).double().sin().reshape(2, 4))
    images = 0.05 * torch.arange(1, 17).double().reshape(1, 1, 4, 4)
    agree(model.get_submodule("hidden")(model.get_submodule("encoding")(images))[0], expected["hidden"])
    scores = model(images)
    agree(scores[0], expected["output"])
    loss = nn.functional.cross_entropy(scores, torch.tensor([1]))
    agree(loss, expected["loss"])
    by_hidden, by_output = torch.autograd.grad(loss, (hidden, output))
    agree(by_hidden[0], expected["grad_hidden_row"], SLOPE)
    agree(by_output, expected["grad_output"], SLOPE)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("layer", "normalise"), [*((layer, "false") for layer in LAYERS), *((layer, "true") for layer in LAYERS[:-1])]
)
def test_scores_and_gradients_are_finite_whatever_the_image(network: str, layer: str, normalise: str) -> None:
    model = build_model(cell(f"model.network={network}", f"layer={layer}", f"model.normalise={normalise}"), 0)
    images = torch.stack([torch.zeros(1, 4, 4), torch.ones(1, 4, 4), torch.linspace(0, 0.9, 16).reshape(1, 4, 4)])
    before = model.eval()(images)  # no batch was seen
    scores = model.train()(images)
    nn.functional.cross_entropy(scores, torch.tensor([0, 1, 1])).backward()
    for each in (before, scores, model.eval()(images), *(p.grad for p in model.parameters() if p.requires_grad)):
        assert each is not None
        assert each.isfinite().all()
    if layer != "linear":
        assert (scores >= 0).all()
        assert (scores <= 1).all()


@pytest.mark.parametrize(
    ("words", "trained", "quantum"),
    [
        (("layer=quantum",), 72, 72),
        (("layer=quantum", "model.normalise=true"), 78, 72),  # an angle for each neuron
        (("layer=quantum", "model.hidden=3", "data.classes=[3,6,1]"), 57, 57),
        (("layer=frozen",), 8, 8),
        (("layer=real",), 72, 0),
        (("layer=mlp",), 72, 0),
        (("layer=mlp", "model.normalise=true"), 84, 0),
        (("layer=linear",), 78, 0),
    ],
)
def test_what_is_trained(words: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*words), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


@pytest.mark.parametrize("part", ["hidden", "output"])
def test_first_weights_are_the_same_whatever_becomes_of_them(part: str) -> None:
    first, *others = (
        build_model(cell(f"layer={layer}", f"model.network={network}"), 0).get_parameter(f"{part}.weight")
        for layer in LAYERS[:-1]
        for network in NETWORKS
    )
    bound = (1.5 / sum(first.shape)) ** 0.5
    assert 0.8 * bound < first.abs().max() < bound
    for other in others:  # real weights are drawn from U[−1, 1]
        torch.testing.assert_close(first / first.abs().max(), other / other.abs().max())


@pytest.mark.slow
def test_frozen_neurons_stay_as_drawn() -> None:
    config = cell("layer=frozen", "protocol=paper", "train.epochs=1")
    features = prepare_features(load_dataset(config.data), config)
    replica = build_replica(config, 0, features)
    before = {name: value.clone() for name, value in build_model(config, 0).state_dict().items()}
    replica.advance()
    after = replica.trained_model().state_dict()
    assert torch.equal(after["hidden.weight"], before["hidden.weight"])
    assert not torch.equal(after["output.weight"], before["output.weight"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("model.network=pnet",),
        ("model.normalise=true",),
        ("layer=real", "train.learning_rate=0.03"),
        ("layer=linear",),
    ],
)
def test_it_learns_two_digits(words: tuple[str, ...]) -> None:
    config = cell("train.epochs=5", "train.batch_size=8", "train.learning_rate=0.01", *words)
    replica = build_replica(config, 1, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        replica.advance()
    assert max(epoch.test_accuracy for epoch in replica.epochs) > 85


def test_images_are_smoothed_and_the_paper_protocol_is_the_authors() -> None:
    config = cell("protocol=paper")
    train = config.train
    assert family_of(config).features(config) == Resized((4, 4), smoothed=True)
    assert (train.epochs, train.batch_size, train.learning_rate, train.loss) == (11, 32, 0.01, "cross_entropy")
    assert (train.schedule, train.milestones, train.lr_decay) == ("milestones", (3, 7, 9), 0.1)
    assert (train.drop_last, train.drop_last_test) == (True, False)


def test_angles_are_repeated_and_have_a_rate_of_their_own() -> None:
    config = cell("model.normalise=true", "model.hidden=5", "model.angles=[1,1,-1]", "model.angle_rate=10")
    model = build_model(config, 0)
    assert model.get_parameter("hidden_normalisation.1.angle").tolist() == [1, 1, -1, 1, 1]
    assert model.get_parameter("output_normalisation.1.angle").tolist() == [-1, -1]
    (angles,) = (name for name, _ in model.named_parameters() if name.startswith("hidden_normalisation."))
    factors = family_of(config).rate_factors(config, 0)
    assert factors == {"hidden_normalisation": 10.0, "output_normalisation": 10.0}
    assert angles.startswith(tuple(factors))


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("model.size=[3,5]",),
            "Argument `model.size` must have a power of two pixels with network=hnet, but is [3, 5]. They are the "
            "amplitudes of qubits: 4 × 4, 4 × 8, 8 × 8.",
        ),
        (
            ("model.size=[1,1]",),
            "Argument `model.size` must give neurons more than one input with layer=quantum, but is [1, 1]. With one "
            "they are always 1.",
        ),
        (
            ("data=digits_as_cifar10", "data.classes=[3,6]"),
            "Argument `data.image_shape` must have one channel with model=quantum_flow, but is [3, 32, 32]. Each pixel "
            "is one number for it.",
        ),
        (
            ("model.hidden=1",),
            "Argument `model.hidden` must give neurons more than one input with layer=quantum, but is 1. With one they "
            "are always 1.",
        ),
        (
            ("layer=linear", "model.normalise=true"),
            "Argument `model.normalise` must be false with layer=linear, but is True. Its values are no probabilities.",
        ),
        (("model.angles=[-1]",), "Argument `model.angles` must be left out with normalise=false, but is [-1]."),
        (
            ("layer=mlp", "model.normalise=true", "model.angle_rate=10"),
            "Argument `model.angle_rate` must be left out with layer=mlp, but is 10.0.",
        ),
        (
            ("backend=aer",),
            "Argument `backend` must be exact with model=quantum_flow, but is 'aer'. Its weights are signs, no angles, "
            "and its neurons are evaluated by formulas.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_probabilities_need_no_power_of_two() -> None:
    model = build_model(cell("model.network=pnet", "model.size=[3,5]"), 0)
    assert model(torch.rand(2, 1, 3, 5)).shape == (2, 2)
