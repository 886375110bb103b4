"""Gate-wise parameter shift: the exact Jacobian where a parameter turns several gates, one parameter per angle."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit.circuit import Gate, Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.errors import UnsupportedCircuitError
from qnlnet.runtime import GatewiseCircuit, build_gatewise_circuit
from qnlnet.simulator import ExactSimulator

BuildCircuit = Callable[..., Circuit]
X, Y = Parameter("x"), Parameter("y")
EVERY_CIRCUIT = [(ansatz, r, D) for ansatz in "012" for r, D in ((1, 1), (2, 3))]


def simulate(gatewise: GatewiseCircuit, observable: SparsePauliOp, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns exact values, shape (…), for parameters in the order of their names, shape (…, angles)."""
    by_name = {parameter.name: parameter for parameter in gatewise.circuit.parameters}
    simulator = ExactSimulator(gatewise.circuit, [observable], [by_name[name] for name in gatewise.names])
    return simulator.values(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape[:-1])


def draw(qnl: Circuit, batch: int = 3) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(7)
    return random.uniform(-3, 3, (batch, 4)), random.uniform(-3, 3, len(qnl.weight_params))


@pytest.mark.parametrize(("ansatz", "r", "D"), EVERY_CIRCUIT)
def test_values_and_derivatives_equal_the_exact_ones(build_circuit: BuildCircuit, ansatz: str, r: int, D: int) -> None:
    qnl = build_circuit(ansatz, r=r, D=D)
    exact, gatewise = build_qnn(qnl), build_gatewise_circuit(qnl)
    inputs, weights = draw(qnl)
    rows = exact.join(inputs, weights)
    values = simulate(gatewise, qnl.observable, gatewise.spread(rows))
    # Sums of a few dozen products of doubles: far below 1e-10.
    np.testing.assert_allclose(values[:, None], exact.forward(inputs, weights), rtol=0, atol=1e-10)
    shifted = gatewise.shift(rows)
    angles = len(gatewise.names)
    assert angles == 4 * r + len(weights)
    assert shifted.shape == (3, 2 * angles, angles)
    jacobian = gatewise.differentiate(simulate(gatewise, qnl.observable, shifted), rows.shape[1])
    expected = np.concatenate(exact.backward(inputs, weights), axis=2)[:, 0]
    np.testing.assert_allclose(jacobian, expected, rtol=0, atol=1e-10)
    assert np.abs(expected).max() > 0.01


def test_a_shift_of_whole_inputs_would_be_wrong(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2, D=3)
    exact = build_qnn(qnl)
    inputs, weights = draw(qnl)
    shifts = np.pi / 4 * np.eye(4)  # the angles are 2x
    naive = np.stack([exact.forward(inputs + s, weights) - exact.forward(inputs - s, weights) for s in shifts], axis=2)
    assert np.abs(naive - exact.backward(inputs, weights)[0]).max() > 0.1  # else the test above proves little


@pytest.mark.parametrize(("ansatz", "r", "D"), EVERY_CIRCUIT)
def test_every_parameter_appears_once(build_circuit: BuildCircuit, ansatz: str, r: int, D: int) -> None:
    qnl = build_circuit(ansatz, r=r, D=D)
    gatewise = build_gatewise_circuit(qnl)
    in_order = [
        parameter.name
        for instruction in gatewise.circuit.data
        for angle in instruction.operation.params
        for parameter in angle.parameters
    ]
    assert tuple(in_order) == gatewise.names
    assert set(Counter(in_order).values()) == {1}
    assert sorted(name for name in in_order if name.startswith("x[2]")) == [f"x[2]#{k}" for k in range(1, r + 1)]
    columns = [parameter.name for parameter in (*qnl.input_params, *qnl.weight_params)]
    assert [columns[source] for source in gatewise.sources] == [name.split("#")[0] for name in in_order]
    assert gatewise.slopes.tolist() == [2.0 if name.startswith("x") else 1.0 for name in in_order]


def own_circuit(fill: Callable[[QuantumCircuit], Any], observable: str = "ZZ") -> Circuit:
    circuit = QuantumCircuit(2)
    fill(circuit)
    return Circuit(circuit, (X,), (Y,), SparsePauliOp(observable))


def affine_angles(circuit: QuantumCircuit) -> None:
    circuit.rx(-X / 3 + 0.4, 0)
    circuit.barrier()
    circuit.ry(3 * Y - 1, 1)
    circuit.rzz(0.3, 0, 1)  # a fixed angle needs no rule
    circuit.sx(0)
    circuit.cx(1, 0)
    circuit.ry(X, 0)
    circuit.rx(0.5 * Y, 1)


def test_affine_angles_with_any_slope() -> None:
    qnl = own_circuit(affine_angles, "ZY")
    gatewise = build_gatewise_circuit(qnl)
    assert gatewise.names == ("x#1", "y#1", "x#2", "y#2")
    np.testing.assert_allclose(gatewise.slopes, [-1 / 3, 3, 1, 0.5], rtol=1e-15)
    kinds = [instruction.operation.name for instruction in qnl.circuit.data]
    assert [instruction.operation.name for instruction in gatewise.circuit.data] == kinds

    rows = np.random.default_rng(2).uniform(-2, 2, (4, 2))
    assert_parity(qnl, rows)


def assert_parity(qnl: Circuit, rows: NDArray[np.float64]) -> None:
    """The gatewise circuit has the values, and by the shift rule the derivatives, of the exact simulator."""
    gatewise = build_gatewise_circuit(qnl)
    exact = ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])
    values, jacobian = exact.values_and_jacobian(rows)
    spread = simulate(gatewise, qnl.observable, gatewise.spread(rows))
    np.testing.assert_allclose(spread[:, None], values, rtol=0, atol=1e-14)
    shifted = gatewise.differentiate(simulate(gatewise, qnl.observable, gatewise.shift(rows)), rows.shape[1])
    np.testing.assert_allclose(shifted, jacobian[:, 0], rtol=0, atol=1e-13)
    assert np.abs(jacobian).min() > 1e-3


def gates_with_other_rules(circuit: QuantumCircuit) -> None:
    circuit.h([0, 1])
    circuit.crx(2 * X, 0, 1)
    circuit.rzz(Y, 0, 1)
    circuit.u(0.3, X, Y - 1, 0)
    circuit.cp(Y, 1, 0)
    circuit.ry(0.4, 0)


def test_gates_with_other_rules_are_translated() -> None:
    qnl = own_circuit(gates_with_other_rules, "XY")
    assert_parity(qnl, np.random.default_rng(3).uniform(-2, 2, (4, 2)))
    names = {instruction.operation.name for instruction in build_gatewise_circuit(qnl).circuit.data}
    assert not names & {"crx", "cp", "u"}


def test_spread_takes_rows_of_any_shape(build_circuit: BuildCircuit) -> None:
    gatewise = build_gatewise_circuit(build_circuit("0", r=2))
    rows = np.arange(18.0).reshape(2, 1, 9)
    spread = gatewise.spread(rows)
    assert spread.shape == (2, 1, 13)
    assert spread[1, 0].tolist() == [9, 10, 11, 12, 9, 10, 11, 12, 13, 14, 15, 16, 17]


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda c: c.rx(X * X, 0), "The angle `x*x` of a gate `rx` must be affine (a·x + b) in one parameter"),
        (lambda c: c.rx(X.sin(), 0), "must be affine"),
        (lambda c: c.ry(X + Y, 0), "must be affine"),
        (lambda c: c.append(Gate("mystery", 1, [X]), [0]), "the instruction `mystery`"),
    ],
)  # fmt: skip
def test_what_has_no_shift_rule_is_refused(fill: Callable[[QuantumCircuit], Any], message: str) -> None:
    with pytest.raises(UnsupportedCircuitError) as caught:
        build_gatewise_circuit(own_circuit(fill))
    assert message in str(caught.value)
