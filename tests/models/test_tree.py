"""Tree tensor networks against numbers of another program, Qiskit, and another order of their gates."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector
from refusals import refused
from torch import Tensor

from qnlnet import QuantumLayer
from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, count_parameters, count_quantum_parameters, prepare_features
from qnlnet.models.tree.blocks import IDENTITY, append_general_block
from qnlnet.models.tree.circuit import TREES, build_circuit
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica
from qnlnet.training.agreement import measure_aer_agreement

GOLDEN = json.loads((Path(__file__).parent / "golden_tree.json").read_text(encoding="utf-8"))
VALUE, SLOPE = 1e-10, 1e-8  # the numbers have ten decimals
GENERAL, HYBRID, HEAD = "model.unitary=general_complex", "model.structure=hybrid", "model.head=linear"
MERA = ((1, 2), (3, 4), (5, 6), (0, 1), (3, 2), (4, 5), (7, 6), (2, 5), (1, 2), (6, 5), (2, 5))
DISENTANGLERS = (0, 1, 2, 7)  # of these


def cell(*overrides: str) -> RunConfig:
    return load_config("model=tree", "data=digits", *overrides)


def few(config: RunConfig, count: int = 40) -> Features:
    whole = prepare_features(load_dataset(config.data), config)
    return Features(whole.train[:count], whole.train_labels[:count], whole.test[:8], whole.test_labels[:8])


def layer_of(weights: Tensor, unitary: str = "simple_real", blocks: str = "figure", **options: bool) -> QuantumLayer:
    layer = QuantumLayer(build_circuit(unitary, blocks, **options)).double()
    with torch.no_grad():
        layer.weight.copy_(weights)
    return layer


def draw(*shape: int) -> Tensor:
    return 6 * torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def read_out(gates: QuantumCircuit, qubit: int) -> float:
    z = SparsePauliOp.from_sparse_list([("Z", [qubit], 1)], 8)
    return float(Statevector(gates).expectation_value(z).real)


def simple_circuit(inputs: Tensor, pairs: list[tuple[int, int]], weights: list[tuple[float, float]]) -> QuantumCircuit:
    """The encoding, and blocks of RY(first weight) on the control, RY(second) on the target, CNOT."""
    gates = QuantumCircuit(8)
    for qubit, angle in enumerate(inputs.tolist()):
        gates.ry(2 * angle, qubit)
    for (control, target), (of_control, of_target) in zip(pairs, weights, strict=True):
        gates.ry(of_control, control)
        gates.ry(of_target, target)
        gates.cx(control, target)
    return gates


def by_control(pair: tuple[int, int], weights: Tensor) -> tuple[float, float]:
    """The weights of a block, of the lower-numbered qubit first, as those of control and target."""
    lower, higher = weights.tolist()
    return (lower, higher) if pair[0] < pair[1] else (higher, lower)


@pytest.mark.parametrize("blocks", ["figure", "matlab"])
def test_output_and_gradients_are_those_of_another_program(blocks: str) -> None:
    golden = GOLDEN[blocks]
    assert [list(pair) for pair in TREES[blocks]] == golden["blocks"]
    layer = layer_of(torch.arange(1, 15, dtype=torch.float64) / 10, blocks=blocks)
    inputs = (torch.arange(1, 9, dtype=torch.float64) / 5).requires_grad_()
    output = layer(inputs)
    assert output.item() == pytest.approx(golden["output_z"], abs=VALUE)
    by_inputs, by_weights = torch.autograd.grad(output.sum(), (inputs, layer.weight))
    np.testing.assert_allclose(by_inputs, golden["grad_x"], rtol=0, atol=SLOPE)
    np.testing.assert_allclose(by_weights, golden["grad_w"], rtol=0, atol=SLOPE)


def test_mera_is_what_qiskit_makes_of_its_blocks_in_order() -> None:
    inputs, blocks = draw(8) / 4, draw(11, 2)
    tree = [number for number in range(11) if number not in DISENTANGLERS]
    layer = layer_of(blocks[[*tree, *DISENTANGLERS]].flatten(), disentangled=True)
    weights = [by_control(pair, own) for pair, own in zip(MERA, blocks, strict=True)]
    expected = read_out(simple_circuit(inputs, list(MERA), weights), 5)
    assert layer(inputs).item() == pytest.approx(expected, abs=VALUE)


@pytest.mark.parametrize("disentangled", [False, True])
def test_general_blocks_are_what_qiskit_makes_of_them(disentangled: bool) -> None:
    inputs, weights = draw(8) / 4, draw(165 if disentangled else 105)
    layer = layer_of(weights, "general_complex", disentangled=disentangled)
    pairs = list(MERA) if disentangled else list(TREES["figure"])
    places = [number for number in range(11) if number not in DISENTANGLERS] + [*DISENTANGLERS]
    own = dict(zip(places if disentangled else range(7), weights.reshape(-1, 15).tolist(), strict=True))
    gates = simple_circuit(inputs, [], [])
    for number, pair in enumerate(pairs):
        angles = append_general_block(gates, *pair, f"number{number}")
        gates.assign_parameters(dict(zip(angles, own[number], strict=True)), inplace=True)
    assert layer(inputs).item() == pytest.approx(read_out(gates, 5), abs=VALUE)


def test_another_order_of_the_gates_reads_the_same_of_inputs_in_another_order() -> None:
    inputs, weights = draw(8) / 4, draw(7, 2)
    layer = layer_of(weights.flatten())
    # As a third program has the tree: the last of two neighbours always goes on, and qubit 7 is read out.
    pairs = [(0, 1), (2, 3), (4, 5), (6, 7), (1, 3), (5, 7), (3, 7)]
    figure = [by_control(pair, own) for pair, own in zip(TREES["figure"], weights, strict=True)]
    figure[2], figure[3] = figure[3], figure[2]
    gates = simple_circuit(inputs[[0, 1, 3, 2, 7, 6, 4, 5]], pairs, figure)
    assert layer(inputs).item() == pytest.approx(read_out(gates, 7), abs=VALUE)


@pytest.mark.slow
@pytest.mark.parametrize(("unitary", "dead"), [("simple_real", 0), ("general_complex", 22)])
@pytest.mark.parametrize("disentangled", [False, True])
def test_what_cannot_reach_the_output(unitary: str, dead: int, disentangled: bool) -> None:
    """Of a general block the last turns of the qubit that is not looked at again, and the very last RZ."""
    circuit = build_circuit(unitary, disentangled=disentangled)
    found = analyse_circuit(circuit).dead_names
    assert len(found) == dead
    assert not set(found) & set(circuit.weight_names[105:])  # a disentangler leaves both qubits
    layer = layer_of(draw(len(circuit.weight_params)), unitary, disentangled=disentangled)
    layer(draw(20, 8)).sum().backward()
    without = {name for name, slope in zip(circuit.weight_names, layer.weight.grad, strict=True) if abs(slope) < 1e-12}
    assert without == set(found)


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 14, 14),
        (("model.structure=mera",), 22, 22),
        ((GENERAL,), 105, 105),
        (("model.structure=mera", GENERAL), 165, 165),
        ((HYBRID, GENERAL), 165, 165),
        ((HEAD, "model.blocks=matlab"), 18, 14),
        ((HEAD, "layer=frozen"), 4, 0),
        (("layer=linear",), 9, 0),
        ((HEAD, "layer=linear"), 13, 0),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


@pytest.mark.parametrize("layer", ["quantum", "linear"])
def test_scores_are_a_value_and_its_negative_without_a_head(layer: str) -> None:
    scores = build_model(cell(f"layer={layer}"), 0)(torch.rand(5, 8))
    assert torch.equal(scores[:, 0], -scores[:, 1])


@pytest.mark.slow
def test_components_from_0_to_1_are_angles_from_0_to_a_quarter_turn() -> None:
    config = cell()
    features = prepare_features(load_dataset(config.data), config)
    assert (features.train.min(), features.train.max()) == (0, 1)
    model = build_model(config, 0).double()
    rows = torch.from_numpy(features.test[:3]).double()
    expected = layer_of(model.readout.weight.detach())(math.pi / 2 * rows)
    torch.testing.assert_close(model(rows)[:, :1], expected)


@pytest.mark.slow
def test_the_head_and_the_tree_begin_alike() -> None:
    heads = [build_model(cell(HEAD, f"layer={layer}"), 0).head.weight for layer in ("quantum", "frozen", "linear")]
    assert all(torch.equal(heads[0], head) for head in heads)
    ttn, mera, hybrid = (build_model(cell(GENERAL, f"model.structure={each}"), 0) for each in ("ttn", "mera", "hybrid"))
    for model in (mera, hybrid):
        assert torch.equal(model.readout.weight[:105], ttn.readout.weight)
    rows = torch.rand(5, 8)
    torch.testing.assert_close(hybrid(rows), ttn(rows), rtol=0, atol=1e-5)  # its weights are float32
    assert (mera(rows) - ttn(rows)).abs().max() > 0.01


@pytest.mark.slow
def test_the_hybrid_trains_its_tree_alone_at_first() -> None:
    words = (GENERAL, "protocol=paper", "train.epochs=3", "train.batch_size=20")
    ttn, hybrid = (build_replica(config, 0, few(config)) for config in (cell(*words), cell(HYBRID, *words)))
    identity = torch.tensor(IDENTITY).repeat(4)
    assert hybrid.advance().train_loss == pytest.approx(ttn.advance().train_loss, abs=1e-5)
    weight = hybrid.model.readout.weight
    assert torch.equal(weight[105:], identity)
    torch.testing.assert_close(weight[:105], ttn.model.readout.weight, rtol=0, atol=1e-3)
    hybrid.advance()
    assert not torch.equal(hybrid.model.readout.weight[105:], identity)


@pytest.mark.slow
def test_the_hybrid_goes_on_from_its_state_and_runs_elsewhere() -> None:
    config = cell(GENERAL, HYBRID, "train.epochs=2", "train.batch_size=20")
    features = few(config)
    whole, second = (build_replica(config, 0, features) for _ in range(2))
    whole.advance()
    second.restore(whole.state())
    for replica in (whole, second):
        replica.advance()
    assert torch.equal(whole.model.readout.weight, second.model.readout.weight)
    assert measure_aer_agreement(second.trained_model(), config, 0, features.test) == 1


def test_the_paper_protocol_is_ours() -> None:
    train = cell("protocol=paper").train
    assert (train.loss, train.epochs, train.batch_size, train.learning_rate) == ("squared", 10, 64, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("overrides", [(), (GENERAL, HYBRID)], ids=["simple TTN", "general hybrid"])
def test_trains_on_digits(overrides: tuple[str, ...]) -> None:
    config = cell("protocol=paper", "train.epochs=8", *overrides)
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.train_accuracy > 95


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data.classes=[0,1,2]",),
            "Argument `data.classes` must name two with model=tree, but is [0, 1, 2]. It tells two classes apart: "
            "data.classes=[3,6].",
        ),
        (
            (HYBRID,),
            "Argument `model.unitary` must be general_complex with structure=hybrid, but is 'simple_real'. "
            "Disentanglers begin at the identity, and two RY and a CNOT never are that.",
        ),
        (
            ("model.structure=mera", "model.blocks=matlab"),
            "Argument `model.blocks` must be figure with structure=mera, but is 'matlab'. Disentanglers are known for "
            "the figure only.",
        ),
        (
            (GENERAL, "model.blocks=matlab"),
            "Argument `model.blocks` must be figure with unitary=general_complex, but is 'matlab'. It is the order of "
            "CNOTs, and any unitary is any in both directions.",
        ),
        (
            ("layer=frozen",),
            "Argument `model.head` must be linear with layer=frozen, but is 'none'. Nothing would be trained.",
        ),
        (
            ("layer=frozen", HEAD, HYBRID, GENERAL),
            "Argument `model.structure` must be ttn or mera with layer=frozen, but is 'hybrid'. Its disentanglers "
            "would stay the identity.",
        ),
        (
            ("layer=linear", "model.structure=mera"),
            "Argument `model.structure` must be left out with layer=linear, but is 'mera'.",
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
