"""QKAN against numbers of the authors' package, and the package itself where it is there; its formula, its twins."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from refusals import refused
from torch import Tensor, nn

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import FormulaLayer, build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.qkan import FORMULAS, SUMS, Edges, WithSiLU, build_circuit, expectation, list_waves, series
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_qkan.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
ALL = "data.classes=[0,1,2,3,4,5,6,7,8,9]"
LAYERS = ("quantum", "frozen", "fourier", "mlp", "linear")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=qkan", "data=digits", *overrides)


def draw(*shape: int) -> Tensor:
    return 3 * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def build_layer(way: str, copies: int, reps: int = 3) -> QuantumLayer | FormulaLayer:
    """Returns a layer of copies: the circuit, or the formula of a readout."""
    circuit = build_circuit(reps)
    if way == "circuit":
        return QuantumLayer(circuit, copies=copies).double()
    return FormulaLayer(circuit, FORMULAS[way], copies).double()


def evaluate(model: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    inputs = inputs.clone().requires_grad_()
    outputs = model(inputs)
    factors = torch.linspace(1, 2, outputs.numel(), dtype=torch.float64).reshape(outputs.shape)
    weights = next(weights for name, weights in model.named_parameters() if name.endswith(("layer.weight", "theta")))
    slopes = torch.autograd.grad((outputs * factors).sum(), (inputs, weights))
    return outputs.detach(), slopes[0], slopes[1].reshape(-1)


@pytest.mark.parametrize(("way", "readout"), [("circuit", "z"), ("z", "z"), ("amplitude", "amplitude")])
def test_outputs_and_gradients_are_the_packages(way: str, readout: str) -> None:
    golden, layer = GOLDEN[readout], build_layer(way, 4)
    with torch.no_grad():
        layer.weight.copy_(0.1 * torch.arange(1, 9, dtype=torch.float64).expand(4, 8))
    inputs = torch.tensor(GOLDEN["inputs"], dtype=torch.float64)[:, None].requires_grad_()
    outputs = layer(inputs)
    np.testing.assert_allclose(outputs[:, 0].detach(), golden["values"], rtol=0, atol=VALUE)
    by_inputs, by_weights = torch.autograd.grad(outputs.sum(), (inputs, layer.weight))
    np.testing.assert_allclose(by_inputs[:, 0], golden["by_inputs"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, golden["by_weights"], rtol=0, atol=SLOPE)


@pytest.mark.slow  # imports for seconds, where it is there
@pytest.mark.parametrize("is_layer", [False, True], ids=["network", "layer"])
@pytest.mark.parametrize("readout", ["z", "amplitude"])
def test_sums_and_gradients_are_those_of_the_package_itself(readout: str, is_layer: bool) -> None:
    qkan = pytest.importorskip("qkan")
    settings = {
        "fast_measure": readout == "amplitude",
        "c_dtype": torch.complex128,
        "p_dtype": torch.float64,
    }
    theirs = qkan.QKANLayer(5, 3, **settings) if is_layer else qkan.QKAN([5, 3], **settings)
    edges = Edges(build_layer(readout, 15), 3, SUMS[readout])
    ours = WithSiLU(edges, 5, 3).double() if is_layer else edges
    assert count_parameters(theirs) == count_parameters(ours) == 120 + 15 * is_layer
    with torch.no_grad():
        edges.layer.weight.copy_(next(theirs.parameters()).reshape(15, 8))
    for our, their in zip(evaluate(ours, draw(7, 5)), evaluate(theirs, draw(7, 5)), strict=True):
        torch.testing.assert_close(our, their, rtol=0, atol=VALUE)


@pytest.mark.parametrize(("inputs", "outputs", "reps"), [(10, 2, 3), (2, 3, 1), (2, 2, 6)])
def test_sums_at_once_are_what_the_circuits_give(inputs: int, outputs: int, reps: int) -> None:
    layer = build_layer("circuit", inputs * outputs, reps)
    features = draw(5, inputs)
    results = [evaluate(Edges(layer, outputs, sums), features) for sums in (None, SUMS["z"])]
    for circuit, formula in zip(*results, strict=True):
        torch.testing.assert_close(formula, circuit, rtol=0, atol=VALUE)


def test_sums_of_amplitudes_are_those_of_each_and_follow_from_expectation_values() -> None:
    layer, features = build_layer("amplitude", 12), draw(5, 4)
    results = [evaluate(Edges(layer, 3, sums), features) for sums in (None, SUMS["amplitude"])]
    for each, at_once in zip(*results, strict=True):
        torch.testing.assert_close(at_once, each, rtol=0, atol=VALUE)
    inputs, weights = features[:, :1, None].expand(-1, 12, -1), layer.weight.detach()
    z = expectation(inputs, weights)
    expected = ((1 + z) / 2).sqrt() - ((1 - z) / 2).sqrt()
    torch.testing.assert_close(layer(inputs).detach(), expected, rtol=0, atol=VALUE)


def test_slopes_at_an_amplitude_of_zero_are_finite() -> None:
    layer = build_layer("amplitude", 1, 1)
    with torch.no_grad():  # RY(π/2) turns the state of H to |1⟩
        layer.weight.copy_(torch.tensor([0, math.pi / 2, 0, 0]))
    inputs = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    outputs = layer(inputs)
    assert outputs.item() == pytest.approx(-1)
    assert all(torch.isfinite(slope).all() for slope in torch.autograd.grad(outputs, (inputs, layer.weight)))


def test_no_angle_is_dead_but_one_direction_is() -> None:
    assert not analyse_circuit(build_circuit(3)).dead_parameters
    slopes = torch.autograd.functional.jacobian(series, draw(8))
    assert slopes.shape == (7, 8)
    assert torch.linalg.matrix_rank(slopes) == 7


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 1_884, 800),
        (("model.silu=true",), 1_984, 800),
        (("layer=frozen",), 1_084, 0),
        (("layer=fourier",), 1_784, 0),
        (("layer=mlp",), 1_934, 0),
        (("layer=linear",), 1_194, 0),
        (("model.reps=1",), 1_484, 400),
        (("data=cifar10",), 1_084 + 150 + 800, 800),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell("data=mnist", ALL, *overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_convolutions_begin_alike_whatever_stands_behind_them() -> None:
    states = [build_model(cell(f"layer={layer}"), 0).state_dict() for layer in LAYERS]
    names = [name for name in states[0] if name.startswith("convolutions")]
    assert len(names) == 6
    assert all(torch.equal(states[0][name], state[name]) for state in states for name in names)


def test_the_polynomials_begin_as_what_the_qubits_give() -> None:
    images = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    scores = [build_model(cell(f"layer={layer}"), 0)(images) for layer in ("quantum", "fourier")]
    torch.testing.assert_close(*scores, rtol=0, atol=1e-5)
    assert list_waves(torch.tensor([math.pi / 2]), 2)[0].tolist() == pytest.approx([1, 0, -1, 1, 0], abs=1e-6)


def test_another_backend_begins_alike() -> None:
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    scores = [build_model(cell(f"backend={name}"), 0)(images) for name in ("exact", "statevector")]
    torch.testing.assert_close(*scores, rtol=0, atol=1e-5)


def test_first_weights_are_the_packages() -> None:
    weights = build_model(cell(ALL), 0).head.layer.weight.detach()
    assert weights.shape == (100, 8)
    assert abs(weights.std() - math.sqrt(2 / 160)) < 0.01  # three deviations of it


def test_pixels_are_centred() -> None:
    images = torch.tensor([0, 0.5, 1]).reshape(1, 1, 1, 3)
    assert build_model(cell(), 0).centred(images).flatten().tolist() == [-1, 0, 1]


def test_the_paper_protocol_is_the_examples() -> None:
    train = cell("protocol=paper").train
    keys = ("optimizer", "learning_rate", "batch_size", "epochs", "shuffle", "loss", "weight_decay")
    assert tuple(getattr(train, key) for key in keys) == ("adam", 1e-3, 1000, 20, True, "cross_entropy", 0)
    readouts = {layer: cell("protocol=paper", f"layer={layer}").model.readout for layer in LAYERS}
    assert readouts == {"quantum": "amplitude", "frozen": "amplitude", "fourier": "z", "mlp": "z", "linear": "z"}
    assert cell("protocol=paper", "model.readout=z").model.readout == cell().model.readout == "z"


@pytest.mark.slow  # trains
@pytest.mark.parametrize("words", ["", "model.readout=amplitude model.silu=true"])
def test_it_learns_the_digits(words: str) -> None:
    config = cell(*words.split(), "train.learning_rate=0.03", "train.epochs=20")
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        last = replica.advance()
    assert last.test_accuracy > 95


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.reps=0",), "Argument `model.reps` must be at least 1, but is 0."),
        (
            ("model.readout=x",),
            "Argument `model.readout` must be 'z' or 'amplitude', but is 'x'.",
        ),
        (
            ("data.image_shape=[1,27,28]",),
            "Argument `data.image_shape` must have 28 pixels or more in height and width with model=qkan, but is "
            "[1, 27, 28]. Three convolutions and poolings leave nothing of fewer.",
        ),
        (
            ("layer=fourier", "model.readout=amplitude"),
            "Argument `model.readout` must be left out with layer=fourier, but is 'amplitude'.",
        ),
        (("layer=mlp", "model.reps=2"), "Argument `model.reps` must be left out with layer=mlp, but is 2."),
        (("layer=linear", "model.silu=true"), "Argument `model.silu` must be left out with layer=linear, but is True."),
        (
            ("model.readout=amplitude", "backend=aer"),
            "Argument `model.readout` must be z with backend=aer, but is 'amplitude'. It is no expectation value.",
        ),
        (
            ("layer=mlp", "backend=aer"),
            "Argument `backend` must be exact with layer=mlp, but is 'aer'. Leave backend out: there is no circuit to "
            "run.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
