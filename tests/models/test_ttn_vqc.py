"""TTN-VQC against numbers of its authors' code and another program, and its circuit against its formula."""

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
from qnlnet.models.tensor_train import TensorTrain
from qnlnet.models.ttn_vqc import build_circuit, formula
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

GOLDEN = json.loads((Path(__file__).parent / "golden_ttn_vqc.json").read_text(encoding="utf-8"))
CIRCUITS = ("vqc_8q_1layer", "vqc_4q_1layer", "vqc_4q_2layers")
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
LAYERS = ("quantum", "frozen", "none")


def cell(*overrides: str) -> RunConfig:
    return load_config("model=ttn_vqc", "data=digits", *overrides)


def counted(count: int) -> Tensor:
    return torch.arange(1, count + 1, dtype=torch.float64)


def evaluate(layer: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    inputs = inputs.clone().requires_grad_()
    outputs = layer(inputs)
    weighted = (outputs * counted(outputs.shape[-1])).sum()
    return outputs.detach(), *torch.autograd.grad(weighted, (inputs, layer.weight))


@pytest.mark.parametrize(
    ("name", "way"),
    [*((name, "circuit") for name in CIRCUITS), *((name, "formula") for name in CIRCUITS if name.endswith("_1layer"))],
)
def test_outputs_and_gradients_are_those_of_another_program(name: str, way: str) -> None:
    expected = GOLDEN[name]
    qubits, layers = expected["num_qubits"], expected["layers"]
    circuit = build_circuit(qubits, layers)
    layer = (QuantumLayer(circuit) if way == "circuit" else FormulaLayer(circuit, formula)).double()
    with torch.no_grad():
        layer.weight.copy_(0.1 * counted(3 * qubits * layers))
    outputs, by_inputs, by_weights = evaluate(layer, 0.2 * counted(qubits))
    np.testing.assert_allclose(outputs, expected["outputs"], rtol=0, atol=VALUE)
    np.testing.assert_allclose(by_inputs, expected["by_inputs"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, expected["by_weights"], rtol=0, atol=SLOPE)


@pytest.mark.parametrize("qubits", [2, 4, 8, 12])
def test_the_formula_is_what_the_circuit_gives_at_each_size_that_trains(qubits: int) -> None:
    circuit = build_circuit(qubits, 1)
    running, product = QuantumLayer(circuit).double(), FormulaLayer(circuit, formula).double()
    product.load_state_dict(running.state_dict())
    inputs = math.pi / 2 * torch.rand(3, qubits, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for ours, theirs in zip(evaluate(product, inputs), evaluate(running, inputs), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=VALUE)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_last_layers_turns_about_z_do_nothing(layers: int) -> None:
    dead = analyse_circuit(build_circuit(8, layers)).dead_names
    assert set(dead) == {f"rz_q{qubit}_layer{layers}" for qubit in range(8)}


def pipeline() -> tuple[nn.Sequential, Tensor]:
    """Returns a model of three classes with the weights of the authors' code in the golden numbers, and its input."""
    model = build_model(cell("data.classes=[1,2,3]"), 0).double()
    weights = 0.5 * torch.cos(counted(184))
    with torch.no_grad():
        for core, values in zip(model.tensor_train.cores, weights.split([28, 128, 28]), strict=True):
            core.copy_(values.reshape(core.shape))
        model.circuit.weight.copy_(0.1 * counted(24))
        model.head.weight.copy_(0.1 * counted(24).reshape(3, 8))
        model.head.bias.copy_(0.1 * counted(3))
    return model, torch.sin(0.01 * counted(784)).reshape(1, 1, 28, 28)


def test_the_whole_is_that_of_the_authors_code() -> None:
    expected = GOLDEN["pipeline"]
    model, image = pipeline()
    values = {}
    outputs = image
    for name, part in model.named_children():
        values[name] = outputs = part(outputs)
    for name, key in (("tensor_train", "tt_out"), ("angles", "angles"), ("circuit", "z")):
        np.testing.assert_allclose(values[name].detach()[0], expected[key], rtol=0, atol=VALUE)
    scores = torch.log_softmax(values["head"], dim=1)
    np.testing.assert_allclose(scores.detach()[0], expected["log_softmax"], rtol=0, atol=VALUE)
    slopes = torch.autograd.grad(-scores[0, 1], list(model.tensor_train.cores))
    np.testing.assert_allclose(slopes[0].flatten(), expected["grad_first_core"], rtol=0, atol=SLOPE)
    norms = [slope.norm().item() for slope in slopes]
    np.testing.assert_allclose(norms, expected["grad_core_norms"], rtol=0, atol=SLOPE)


def test_where_all_is_positive_the_layer_is_that_of_the_authors_code() -> None:
    model, image = pipeline()
    layer = model.tensor_train
    with torch.no_grad():
        for core in layer.cores:
            core.abs_()
    for relu in (True, False):
        layer.relu_cores = relu
        outputs = layer(image.abs().flatten(1)).detach()[0]
        np.testing.assert_allclose(outputs, GOLDEN["cores and inputs without their signs"], rtol=0, atol=1e-9)


def test_without_relu_the_layer_is_a_matrix_of_products_of_cores() -> None:
    torch.manual_seed(0)
    layer = TensorTrain([2, 3, 4], [3, 1, 2], rank=2, relu_cores=False).double()
    first, second, third = layer.cores
    matrix = torch.einsum("xiua,ajvb,bkwy->ijkuvw", first, second, third).reshape(24, 6)
    inputs = torch.rand(5, 24, dtype=torch.float64)
    torch.testing.assert_close(layer(inputs), inputs @ matrix, rtol=0, atol=1e-12)


def test_elements_of_the_matrix_have_the_variance_of_xavier() -> None:
    torch.manual_seed(0)
    products = []
    for _ in range(200):
        layer = TensorTrain([7, 16, 7], [2, 2, 2], rank=2, relu_cores=False)
        products.append(layer(torch.eye(784)[::97]).detach())
    assert torch.stack(products).var().item() == pytest.approx(2 / 792, rel=0.15)


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 184 + 24 + 18, 24),
        (("data.classes=[1,2,3]",), 184 + 24 + 27, 24),
        (("model.num_qubits=12",), 198 + 36 + 26, 36),
        (("model.layers=2",), 184 + 48 + 18, 48),
        (("model.features=pca",), 24 + 18, 24),
        (("layer=frozen",), 184 + 18, 0),
        (("layer=none",), 184 + 18, 0),
        (("model.rank=1", "model.num_qubits=4"), 14 + 32 + 7 + 12 + 10, 12),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_all_else_begins_alike_whatever_stands_in_the_middle() -> None:
    models = [build_model(cell(f"layer={layer}"), 0) for layer in LAYERS]
    for model in models:
        assert torch.equal(model.head.weight, models[0].head.weight)
        assert torch.equal(model.tensor_train.cores[2], models[0].tensor_train.cores[2])
    assert torch.equal(models[0].circuit.weight, models[1].circuit.weight)


def test_the_paper_protocol_is_that_of_the_authors_code() -> None:
    train = cell("protocol=paper").train
    assert (train.batch_size, train.learning_rate, train.epochs) == (256, 0.05, 12)
    assert (train.schedule, train.weight_decay, train.loss) == ("cosine", 5e-4, "cross_entropy")


@pytest.mark.parametrize("data", ["cifar10", "stl10"])
def test_usual_modes_fit_images_in_colour(data: str) -> None:
    config = load_config("model=ttn_vqc", f"data={data}")
    assert math.prod(config.model.input_modes) == math.prod(config.data.image_shape)


@pytest.mark.parametrize("overrides", [(), ("model.relu_cores=false",), ("model.features=pca",), ("layer=none",)])
def test_trains_on_digits(overrides: tuple[str, ...]) -> None:
    config = cell("protocol=paper", "train.epochs=8", "train.batch_size=32", *overrides)
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.train_accuracy > 95


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("model.num_qubits=6",),
            "Argument `model.output_modes` must multiply to the 6 qubits, but is None.",
        ),
        (
            ("model.input_modes=[28,7]",),
            "Argument `model.input_modes` must multiply to the 784 pixels of the images, but is [28, 7].",
        ),
        (
            ("model.input_modes=[28,28]",),
            "Argument `model.output_modes` must have as many factors as model.input_modes=[28, 28], but is [2, 2, 2].",
        ),
        (
            ("model.features=pca", "model.rank=3"),
            "Argument `model.rank` must be left out with features=pca, but is 3.",
        ),
        (("layer=none", "model.layers=2"), "Argument `model.layers` must be left out with layer=none, but is 2."),
        (("model.rank=0",), "Argument `model.rank` must be at least 1, but is 0."),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)
