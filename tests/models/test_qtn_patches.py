"""The net of quarters against Qiskit's own gates and state vectors, with the state reset and carried over."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import CU3Gate, UGate
from qiskit.quantum_info import Operator, Pauli, Statevector
from refusals import refused
from torch import nn

from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import (
    build_model,
    count_parameters,
    count_quantum_parameters,
    family_of,
    prepare_features,
)
from qnlnet.models.qtn_patches import append_controlled_u3, append_u3, build_circuit
from qnlnet.simulator import analyse_circuit
from qnlnet.training import build_replica

RING = ((0, 1), (1, 2), (2, 3), (3, 0))
EACH = [Pauli("IIIZ"), Pauli("IIZI"), Pauli("IZII"), Pauli("ZIII")]  # qubits 0 to 3
CARRIED = ("false", "true")
Array = NDArray[np.float64]


def cell(*overrides: str) -> RunConfig:
    return load_config("model=qtn_patches", "data=digits", "data.classes=[1,2,3]", *overrides)


def u3(angles: tuple[float, float, float]) -> NDArray[np.complex128]:
    """Returns the matrix as torchquantum writes it."""
    theta, phi, lam = angles
    cosine, sine = math.cos(theta / 2), math.sin(theta / 2)
    return np.array(
        [
            [cosine, -sine * np.exp(1j * lam)],
            [sine * np.exp(1j * phi), cosine * np.exp(1j * (phi + lam))],
        ]
    )


def test_the_gates_are_those_of_torchquantum_and_of_qiskit() -> None:
    values = (0.7, -1.3, 2.1)
    angles = tuple(Parameter(name) for name in ("theta", "phi", "lambda"))
    bound = dict(zip(angles, values, strict=True))
    single, controlled = QuantumCircuit(1), QuantumCircuit(2)
    append_u3(single, angles, 0)
    append_controlled_u3(controlled, angles, 1, 0)  # Qiskit's last qubit comes first in a matrix
    block = np.eye(4, dtype=complex)
    block[2:, 2:] = u3(values)
    for circuit, gate, qubits, matrix in (
        (single, UGate(*values), [0], u3(values)),
        (controlled, CU3Gate(*values), [1, 0], block),
    ):
        theirs = QuantumCircuit(circuit.num_qubits)
        theirs.append(gate, qubits)
        np.testing.assert_allclose(Operator(theirs).data, matrix, rtol=0, atol=1e-14)
        assert Operator(circuit.assign_parameters(bound)).equiv(Operator(matrix), rtol=0, atol=1e-12)


def append_blocks(circuit: QuantumCircuit, weights: Array) -> None:
    for block in weights.reshape(-1, 2, 4, 3):
        for qubit in range(4):
            circuit.append(UGate(*block[0, qubit]), [qubit])
        for qubits, angles in zip(RING, block[1], strict=True):
            circuit.append(CU3Gate(*angles), qubits)


def reference(quarters: Array, weights: Array, *, carried: bool, blocks: int) -> Array:
    """Returns ⟨Z⟩ of four qubits behind all circuits by state vectors, for angles of shape (4 quarters, 4)."""
    start = state = Statevector.from_int(0, 16)
    given = np.empty((4, 4))
    for number, quarter in enumerate(quarters):
        circuit = QuantumCircuit(4)
        for qubit, angle in enumerate(quarter):
            circuit.ry(angle, qubit)
        append_blocks(circuit, weights[: 24 * blocks])
        state = (state if carried else start).evolve(circuit)
        given[:, number] = [state.expectation_value(pauli).real for pauli in EACH]
    angles = math.pi / 2 / (1 + np.exp(-given.flatten()))  # qubit by qubit
    circuit = QuantumCircuit(4)
    for gate, group in zip(("ry", "rz", "rx", "ry"), angles.reshape(4, 4), strict=True):
        for qubit, angle in enumerate(group):
            getattr(circuit, gate)(angle, qubit)
    append_blocks(circuit, weights[24 * blocks :])
    state = (state if carried else start).evolve(circuit)
    return np.array([state.expectation_value(pauli).real for pauli in EACH])


def weights_of(circuits: nn.Module) -> list[nn.Parameter]:
    """Returns the weights in the order of quarters and joint circuit: two tensors, or one."""
    return list(circuits.parameters())


@pytest.mark.slow
@pytest.mark.parametrize(("carry", "blocks", "joint_blocks"), [("false", 5, 4), ("true", 2, 1)])
def test_values_and_gradients_are_those_of_state_vectors(carry: str, blocks: int, joint_blocks: int) -> None:
    sizes = f"model.blocks={blocks}", f"model.joint_blocks={joint_blocks}"
    circuits = build_model(cell(f"model.carry_state={carry}", *sizes), 0).circuits.double()
    random = np.random.default_rng(0)
    quarters = random.uniform(-1, 3, (2, 4, 4))
    inputs = torch.from_numpy(quarters).requires_grad_()
    weights = torch.cat([weight.detach() for weight in weights_of(circuits)]).numpy()
    assert weights.size == 24 * (blocks + joint_blocks)
    outputs = circuits(inputs)
    carried = carry == "true"
    expected = [reference(rows, weights, carried=carried, blocks=blocks) for rows in quarters]
    np.testing.assert_allclose(outputs.detach(), expected, rtol=0, atol=1e-10)

    slope = random.normal(size=4)
    gradient = torch.autograd.grad(outputs[0] @ torch.from_numpy(slope), [inputs, *weights_of(circuits)])
    ours = [gradient[0][0].numpy(), torch.cat(gradient[1:]).numpy()]
    along = [random.normal(size=part.shape) / 10 for part in ours]

    def at(step: float) -> float:
        moved = quarters[0] + step * along[0], weights + step * along[1]
        return float(slope @ reference(*moved, carried=carried, blocks=blocks))

    step = 0.01
    derivative = (8 * (at(step) - at(-step)) - at(2 * step) + at(-2 * step)) / (12 * step)  # error of step⁴
    assert sum(float((one * other).sum()) for one, other in zip(ours, along, strict=True)) == pytest.approx(
        derivative, abs=1e-6
    )


def test_quarters_are_averages_of_six_by_six_pixels() -> None:
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    quarters = build_model(cell("layer=none"), 0).quarters
    averages = image[0, 0, :24, :24].reshape(4, 6, 4, 6).mean(dim=(1, 3))
    for quarter, (row, column) in zip(quarters(image)[0], ((0, 0), (0, 2), (2, 0), (2, 2)), strict=True):
        torch.testing.assert_close(quarter, averages[row : row + 2, column : column + 2].flatten())
    image[..., 24:, :] = image[..., 24:] = 7  # is not seen
    torch.testing.assert_close(quarters(image)[0, 3, 3], averages[3, 3])


def test_values_of_a_qubit_are_side_by_side() -> None:
    circuits = build_model(cell("model.blocks=1", "model.joint_blocks=1"), 0).circuits
    given, seen = torch.arange(16.0).reshape(1, 4, 4), []
    circuits.patch.register_forward_hook(lambda *_: given)
    circuits.joint.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    circuits(torch.zeros(1, 4, 4))
    torch.testing.assert_close(seen[0], math.pi / 2 * torch.sigmoid(given[0].T.reshape(1, 16)))


def test_the_last_phases_of_controlled_gates_do_nothing() -> None:
    """But for that of 0 → 1: qubit 0 is turned once more."""
    assert set(analyse_circuit(build_circuit("patch", 1, 2)).dead_names) == {
        f"patch_cu3_phi_q{qubit}_block2" for qubit in (1, 2, 3)
    }
    assert set(analyse_circuit(build_circuit("all", 4, 1, 2)).dead_names) == {
        f"joint_cu3_phi_q{qubit}_block2" for qubit in (1, 2, 3)
    }


@pytest.mark.parametrize(
    ("overrides", "trained", "quantum"),
    [
        ((), 120 + 96 + 15, 120 + 96),
        (("data.classes=[0,1]",), 120 + 96 + 10, 120 + 96),
        (("model.carry_state=true", "model.blocks=2", "model.joint_blocks=3"), 48 + 72 + 15, 48 + 72),
        (("layer=frozen", "model.blocks=1"), 15, 0),
        (("layer=frozen", "model.carry_state=true", "model.blocks=1", "model.joint_blocks=1"), 15, 0),
        (("layer=none",), 16 * 3 + 3, 0),
        (("layer=none", "protocol=paper"), 16 * 3 + 3, 0),
    ],
)
def test_what_is_trained(overrides: tuple[str, ...], trained: int, quantum: int) -> None:
    model = build_model(cell(*overrides), 0)
    assert (count_parameters(model), count_quantum_parameters(model)) == (trained, quantum)


def test_all_begins_alike_whatever_the_state_and_whether_circuits_are_trained() -> None:
    few = "model.blocks=1", "model.joint_blocks=2"
    kinds = ((), ("layer=frozen",), ("model.carry_state=true",), ("model.carry_state=true", "layer=frozen"))
    models = [build_model(cell(*few, *kind), 0) for kind in kinds]
    for one, other in pairwise(models):
        assert torch.equal(one.head.weight, other.head.weight)
        assert torch.equal(torch.cat(weights_of(one.circuits)), torch.cat(weights_of(other.circuits)))
    assert 2 < torch.cat(weights_of(models[0].circuits)).abs().max() < math.pi


def test_a_carried_model_saves_its_weights_once() -> None:
    one, other = (
        build_model(cell("model.carry_state=true", "model.blocks=1", "model.joint_blocks=1"), seed) for seed in (0, 1)
    )
    assert [name for name, _ in one.named_parameters()] == ["circuits.whole.weight", "head.weight", "head.bias"]
    quarters = torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(one.circuits(quarters), other.circuits(quarters))
    other.load_state_dict(one.state_dict())
    assert torch.equal(one.circuits(quarters), other.circuits(quarters))


def test_the_paper_protocol_is_that_of_the_authors_code() -> None:
    config = cell("protocol=paper")
    train = config.train
    assert (train.batch_size, train.learning_rate, train.epochs) == (10, 5e-3, 12)
    assert (train.schedule, train.weight_decay, train.loss) == ("cosine", 1e-4, "cross_entropy")
    assert config.model.carry_state
    assert not cell().model.carry_state
    assert not cell("protocol=paper", "model.carry_state=false").model.carry_state


def test_carried_and_reset_cells_have_names_of_their_own() -> None:
    names = {" ".join(cell(f"model.carry_state={carry}").model.name_parts()) for carry in CARRIED}
    assert names == {"qtn_patches", "qtn_patches carried"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("overrides", "least"),
    [
        (("model.carry_state=false", "model.blocks=2", "model.joint_blocks=2"), 90),
        (("model.blocks=1", "model.joint_blocks=1"), 90),
        (("model.carry_state=false", "model.blocks=2", "model.joint_blocks=1", "layer=frozen"), 70),
        (("layer=none",), 90),
    ],
)
def test_trains_on_digits(overrides: tuple[str, ...], least: float) -> None:
    fast = "train.epochs=6", "train.batch_size=32", "train.learning_rate=0.03"
    config = cell("data.classes=[0,1]", "protocol=paper", *fast, *overrides)
    replica = build_replica(config, 0, prepare_features(load_dataset(config.data), config))
    while not replica.finished:
        epoch = replica.advance()
    assert epoch.train_accuracy > least


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            ("data=cifar10",),
            "Argument `data.image_shape` must have one channel and 24 to 29 pixels in height and width with "
            "model=qtn_patches, but is [3, 32, 32]. Averages of 6 × 6 of them must be 4 × 4.",
        ),
        (("layer=none", "model.blocks=2"), "Argument `model.blocks` must be left out with layer=none, but is 2."),
        (("model.joint_blocks=0",), "Argument `model.joint_blocks` must be at least 1, but is 0."),
        (("model.blocks=100",), "Argument `model.blocks` must be at most 32, but is 100."),
        (("model.carry_state=maybe",), "Argument `model.carry_state` must be true or false, but is 'maybe'."),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        cell(*overrides)


def test_circuits_are_listed_in_the_order_in_which_they_run() -> None:
    for carry, inputs in (("false", [4, 16]), ("true", [4, 8, 12, 16, 32])):
        config = cell(f"model.carry_state={carry}")
        assert [circuit.num_inputs for circuit in family_of(config).circuits(config)] == inputs
    config = cell("layer=none")
    assert family_of(config).circuits(config) == ()
