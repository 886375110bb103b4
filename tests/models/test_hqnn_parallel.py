"""HQNN-Parallel against numbers of other programs, circuit by circuit, and published parameter counts."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import nn

from qnlnet.config import RunConfig, load_config
from qnlnet.models import build_model, count_parameters
from qnlnet.runs import train_cells

GOLDEN = json.loads((Path(__file__).parent / "golden_hqnn_parallel.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
ALL = "data.classes=[0,1,2,3,4,5,6,7,8,9]"
OTHER = ("circuit=basic", "model.measured=z", "model.angles=plain", "model.hidden=120", "model.batch_norm=false")
LAYERS = ("quantum", "frozen", "linear", "none")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=hqnn_parallel", "data=digits", *overrides)


def build(*overrides: str) -> nn.Module:
    """Returns a model whose circuits compute and give float64."""
    return build_model(cell(*overrides), 0).double()


@pytest.mark.parametrize(
    ("golden", "overrides"),
    [("strong, 3 layers", ()), ("basic, z", ("circuit=basic", "model.measured=z"))],
)
def test_circuits_give_the_numbers_of_other_programs(golden: str, overrides: tuple[str, ...]) -> None:
    expected = GOLDEN[golden]
    layer = build("model.circuits=2", *overrides).middle.circuits
    count = layer.weight.shape[1]
    weights = (0.1 * torch.arange(1, count + 1, dtype=torch.float64)).repeat(2, 1)
    inputs = (0.2 * torch.arange(1, 6, dtype=torch.float64)).repeat(2, 1)

    def run(angles: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, {"weight": own}, (angles,))

    values = run(inputs, weights).detach()
    by_inputs, by_weights = torch.autograd.functional.jacobian(run, (inputs, weights))
    for copy in range(2):
        np.testing.assert_allclose(values[copy], expected["values"], rtol=0, atol=VALUE)
        np.testing.assert_allclose(by_inputs[copy, :, copy], expected["by_inputs"], rtol=0, atol=SLOPE)
        np.testing.assert_allclose(by_weights[copy, :, copy], expected["by_weights"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize("angles", ["tanh", "plain"])
def test_each_circuit_sees_its_part_of_the_units(angles: str) -> None:
    middle = build(f"model.angles={angles}").middle
    units = torch.rand(3, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    seen = math.pi / 2 * torch.tanh(units) if angles == "tanh" else units
    alone = build("model.circuits=1").middle.circuits
    parts = [
        torch.func.functional_call(alone, {"weight": middle.circuits.weight[[k]]}, seen[:, None, 5 * k : 5 * k + 5])
        for k in range(4)
    ]
    torch.testing.assert_close(middle(units), torch.cat(parts, dim=1).flatten(1), rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("overrides", "trained"),
    [
        ((), 45_154),
        (("layer=linear",), 45_394),
        (("layer=frozen",), 45_154 - 180),
        (("layer=none",), 45_154 - 180),
        (("data=cifar10",), 55_554),
        # convolutions and norms 13,344; 1568 → 120 → 20; four times 15 weights; 20 → 10
        (OTHER, 13_344 + 188_280 + 2_420 + 60 + 210),
        (("model.circuits=2", "model.num_qubits=4", "model.layers=1"), 13_344 + 8 * 1_569 + 16 + 24 + 90),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int) -> None:
    assert count_parameters(build_model(cell("data=mnist", ALL, *overrides), 0)) == trained


def test_everything_else_begins_alike_whatever_stands_in_the_middle() -> None:
    states = [build(f"layer={layer}").state_dict() for layer in LAYERS]
    names = [name for name in states[0] if not name.startswith("middle")]
    assert len(names) > 15
    assert all(torch.equal(states[0][name], state[name]) for state in states for name in names)


def test_circuits_begin_anywhere_and_apart() -> None:
    weights = build("model.circuits=20").middle.circuits.weight
    assert len({tuple(row) for row in weights.tolist()}) == 20
    assert 0 < weights.min() < 0.1
    assert 2 * math.pi - 0.1 < weights.max() < 2 * math.pi


def test_gradients_are_slopes() -> None:
    middle = build("model.circuits=2", "model.num_qubits=3", "model.layers=2").middle
    units = torch.rand(2, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: middle(x), (units, middle.circuits.weight), atol=1e-7)


def test_the_recipe_is_that_of_the_public_code() -> None:
    keys = ("optimizer", "learning_rate", "weight_decay", "batch_size", "epochs", "shuffle", "loss")
    train = cell("protocol=paper").train
    assert tuple(getattr(train, key) for key in keys) == ("adam", 1e-3, 1e-4, 64, 10, True, "cross_entropy")


@pytest.mark.slow  # trains, and Aer
def test_trains_on_digits(tmp_path: Path) -> None:
    (run,) = train_cells([cell("seeds=1", "protocol=paper", "train.epochs=3", f"output_dir={tmp_path}")])
    (row,) = run.seed_rows().to_dict("records")
    assert row["test_accuracy"] > 94
    assert row["num_qubits"] == 5


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.num_qubits=13",), "Argument `num_qubits` must be at most 12, but is 13."),
        (("model.circuits=1000",), "Argument `model.circuits` must be at most 256, but is 1000."),
        (("model.hidden=0",), "Argument `model.hidden` must be at least 1, but is 0."),
        (("circuit=random",), "Argument `circuit` must be 'strong' or 'basic', but is 'random'."),
        (("layer=conv",), "Argument `layer` must be 'quantum', 'frozen', 'linear' or 'none', but is 'conv'."),
        (
            ("data.image_shape=[1,2,8]",),
            "Argument `data.image_shape` must have 4 pixels or more in height and width with model=hqnn_parallel, but "
            "is [1, 2, 8]. It halves them twice.",
        ),
        (
            ("layer=linear", "backend=aer"),
            "Argument `backend` must be exact with layer=linear, but is 'aer'. Leave backend out: there is no circuit "
            "to run.",
        ),
        (
            ("backend=runtime",),
            "Argument `backend` must be exact, statevector or aer with model=hqnn_parallel, but is 'runtime'. On a "
            "device QNL-Net's circuits run, and no others yet.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
