"""The hybrid of Shahzad et al. against the authors' numbers: circuit, sizes and recipes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import nn

from qnlnet.config import RunConfig, load_config
from qnlnet.models import build_model, count_parameters, count_quantum_parameters
from qnlnet.models.shahzad import FAMILY
from qnlnet.runs import train_cells
from qnlnet.simulator import analyse_circuit

GOLDEN = json.loads((Path(__file__).parent / "golden_shahzad.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
AMPLITUDES = 0.2 * torch.arange(1, 17, dtype=torch.float64)
LAYERS = ("quantum", "frozen", "linear", "none")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=shahzad", "data=digits", *overrides)


def build(*overrides: str) -> nn.Module:
    """Returns a model whose circuit computes and gives float64."""
    return build_model(cell(*overrides), 0).double()


def test_the_circuit_gives_the_authors_numbers() -> None:
    layer = build().middle
    weights = 0.1 * torch.arange(1, 9, dtype=torch.float64)

    def run(amplitudes: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, {"weight": own}, (amplitudes,))

    values = run(AMPLITUDES, weights).detach()
    by_amplitudes, by_weights = torch.autograd.functional.jacobian(run, (AMPLITUDES, weights))
    np.testing.assert_allclose(values, GOLDEN["values"], rtol=0, atol=VALUE)
    np.testing.assert_allclose(by_amplitudes, GOLDEN["by_amplitudes"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, GOLDEN["by_weights"], rtol=0, atol=SLOPE)
    softmax = run(AMPLITUDES.softmax(dim=0), weights).detach()
    np.testing.assert_allclose(softmax, GOLDEN["values of softmax(0.2·(1, …, 16))"], rtol=0, atol=VALUE)


@pytest.mark.parametrize("words", [(), ("model.num_qubits=3", "model.layers=4")])
def test_equal_amplitudes_give_zero_whatever_the_weights_are(words: tuple[str, ...]) -> None:
    # RX leaves |+⟩ as it is, and CNOTs permute equal amplitudes: the state stays, and each ⟨Z⟩ of it is 0.
    model = build(*words)
    layer, units = model.middle, 2**model.middle.num_qubits
    for seed in range(5):
        nn.init.uniform_(layer.weight, 0, 2 * math.pi, generator=torch.Generator().manual_seed(seed))
        uniform = torch.zeros(1, units, dtype=torch.float64).softmax(dim=1)
        assert float(layer(uniform).detach().abs().max()) < 1e-15


def test_all_weights_count() -> None:
    (circuit,) = FAMILY.circuits(cell())
    assert not analyse_circuit(circuit).dead_parameters


@pytest.mark.parametrize(
    ("words", "classes", "network"),
    [
        (("data=mnist",), 10, "MNIST"),
        (("data=cifar100",), 100, "CIFAR100"),
        (("data=stl10",), 10, "STL10"),
        (("data=cifar10", "model.network=stl10"), 10, "STL10"),
    ],
)
def test_sizes_are_the_published_ones(words: tuple[str, ...], classes: int, network: str) -> None:
    for layer, kind in (("quantum", "hybrid"), ("classical", "classical")):
        model = build_model(cell(f"layer={layer}", f"data.classes={list(range(classes))}", *words), 0)
        assert count_parameters(model) == GOLDEN["parameters"][network][kind]
        assert count_quantum_parameters(model) == (8 if layer == "quantum" else 0)


@pytest.mark.parametrize(
    ("layer", "others"), [("frozen", -8), ("linear", 68 - 8), ("none", 12 * 128 - 8)], ids=lambda value: str(value)
)
def test_what_is_trained_instead(layer: str, others: int) -> None:
    assert count_parameters(build(f"layer={layer}")) == count_parameters(build()) + others


def test_everything_else_begins_alike_whatever_stands_in_the_middle() -> None:
    states = [build(f"layer={layer}").state_dict() for layer in LAYERS]
    names = [name for name in states[0] if not name.startswith("middle")]
    assert len(names) > 15
    for layer, state in zip(LAYERS, states, strict=True):
        others = [name for name in names if not (layer == "none" and name.startswith("head.0."))]  # it sees 16 values
        assert all(torch.equal(states[0][name], state[name]) for name in others)


def test_the_circuit_begins_anywhere() -> None:
    weights = build("model.layers=100").middle.weight
    assert 0 <= weights.min() < 0.1
    assert 2 * math.pi - 0.1 < weights.max() < 2 * math.pi


HYBRID = ("adamw", 2e-3, 0.01, "one_cycle", None, 1.0)
CLASSICAL = ("adam", 3e-3, 5e-3, "cosine_restarts", 5, None)


@pytest.mark.parametrize(
    ("words", "recipe"),
    [
        ((), HYBRID),
        (("layer=none",), HYBRID),
        (("layer=classical",), CLASSICAL),
        (("layer=classical", "model.recipe=hybrid"), HYBRID),
        (("model.recipe=classical",), CLASSICAL),
    ],
)
def test_each_has_its_own_recipe_and_may_have_the_other_one(words: tuple[str, ...], recipe: tuple[object, ...]) -> None:
    train = cell("protocol=paper", *words).train
    keys = ("optimizer", "learning_rate", "weight_decay", "schedule", "restart_every", "clip_norm")
    assert tuple(getattr(train, key) for key in keys) == recipe
    both = ("batch_size", "epochs", "label_smoothing", "augmentation", "augmentation_fill")
    assert tuple(getattr(train, key) for key in both) == (64, 50, 0.1, "affine", "mean")


def test_coloured_images_are_mirrored_and_cropped() -> None:
    train = cell("data=cifar10", "protocol=paper").train
    assert (train.augmentation, train.augmentation_fill) == ("flip_crop", "black")


@pytest.mark.slow  # trains, and Aer
def test_trains_on_digits(tmp_path: Path) -> None:
    (run,) = train_cells([cell("protocol=paper", "seeds=1", "train.epochs=10", f"output_dir={tmp_path}")])
    (row,) = run.seed_rows().to_dict("records")
    assert row["test_accuracy"] > 94


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("model.num_qubits=7",), "Argument `num_qubits` must be at most 6, but is 7."),
        (
            ("layer=classical", "model.num_qubits=3"),
            "Argument `model.num_qubits` must be left out with layer=classical, but is 3.",
        ),
        (("layer=none", "model.layers=3"), "Argument `model.layers` must be left out with layer=none, but is 3."),
        (
            ("model.recipe=classical",),
            "Argument `model.recipe` must be left out with protocol=common, but is 'classical'.",
        ),
        (
            ("layer=linear", "backend=aer"),
            "Argument `backend` must be exact with layer=linear, but is 'aer'. Leave backend out: there is no circuit "
            "to run.",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(words: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*words)
