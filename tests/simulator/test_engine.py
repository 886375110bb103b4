"""Special circuits, batches, and what the exact simulator refuses by name."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.circuit import Gate, Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.circuits import Circuit
from qnlnet.errors import ArgumentError, UnsupportedCircuitError
from qnlnet.simulator import ExactSimulator, is_constant

BuildCircuit = Callable[..., Circuit]
X = Parameter("x")
Y = Parameter("y")


def on_one_qubit(fill: Callable[[QuantumCircuit], Any]) -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    fill(circuit)
    return circuit


@pytest.mark.parametrize("batch", [1, 2, 9, 63, 64, 65, 150])
def test_batch_equals_its_singles_to_the_bit(build_circuit: BuildCircuit, batch: int) -> None:
    qnl = build_circuit("0", r=2, D=2)
    simulator = ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])
    rows = np.random.default_rng(batch).uniform(-3, 3, (batch, 14))
    values, jacobian = simulator.values_and_jacobian(rows)
    singles = [simulator.values_and_jacobian(row[np.newaxis]) for row in rows]
    np.testing.assert_array_equal(values, np.concatenate([single[0] for single in singles]))
    np.testing.assert_array_equal(jacobian, np.concatenate([single[1] for single in singles]))
    np.testing.assert_array_equal(simulator.values(rows), values)


def test_place_in_the_batch_changes_nothing(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2", r=2, D=2)
    simulator = ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])
    rows = np.random.default_rng(0).uniform(-3, 3, (150, 14))
    order = np.random.default_rng(1).permutation(150)
    values, jacobian = simulator.values_and_jacobian(rows)
    shuffled_values, shuffled_jacobian = simulator.values_and_jacobian(rows[order])
    np.testing.assert_array_equal(shuffled_values, values[order])
    np.testing.assert_array_equal(shuffled_jacobian, jacobian[order])


@pytest.mark.parametrize("amplitudes", [1, 40])
def test_large_states_run_in_smaller_blocks(
    build_circuit: BuildCircuit, amplitudes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    qnl = build_circuit("2", r=2, D=2)
    simulator = ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])
    rows = np.random.default_rng(0).uniform(-3, 3, (5, 14))
    expected = simulator.values_and_jacobian(rows)
    monkeypatch.setattr("qnlnet.simulator.engine._BLOCK_AMPLITUDES", amplitudes)
    for result, array in zip(simulator.values_and_jacobian(rows), expected, strict=True):
        np.testing.assert_array_equal(result, array)


def test_rows_are_not_changed() -> None:
    rows = np.random.default_rng(0).uniform(-3, 3, (9, 1))
    before = rows.copy()
    ExactSimulator(on_one_qubit(lambda c: c.rx(X, 0)), [SparsePauliOp("Z")], [X]).values_and_jacobian(rows)
    np.testing.assert_array_equal(rows, before)


def test_no_rows_give_no_values() -> None:
    simulator = ExactSimulator(on_one_qubit(lambda c: c.rx(X, 0)), [SparsePauliOp("Z")], [X])
    values, jacobian = simulator.values_and_jacobian(np.empty((0, 1)))
    assert values.shape == (0, 1)
    assert jacobian.shape == (0, 1, 1)


@pytest.mark.parametrize("shape", [(3,), (3, 2), (1, 1, 1)])
def test_rows_of_a_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    simulator = ExactSimulator(on_one_qubit(lambda c: c.rx(X, 0)), [SparsePauliOp("Z")], [X])
    with pytest.raises(ArgumentError, match=r"`rows` must have the shape \(batch, 1\), but is"):
        simulator.values(np.zeros(shape))


def test_empty_circuit() -> None:
    observables = [SparsePauliOp(label) for label in ("ZZ", "IX", "II")]
    values, jacobian = ExactSimulator(QuantumCircuit(2), observables, []).values_and_jacobian(np.empty((2, 0)))
    assert values.tolist() == [[1.0, 0.0, 1.0]] * 2
    assert jacobian.shape == (2, 3, 0)


def test_identity_and_zero_observables() -> None:
    circuit = on_one_qubit(lambda c: c.ry(X, 0))
    observables = [SparsePauliOp("I", 2.5), SparsePauliOp("Z", 0.0), SparsePauliOp.from_list([("I", 1), ("Z", -3)])]
    values, jacobian = ExactSimulator(circuit, observables, [X]).values_and_jacobian([[0.4]])
    np.testing.assert_allclose(values, [[2.5, 0.0, 1 - 3 * np.cos(0.4)]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(jacobian, [[[0.0], [0.0], [3 * np.sin(0.4)]]], rtol=0, atol=1e-15)
    assert is_constant(circuit, observables[0], [X])


def test_swaps_in_the_middle_carry_states_along() -> None:
    circuit = QuantumCircuit(4)
    circuit.ry(X, 0)
    circuit.swap(0, 3)  # X now lies on 3
    circuit.ry(Y, 0)
    circuit.swap(3, 1)  # X on 1
    circuit.swap(0, 2)  # Y on 2
    circuit.ry(0.5, 0)
    observables = [SparsePauliOp.from_sparse_list([("Z", [qubit], 1.0)], num_qubits=4) for qubit in range(4)]
    values, jacobian = ExactSimulator(circuit, observables, [X, Y]).values_and_jacobian([[0.3, 1.1]])
    np.testing.assert_allclose(values, [[np.cos(0.5), np.cos(0.3), np.cos(1.1), 1.0]], rtol=0, atol=1e-15)
    expected = [[0.0, 0.0], [-np.sin(0.3), 0.0], [0.0, -np.sin(1.1)], [0.0, 0.0]]
    np.testing.assert_allclose(jacobian[0], expected, rtol=0, atol=1e-15)


def test_gates_outside_the_light_cone_are_dropped() -> None:
    circuit = QuantumCircuit(12)
    circuit.rx(X, 5)
    for qubit in range(12):
        circuit.rz(Y, qubit)  # commutes with the observable
    circuit.rx(Y, 7)  # another qubit
    simulator = ExactSimulator(circuit, [SparsePauliOp.from_sparse_list([("Z", [5], 1.0)], num_qubits=12)], [X, Y])
    assert len(simulator.program.rotations) == 1
    assert len(simulator.program.parity) == 2  # one qubit is left
    values, jacobian = simulator.values_and_jacobian([[0.4, 0.9]])
    np.testing.assert_allclose(values, [[np.cos(0.4)]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(jacobian, [[[-np.sin(0.4), 0.0]]], rtol=0, atol=1e-15)


def test_repeated_parameters_add_up() -> None:
    circuit = QuantumCircuit(1)
    circuit.rx(2 * X + 0.1, 0)
    circuit.barrier()
    circuit.rx((X - 1) / 4, 0)
    circuit.rx(-X, 0)
    values, jacobian = ExactSimulator(circuit, [SparsePauliOp("Z")], [X]).values_and_jacobian([[0.7]])
    angle = 1.25 * 0.7 + 0.1 - 0.25
    np.testing.assert_allclose(values, [[np.cos(angle)]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(jacobian, [[[-1.25 * np.sin(angle)]]], rtol=0, atol=1e-15)


def test_columns_follow_the_given_order_and_may_be_unused() -> None:
    circuit = on_one_qubit(lambda c: c.rx(X, 0))
    unused = Parameter("unused")
    _, jacobian = ExactSimulator(circuit, [SparsePauliOp("Z")], [unused, X]).values_and_jacobian([[9.0, 0.5]])
    np.testing.assert_allclose(jacobian, [[[0.0, -np.sin(0.5)]]], rtol=0, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda c: c.measure(0, 0), "does not know the instruction `measure`, and Qiskit cannot translate "),
        (lambda c: c.reset(0), "the instruction `reset`"),
        (lambda c: c.append(Gate("mystery", 1, []), [0]), "the instruction `mystery`"),
        (lambda c: c.append(Gate("barrier", 1, []), [0]), "the instruction `barrier`"),
        (lambda c: c.initialize([0, 1], 0), "the instruction `reset`"),
        (lambda c: c.if_test((c.clbits[0], 1), on_one_qubit(lambda d: d.x(0)), [0], [0]), "the instruction `if_else`"),
        (lambda c: c.rz(1j * X, 0), "The angle `(1i)*x` of a gate `rz` must be real, but is not."),
        (lambda c: c.rz(1j * X * Y, 0), "of a gate `rz` must be real"),
        (lambda c: c.rx(Parameter("z"), 0), "No order is given for the parameters ['z']."),
        (lambda c: c.rx(Parameter("z") * X, 0), "No order is given for the parameters ['z']."),
    ],
)  # fmt: skip
def test_unsupported_circuits_are_refused_by_name(fill: Callable[[QuantumCircuit], Any], message: str) -> None:
    circuit = on_one_qubit(fill)
    with pytest.raises(UnsupportedCircuitError) as caught:
        ExactSimulator(circuit, [SparsePauliOp("Z")], [X, Y])
    assert message in str(caught.value)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_no_angles_are_refused(number: float) -> None:
    simulator = ExactSimulator(on_one_qubit(lambda c: c.rx(X, 0)), [SparsePauliOp("Z")], [X, Y])  # Y is dead
    with pytest.raises(ArgumentError, match=rf"`rows` must be finite, but has {number} at position \(1, 1\)"):
        simulator.values([[0.0, 0.0], [0.0, number]])
    with pytest.raises(ArgumentError, match="`rows` must be real numbers, but is 'complex128'"):
        simulator.values_and_jacobian([[0.0, 1j]])


@pytest.mark.parametrize(
    ("observable", "message"),
    [
        (SparsePauliOp("Z", 1j), "must be a real sum of Pauli strings, but has other coefficients"),
        (SparsePauliOp("Z", 1 + 1e-3j), "must be a real sum of Pauli strings"),
        (SparsePauliOp(["Z"], np.array([X])), "must be a real sum of Pauli strings"),
        (SparsePauliOp("ZZ"), "must act on the circuit's 1 qubits, but acts on 2"),
        ("Z", "must be a SparsePauliOp, but is a str"),
    ],
)
def test_unsupported_observables_are_refused(observable: Any, message: str) -> None:
    with pytest.raises(UnsupportedCircuitError) as caught:
        ExactSimulator(QuantumCircuit(1), [observable], [])
    assert message in str(caught.value)


def test_real_coefficients_may_be_stored_as_complex_numbers() -> None:
    observable = SparsePauliOp(["Z", "X"], np.array([0.5 + 0j, -2 + 0j]))
    values = ExactSimulator(on_one_qubit(lambda c: c.h(0)), [observable], []).values(np.empty((1, 0)))
    np.testing.assert_allclose(values, [[-2.0]], rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("fill", "observable", "constant"),
    [
        (lambda c: c.rz(X, 0), "Z", True),  # commutes
        (lambda c: c.rz(X, 0), "X", True),  # ⟨X⟩ of |0⟩ stays 0
        (lambda c: c.rx(X, 0), "Z", False),
        (lambda c: (c.h(0), c.rz(X, 0)), "Z", True),
        (lambda c: (c.h(0), c.rz(X, 0)), "X", False),
        (lambda c: (c.rx(X, 0), c.rx(0.0, 0)), "I", True),
        (lambda c: c.rx(0.3, 0), "Z", True),  # no parameter at all
    ],
)
def test_constant_circuits(fill: Callable[[QuantumCircuit], Any], observable: str, constant: bool) -> None:
    assert is_constant(on_one_qubit(fill), SparsePauliOp(observable), [X]) == constant
