"""Entangling gates other than CX, and the same gate more than once: names, gradients, drawings, what is dead."""

import re

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector
from refusals import refused

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit, build_qnl_circuit, circuit_from_config
from qnlnet.circuits.drawing import draw_circuit, label_circuit, render
from qnlnet.config import AnsatzConfig, BackendConfig, config_hash, load_config
from qnlnet.config.ansatz import FIXED_ENTANGLERS, TURNING_ENTANGLERS
from qnlnet.errors import ArgumentError
from qnlnet.simulator import analyse_circuit

ALL = (*FIXED_ENTANGLERS, *TURNING_ENTANGLERS)
STEP = 1e-4  # of central differences, whose error is at most STEP² here
ZYZ = [{"gate": gate, "qubits": "all"} for gate in ("rz", "ry", "rz")]


def build(gate: str, reps: int = 1, num_qubits: int = 3) -> Circuit:
    entangling = [{"gate": gate, "path": [0, "...", -1]}, [2, 0]]
    ansatz = AnsatzConfig(name="own", rotations=ZYZ, entangling=entangling, closing_rotations=ZYZ)
    return build_qnl_circuit(ansatz, ansatz_reps=reps, num_qubits=num_qubits)


def draw(qnl: Circuit, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-3, 3, len(qnl.input_params)), rng.uniform(-3, 3, len(qnl.weight_params))


def expected_value(qnl: Circuit, inputs: np.ndarray, weights: np.ndarray) -> float:
    values = dict(zip((*qnl.input_params, *qnl.weight_params), (*inputs, *weights), strict=True))
    return float(np.real(Statevector(qnl.circuit.assign_parameters(values)).expectation_value(qnl.observable)))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["statevector", "aer", "exact"])
@pytest.mark.parametrize("gate", ALL)
def test_values_and_gradients_on_each_backend(gate: str, backend: str) -> None:
    qnl = build(gate)
    inputs, weights = draw(qnl)
    qnn = build_qnn(qnl, BackendConfig(name=backend))
    assert qnn.forward(inputs, weights).item() == pytest.approx(expected_value(qnl, inputs, weights), abs=1e-9)
    of_inputs, of_weights = qnn.backward(inputs, weights)
    assert of_inputs is not None
    for gradient, values, shifted in (
        (of_weights, weights, lambda values: expected_value(qnl, inputs, values)),
        (of_inputs, inputs, lambda values: expected_value(qnl, values, weights)),
    ):
        steps = np.eye(len(values)) * STEP
        numeric = [(shifted(values + step) - shifted(values - step)) / (2 * STEP) for step in steps]
        np.testing.assert_allclose(np.asarray(gradient).ravel(), numeric, atol=1e-6)


@pytest.mark.parametrize("gate", ALL)
def test_a_gate_that_turns_has_a_weight_for_each_pair(gate: str) -> None:
    names = build(gate, reps=2).weight_names
    assert len(set(names)) == len(names)
    own = [name for name in names if name.startswith(f"{gate}_")]
    pairs = ("q0_q1", "q1_q2")
    assert own == ([f"{gate}_{p}_rep{k}" for k in (1, 2) for p in pairs] if gate in TURNING_ENTANGLERS else [])


def test_the_same_gate_again_has_a_number_in_its_name() -> None:
    names = build("cx").weight_names
    assert names == tuple(
        f"{gate}_q{qubit}_rep1{closing}{number}"
        for closing in ("", "_closing")
        for gate, number in (("rz", ""), ("ry", ""), ("rz", "_2"))
        for qubit in range(3)
    )


def test_a_bare_path_and_a_path_of_cx_are_the_same_circuit() -> None:
    drawings = set()
    for path in ([0, "...", -1], {"gate": "cx", "path": [0, "...", -1]}, {"path": [0, "...", -1]}):
        ansatz = AnsatzConfig(name="own", rotations=ZYZ, entangling=[path])
        drawings.add(str(build_qnl_circuit(ansatz).circuit.draw("text")))
    assert len(drawings) == 1


@pytest.mark.parametrize("gate", TURNING_ENTANGLERS)
def test_a_gate_that_turns_is_the_one_of_qiskit(gate: str) -> None:
    ansatz = AnsatzConfig(name="own", rotations=[], entangling=[{"gate": gate, "path": [1, 0]}])
    qnl, theirs = build_qnl_circuit(ansatz, num_qubits=2), QuantumCircuit(2)
    bare = qnl.circuit.copy_empty_like()
    for instruction in qnl.circuit.data[4:]:  # behind the encoder
        bare.append(instruction)
    getattr(theirs, gate)(0.7, 1, 0)
    (angle,) = qnl.weight_params
    assert Operator(bare.assign_parameters({angle: 0.7})) == Operator(theirs)


def test_weights_may_stand_in_closing_rotations_or_entanglers_alone() -> None:
    for words in ("closing_rotations=[{gate:rx,qubits:all}]", "entangling=[{gate:rxx,path:[0,...,-1]}]"):
        others = "entangling=[]" if words.startswith("closing") else "closing_rotations=[]"
        config = load_config(*(f"ansatz.{each}" for each in ("name=own", "rotations=[]", words, others)))
        qnl = circuit_from_config(config)
        assert len(qnl.weight_params) == 4 - words.startswith("entangling")
        assert build_qnn(qnl, BackendConfig()).forward(*draw(qnl)).shape == (1, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "ansatz.rotations=[] ansatz.closing_rotations=[]",
            "Argument `ansatz.rotations` must have a gate with a weight on 4 qubits, as there is nothing to train "
            "without, but is []. Such gates are rotations, closing rotations, and rxx, ryy, rzz, crx, cry, crz as "
            "entangling gates.",
        ),
        (
            "ansatz.entangling=[[2,2]]",
            "Argument `ansatz.entangling` must name two different of the 4 qubits one after the other, but is [2, 2]. "
            "A gate needs a control and a target.",
        ),
        (
            "ansatz.entangling=[{gate:crz,path:[0,-4]}]",
            "Argument `ansatz.entangling` must name two different of the 4 qubits one after the other, but is [0, -4]. "
            "A gate needs a control and a target.",
        ),
        (
            "ansatz.entangling=[[2]]",
            "Argument `ansatz.entangling` must name at least two qubits in each path, but is [2].",
        ),
        (
            "ansatz.entangling=[[]]",
            "Argument `ansatz.entangling` must name at least two qubits in each path, but is [].",
        ),
        (
            "ansatz.rotations=[{gate:rx,qubits:[3,-1]}]",
            "Argument `ansatz.rotations` must name at least one of the 4 qubits, each once, but is [3, -1]. "
            "The same gate again on a qubit stands in a line of its own, after others.",
        ),
        (
            "ansatz.closing_rotations=[{gate:rx,qubits:[]}]",
            "Argument `ansatz.closing_rotations` must name at least one of the 4 qubits, each once, but is []. "
            "The same gate again on a qubit stands in a line of its own, after others.",
        ),
    ],
)
def test_gates_that_mean_nothing_are_refused(words: str, sentence: str) -> None:
    with refused(sentence):
        circuit_from_config(load_config("ansatz.name=own", *words.split()))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("{gate:foo,path:[0,1]}", "Argument `ansatz.entangling.0.gate` must be 'cx', 'cz', 'swap', 'rxx', "),
        ("{gate:cz}", "The configuration key `ansatz.entangling.0.path` is missing."),
        ("{gate:cz,path:[0,a]}", "Argument `ansatz.entangling.0.path.1` must be an integer, but is 'a'."),
        ("{gate:cz,qubits:[0,1],path:[0,1]}", "There is no configuration key `ansatz.entangling.0.qubits`."),
        ("3", "Argument `ansatz.entangling.0` must be a list, such as [3,6], but is 3."),
    ],
)
def test_a_mistake_in_an_entangling_gate_is_one_sentence(value: str, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(sentence)}"):
        load_config("ansatz.name=own", f"ansatz.entangling=[{value}]")


def test_entangling_gates_are_part_of_the_hash() -> None:
    hashes = [
        config_hash(load_config("ansatz.name=own", f"ansatz.entangling=[{{gate:{gate},path:[0,1]}}]")) for gate in ALL
    ]
    assert len(set(hashes)) == len(ALL)


@pytest.mark.parametrize("gate", ALL)
def test_what_is_dead_does_not_change_the_output(gate: str) -> None:
    ansatz = AnsatzConfig(name="own", rotations=ZYZ, entangling=[{"gate": gate, "path": [1, 2]}])
    qnl = build_qnl_circuit(ansatz, num_qubits=4, readout_qubit=2)
    reach = analyse_circuit(qnl)
    assert {"rz_q0_rep1", "ry_q0_rep1", "rz_q3_rep1_2"} <= set(reach.dead_names)
    is_diagonal = gate in ("cz", "rzz", "crz")  # and so does not touch Z
    assert ({"rz_q1_rep1", "ry_q1_rep1"} <= set(reach.live_names)) != is_diagonal
    inputs, weights = draw(qnl)
    moved = np.array([w + (name in reach.dead_names) for w, name in zip(weights, qnl.weight_names, strict=True)])
    assert expected_value(qnl, inputs, moved) == pytest.approx(expected_value(qnl, inputs, weights), abs=1e-12)
    assert not np.array_equal(moved, weights)


@pytest.mark.slow
@pytest.mark.parametrize("gate", ALL)
def test_every_gate_is_drawn_alive_and_dead(gate: str) -> None:
    qnl = build(gate)
    entangling = {k for k, instruction in enumerate(qnl.circuit.data) if len(instruction.qubits) == 2}
    names = {label_circuit(qnl, entangling).data[position].operation.name for position in entangling}
    assert f"dead_{gate if gate in qnl.circuit.count_ops() else 'cx' if gate == 'crz' else 'cz'}" in names
    for dead in (set(), entangling):
        assert render(draw_circuit(qnl, dead_gates=dead), "png").startswith(b"\x89PNG")
