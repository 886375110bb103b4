"""The circuits of the paper gate by gate, their parameters and their observable."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector
from refusals import refused

from qnlnet.circuits import Circuit, circuit_from_config
from qnlnet.config import load_config
from qnlnet.errors import ArgumentError

BuildCircuit = Callable[..., Circuit]

ENCODER = """
h 0
p 0 2*x[0]
h 1
p 1 2*x[1]
h 2
p 2 2*x[2]
h 3
p 3 2*x[3]
"""
ROTATIONS = """
rz 0 rz_q0_rep{k}
ry 1 ry_q1_rep{k}
ry 2 ry_q2_rep{k}
rx 3 rx_q3_rep{k}
"""
ENTANGLING = {
    "0": "cx 1 2\ncx 2 3\ncx 3 0\n",
    "1": "cx 3 2\ncx 2 1\ncx 1 0\n",
    "2": "cx 1 3\ncx 3 2\ncx 2 0\n",
}
CLOSING = "rz 0 rz_q0_rep{k}_closing\n"


def gates(circuit: QuantumCircuit) -> list[str]:
    """Returns each gate as its name, its qubits and its angle."""
    lines = []
    for instruction in circuit.data:
        qubits = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
        lines.append(" ".join(map(str, [instruction.operation.name, *qubits, *instruction.operation.params])))
    return lines


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def cx_pairs(circuit: QuantumCircuit) -> list[tuple[int, ...]]:
    return [
        tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        for instruction in circuit.data
        if instruction.operation.name == "cx"
    ]


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_gates_of_the_paper(build_circuit: BuildCircuit, ansatz: str) -> None:
    expected = ENCODER + ROTATIONS + ENTANGLING[ansatz] + CLOSING
    assert gates(build_circuit(ansatz).circuit) == lines(expected.format(k=1))


def test_repetitions_share_inputs_and_have_weights_of_their_own(build_circuit: BuildCircuit) -> None:
    repetition = ROTATIONS + ENTANGLING["2"] + CLOSING
    expected = ENCODER + ENCODER + repetition.format(k=1) + repetition.format(k=2)
    assert gates(build_circuit("2", r=2, D=2).circuit) == lines(expected)


@pytest.mark.parametrize("num_qubits", range(2, 13))
@pytest.mark.parametrize("ansatz", ["0", "1"])
def test_ansatz_scales_to_other_numbers_of_qubits(build_circuit: BuildCircuit, ansatz: str, num_qubits: int) -> None:
    qnl = build_circuit(ansatz, D=2, num_qubits=num_qubits, readout=num_qubits - 1)
    last = num_qubits - 1
    cyclic = [(k, k + 1) for k in range(1, last)] + [(last, 0)]
    reverse = [(k, k - 1) for k in range(last, 0, -1)]
    assert cx_pairs(qnl.circuit) == 2 * {"0": cyclic, "1": reverse}[ansatz]
    middle = [f"ry_q{k}" for k in range(1, last)]
    names = [["rz_q0", *middle, f"rx_q{last}", "rz_q0"], [f"_rep{k}" for k in (1, 2)]]
    expected = [name + rep for rep in names[1] for name in names[0]]
    assert [name.removesuffix("_closing") for name in qnl.weight_names] == expected
    assert [name for name in qnl.weight_names if name.endswith("_closing")] == [
        "rz_q0_rep1_closing",
        "rz_q0_rep2_closing",
    ]
    assert len(qnl.input_params) == num_qubits


@pytest.mark.parametrize("num_qubits", [2, 3, 5, 12])
def test_ansatz_2_is_for_four_qubits_only(build_circuit: BuildCircuit, num_qubits: int) -> None:
    with pytest.raises(ArgumentError, match=f"`num_qubits` must be 4 for ansatz 2.* but is {num_qubits}"):
        build_circuit("2", num_qubits=num_qubits, readout=0)


@pytest.mark.parametrize(("r", "D"), [(1, 1), (2, 3), (3, 1)])
def test_parameters_are_ordered_and_complete(build_circuit: BuildCircuit, r: int, D: int) -> None:
    qnl = build_circuit("1", r=r, D=D)
    assert [parameter.name for parameter in qnl.input_params] == ["x[0]", "x[1]", "x[2]", "x[3]"]
    assert set(qnl.circuit.parameters) == {*qnl.input_params, *qnl.weight_params}
    in_circuit = [
        instruction.operation.params[0].name
        for instruction in qnl.circuit.data
        if instruction.operation.name in ("rx", "ry", "rz")
    ]
    assert list(qnl.weight_names) == in_circuit
    assert len(set(qnl.weight_names)) == 5 * D


@pytest.mark.parametrize("readout", range(4))
def test_observable_is_z_on_the_qubit_of_that_index(build_circuit: BuildCircuit, readout: int) -> None:
    observable = build_circuit(readout=readout).observable
    assert observable == SparsePauliOp("I" * (3 - readout) + "Z" + "I" * readout)  # labels are little-endian
    flipped = QuantumCircuit(4)
    flipped.x(readout)
    others = QuantumCircuit(4)
    others.x([qubit for qubit in range(4) if qubit != readout])
    assert Statevector(flipped).expectation_value(observable) == -1
    assert Statevector(others).expectation_value(observable) == 1


def test_several_readouts_are_several_observables(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit(readout=[3, 0])
    assert qnl.observables == (SparsePauliOp("ZIII"), SparsePauliOp("IIIZ"))
    with pytest.raises(ArgumentError, match="must name one qubit here, but is 2"):
        _ = qnl.observable


@pytest.mark.parametrize(("r", "D"), [(1, 1), (2, 3)])
def test_reuploading_puts_an_encoder_with_inputs_of_its_own_before_each_ansatz(
    build_circuit: BuildCircuit, r: int, D: int
) -> None:
    qnl = build_circuit("1", r=r, D=D, reupload=True)
    assert len(qnl.input_params) == 4 * D
    once = build_circuit("1", r=r)
    length = len(once.circuit.data)
    assert len(qnl.circuit.data) == D * length
    values = np.random.default_rng(0).uniform(-3, 3, (D, 9))
    bound = qnl.circuit.assign_parameters(
        dict(zip(qnl.input_params, values[:, :4].ravel(), strict=True))
        | dict(zip(qnl.weight_params, values[:, 4:].ravel(), strict=True))
    )
    expected = QuantumCircuit(4)
    for row in values:
        parameters = dict(zip((*once.input_params, *once.weight_params), row, strict=True))
        expected.compose(once.circuit.assign_parameters(parameters), inplace=True)
    assert gates(bound) == gates(expected)


def test_released_label_is_the_default_readout(build_circuit: BuildCircuit) -> None:
    assert build_circuit(readout=None).observable == SparsePauliOp("ZIII")  # as the released code writes it
    assert build_circuit(readout=None, num_qubits=6).observable == SparsePauliOp("ZIIIII")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"r": 0}, "Argument `feature_map_reps` must be at least 1, but is 0."),
        ({"D": -1}, "Argument `ansatz_reps` must be at least 1, but is -1."),
        ({"num_qubits": 1, "readout": 0}, "Argument `num_qubits` must be at least 2, but is 1."),
        ({"readout": 4}, "Argument `readout_qubit` must be between 0 and 3, but is 4."),
        ({"readout": []}, "Argument `readout_qubit` must be between 0 and 3, but is []."),
        ({"readout": [1, 4]}, "Argument `readout_qubit` must be between 0 and 3, but is [1, 4]."),
        ({"readout": -1}, "Argument `readout_qubit` must be between 0 and 3, but is -1."),
    ],
)
def test_bad_arguments_are_refused(build_circuit: BuildCircuit, arguments: dict[str, Any], message: str) -> None:
    with refused(message):
        build_circuit(**arguments)


def test_configuration_reaches_the_circuit(build_circuit: BuildCircuit) -> None:
    config = load_config("ansatz=1", "r=2", "D=3", "num_qubits=5", "readout_qubit=1")
    from_config = circuit_from_config(config)
    direct = build_circuit("1", r=2, D=3, num_qubits=5, readout=1)
    assert gates(from_config.circuit) == gates(direct.circuit)
    assert from_config.observable == direct.observable
    assert from_config.weight_names == direct.weight_names


def test_encoder_is_the_z_feature_map(build_circuit: BuildCircuit) -> None:
    from qiskit.circuit.library import z_feature_map

    inputs = np.random.default_rng(0).uniform(-3, 3, 4)
    qnl = build_circuit("0", r=2)
    encoder = qnl.circuit.copy_empty_like()
    for instruction in qnl.circuit.data[:16]:
        encoder.append(instruction)
    ours = Statevector(encoder.assign_parameters(dict(zip(qnl.input_params, inputs, strict=True))))
    theirs = Statevector(z_feature_map(4, reps=2).assign_parameters(inputs))
    np.testing.assert_allclose(ours.data, theirs.data, rtol=0, atol=1e-14)
