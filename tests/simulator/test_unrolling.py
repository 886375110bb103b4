"""Gates that Qiskit translates, and angles that are expressions, against Qiskit's state vector."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit import transpile
from qiskit.circuit import Gate, Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.library import QFTGate, UnitaryGate, XXPlusYYGate, efficient_su2, zz_feature_map
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import SparsePauliOp, Statevector, random_unitary

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.simulator import SUPPORTED_GATES, ExactSimulator
from qnlnet.simulator.columns import Columns

ROUNDING = 1e-12
A, B, C, D = (Parameter(name) for name in "abcd")


def prepare(num_qubits: int) -> QuantumCircuit:
    """A state without symmetries, so that a wrong gate shows."""
    circuit = QuantumCircuit(num_qubits)
    for qubit in range(num_qubits):
        circuit.ry(0.4 + 0.3 * qubit, qubit)
        circuit.rz(0.9 - 0.2 * qubit, qubit)
    for qubit in range(num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    return circuit


def observables(num_qubits: int) -> list[SparsePauliOp]:
    labels = [letter * num_qubits for letter in "XYZ"] + ["Z" + "I" * (num_qubits - 1), "I" * (num_qubits - 1) + "Y"]
    return [SparsePauliOp(label) for label in labels]


def assert_like_qiskit(circuit: QuantumCircuit, rows: np.ndarray | None = None) -> None:
    """Values are those of the state vector, derivatives those of central differences of them."""
    parameters = list(circuit.parameters)
    rows = np.random.default_rng(5).uniform(-2, 2, (3, len(parameters))) if rows is None else rows
    measured = observables(circuit.num_qubits)
    values, jacobian = ExactSimulator(circuit, measured, parameters).values_and_jacobian(rows)

    def qiskit(row: np.ndarray) -> np.ndarray:
        state = Statevector(circuit.assign_parameters(dict(zip(parameters, row, strict=True))))
        return np.array([state.expectation_value(observable).real for observable in measured])

    np.testing.assert_allclose(values, [qiskit(row) for row in rows], rtol=0, atol=ROUNDING)
    step = 1e-5
    for index, row in enumerate(rows):
        for parameter, move in enumerate(step * np.eye(len(parameters))):
            slope = (qiskit(row + move) - qiskit(row - move)) / (2 * step)
            # An error of step² times third derivatives, which are below 100 here, and rounding of 1e-15 / step.
            np.testing.assert_allclose(jacobian[index, :, parameter], slope, rtol=0, atol=1e-7)


UNITARIES = {
    name: gate
    for name, gate in get_standard_gate_name_mapping().items()
    if isinstance(gate, Gate) and gate.num_qubits > 0
}


@pytest.mark.parametrize("name", sorted(UNITARIES))
def test_every_standard_gate(name: str) -> None:
    gate = UNITARIES[name]
    circuit = prepare(max(2, gate.num_qubits))
    bound = [parameter * 0.7 + 0.2 for parameter in (A, B, C, D)[: len(gate.params)]]
    circuit.append(gate.base_class(*bound) if bound else gate, range(gate.num_qubits))
    assert_like_qiskit(circuit)


def test_there_are_many_standard_gates() -> None:
    assert len(UNITARIES) > 40
    assert {"sx", "sdg", "tdg", "id", "u", "cp", "crx", "cy", "ccx", "ecr", "rzx", "u3"} <= set(UNITARIES)
    assert set(SUPPORTED_GATES) <= set(UNITARIES)


def own_gate(name: str) -> Gate:
    """A gate of a person's own, perhaps called like a standard one."""
    definition = QuantumCircuit(2, name=name)
    definition.crx(A, 1, 0)
    definition.append(QFTGate(2), [1, 0])
    return definition.to_gate()


@pytest.mark.parametrize(
    "fill",
    [
        lambda c: c.cx(0, 1, ctrl_state=0),
        lambda c: c.append(own_gate("mine"), [2, 0]),
        lambda c: c.append(own_gate("cx"), [0, 1]),
        lambda c: c.append(own_gate("swap").control(1), [2, 0, 1]),
        lambda c: c.append(UnitaryGate(random_unitary(8, seed=1)), [2, 0, 1]),
        lambda c: c.append(XXPlusYYGate(A, 0.3), [0, 2]),
        lambda c: c.append(QFTGate(3), [0, 1, 2]),
        lambda c: c.append(QFTGate(3).inverse(), [0, 1, 2]),
        lambda c: c.prepare_state([0.6, 0.8j], 1),
        lambda c: c.mcp(A, [0, 1], 2),
        lambda c: c.pauli("XYZ", [0, 1, 2]),
        lambda c: c.cswap(2, 0, 1),
    ],
)
def test_gates_with_a_definition(fill: Callable[[QuantumCircuit], Any]) -> None:
    circuit = prepare(3)
    fill(circuit)
    circuit.swap(0, 2)
    fill(circuit)
    assert_like_qiskit(circuit)


@pytest.mark.parametrize(
    "basis", [["rz", "sx", "x", "cx"], ["rz", "sx", "x", "ecr"], ["rz", "sx", "x", "cz", "rzz", "rx"]]
)
def test_circuits_in_the_basis_of_a_device(basis: list[str]) -> None:
    circuit = transpile(efficient_su2(3, reps=1), basis_gates=basis, optimization_level=1, seed_transpiler=0)
    assert_like_qiskit(circuit, np.random.default_rng(1).uniform(-2, 2, (2, 12)))


def test_zz_feature_map_with_weights(build_circuit: Any) -> None:
    features, ansatz = zz_feature_map(3, reps=2), efficient_su2(3, reps=1)
    circuit = features.compose(ansatz)
    rows = np.random.default_rng(2).uniform(-2, 2, (2, len(circuit.parameters)))
    assert_like_qiskit(circuit, rows)
    qnl = Circuit(circuit, tuple(features.parameters), tuple(ansatz.parameters), (SparsePauliOp("ZZI"),))
    inputs, weights = rows[:, :3], rows[0, 3:]
    exact, stock = build_qnn(qnl), build_qnn(qnl, BackendConfig(name="statevector"))
    np.testing.assert_allclose(exact.forward(inputs, weights), stock.forward(inputs, weights), rtol=0, atol=1e-10)
    for ours, theirs in zip(exact.backward(inputs, weights), stock.backward(inputs, weights), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)


def test_angles_that_are_other_functions() -> None:
    x = ParameterVector("x", 3)
    circuit = prepare(2)
    circuit.rx(x[0] * x[1], 0)
    circuit.rzz(x[0].sin() + x[2] ** 2, 0, 1)
    circuit.cry((x[1] / 3).exp() - x[0], 0, 1)
    circuit.u(x[2].arctan(), x[0] - x[1], 2 * x[0], 1)
    circuit.p((1 + x[2].abs()).log(), 0)
    circuit.ry(x[1].conjugate() + 0 * x[2], 1)
    assert_like_qiskit(circuit)


def test_equal_expressions_share_a_column() -> None:
    columns = Columns([A, B])
    first, second = columns.read(A * B, "rx"), columns.read(A * B, "ry")
    assert first == second
    assert (first.parameter, len(columns)) == (2, 3)
    assert columns.read(3 * A - 1, "rx") == columns.read(A * 3 - 1, "rx")
    assert len(columns) == 3
    assert columns.parameters_of(2) == {0, 1}
    assert columns.parameters_of(1) == {1}
