"""Random circuits of every supported gate against Qiskit's state vector and the parameter-shift rule."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import SparsePauliOp, Statevector
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient
from qiskit_machine_learning.neural_networks import EstimatorQNN

from qnlnet.backends import ExactEstimatorQNN
from qnlnet.simulator import SUPPORTED_GATES, ExactSimulator

ROUNDING = 1e-12  # of sums of up to four Pauli strings with coefficients up to 2 and angles scaled by up to 3
TWO_QUBIT_GATES = ("cx", "cz", "swap", "rxx", "ryy", "rzz")
PARAMETRISED_GATES = ("p", "rx", "ry", "rz", "rxx", "ryy", "rzz")
PAULI_SHIFT = np.pi / 2


@dataclass(frozen=True)
class GateCall:
    """A gate, its qubits, and its angle scale·x[parameter] + offset (`parameter` None: the offset alone)."""

    name: str
    qubits: tuple[int, ...]
    parameter: int | None = None
    scale: float = 0.0
    offset: float = 0.0

    def angle(self, row: NDArray[np.float64]) -> float:
        return self.offset if self.parameter is None else self.scale * row[self.parameter] + self.offset


@dataclass(frozen=True)
class Case:
    num_qubits: int
    num_parameters: int
    calls: tuple[GateCall, ...]
    observables: tuple[SparsePauliOp, ...]
    rows: NDArray[np.float64]


def finite(limit: float) -> st.SearchStrategy[float]:
    return st.integers(-100, 100).map(lambda k: k * limit / 100)


@st.composite
def gate_calls(draw: st.DrawFn, num_qubits: int, num_parameters: int) -> GateCall:
    names = [name for name in (*SUPPORTED_GATES, "barrier") if num_qubits > 1 or name not in TWO_QUBIT_GATES]
    name = draw(st.sampled_from(names))
    order = draw(st.permutations(range(num_qubits)))
    if name == "barrier":
        return GateCall(name, tuple(order[: draw(st.integers(1, num_qubits))]))
    qubits = tuple(order[: 2 if name in TWO_QUBIT_GATES else 1])
    if name not in PARAMETRISED_GATES:
        return GateCall(name, qubits)
    parameter = draw(st.none() | st.integers(0, num_parameters - 1)) if num_parameters else None
    return GateCall(name, qubits, parameter, draw(finite(3.0)), draw(finite(4.0)))


@st.composite
def cases(draw: st.DrawFn, max_rows: int = 10, all_parameters: bool = False) -> Case:
    num_qubits = draw(st.integers(1, 6))
    num_parameters = draw(st.integers(2 if all_parameters else 0, 4))
    length = draw(st.integers(0, 16))
    calls = draw(st.lists(gate_calls(num_qubits, num_parameters), min_size=length, max_size=length))
    if all_parameters:  # each parameter stands in the circuit at least once
        calls = [GateCall("rx", (k % num_qubits,), k, 1.0, 0.5) for k in range(num_parameters)] + calls
    labels = st.text("IXYZ", min_size=num_qubits, max_size=num_qubits)
    terms = st.lists(st.tuples(labels, finite(2.0)), min_size=1, max_size=4)
    observables = [SparsePauliOp.from_list(draw(terms)) for _ in range(draw(st.integers(1, 3)))]
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    rows = random.uniform(-np.pi, np.pi, (draw(st.integers(1, max_rows)), num_parameters))
    return Case(num_qubits, num_parameters, tuple(calls), tuple(observables), rows)


def build(case: Case, angles: list[object]) -> QuantumCircuit:
    """Builds the circuit with the given angle for each call."""
    circuit = QuantumCircuit(case.num_qubits)
    for call, angle in zip(case.calls, angles, strict=True):
        if call.name == "barrier":
            circuit.barrier(call.qubits)
        else:
            getattr(circuit, call.name)(*([angle] if call.name in PARAMETRISED_GATES else []), *call.qubits)
    return circuit


def symbolic(case: Case) -> tuple[QuantumCircuit, ParameterVector]:
    x = ParameterVector("x", case.num_parameters)
    angles = [
        call.offset if call.parameter is None else call.scale * x[call.parameter] + call.offset for call in case.calls
    ]
    return build(case, angles), x


def expectations(case: Case, angles: list[float]) -> NDArray[np.float64]:
    state = Statevector(build(case, angles))
    return np.array([state.expectation_value(observable).real for observable in case.observables])


def shifted_gradient(case: Case, row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the derivatives, shape (observables, parameters): the shift rule for each gate, then the chain rule."""
    gradient = np.zeros((len(case.observables), case.num_parameters))
    angles = [call.angle(row) for call in case.calls]
    for position, call in enumerate(case.calls):
        if call.parameter is not None:
            plus, minus = list(angles), list(angles)
            plus[position] += PAULI_SHIFT
            minus[position] -= PAULI_SHIFT
            gradient[:, call.parameter] += call.scale * (expectations(case, plus) - expectations(case, minus)) / 2
    return gradient


@pytest.mark.slow
@given(cases())
@settings(max_examples=300)
def test_values_are_those_of_the_state_vector(case: Case) -> None:
    circuit, x = symbolic(case)
    simulator = ExactSimulator(circuit, case.observables, list(x))
    values = simulator.values(case.rows)
    expected = [expectations(case, [call.angle(row) for call in case.calls]) for row in case.rows]
    np.testing.assert_allclose(values, expected, rtol=0, atol=ROUNDING)
    np.testing.assert_array_equal(simulator.values_and_jacobian(case.rows)[0], values)
    bound = [np.abs(observable.coeffs).sum() for observable in case.observables]
    assert (np.abs(values) <= np.array(bound) + ROUNDING).all()


@pytest.mark.slow
@given(cases(max_rows=2))
@settings(max_examples=200)
def test_jacobian_is_that_of_the_shift_rule(case: Case) -> None:
    circuit, x = symbolic(case)
    _, jacobian = ExactSimulator(circuit, case.observables, list(x)).values_and_jacobian(case.rows)
    expected = [shifted_gradient(case, row) for row in case.rows]
    np.testing.assert_allclose(jacobian, expected, rtol=0, atol=10 * ROUNDING)


@pytest.mark.slow
@given(cases(max_rows=2, all_parameters=True))
@settings(max_examples=25)
def test_parity_with_the_stock_network(case: Case) -> None:
    assume(all(observable.simplify().coeffs.any() for observable in case.observables))  # Qiskit refuses zero
    circuit, x = symbolic(case)
    parts = {"circuit": circuit, "input_params": list(x[:1]), "weight_params": list(x[1:])}
    exact = ExactEstimatorQNN(observables=list(case.observables), **parts)
    estimator = StatevectorEstimator()
    stock = EstimatorQNN(
        observables=list(case.observables),
        estimator=estimator,
        gradient=ParamShiftEstimatorGradient(estimator),
        input_gradients=True,
        default_precision=0.0,
        **parts,
    )
    inputs, weights = case.rows[:, :1], case.rows[0, 1:]
    np.testing.assert_allclose(exact.forward(inputs, weights), stock.forward(inputs, weights), rtol=0, atol=1e-10)
    for ours, theirs in zip(exact.backward(inputs, weights), stock.backward(inputs, weights), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)


@pytest.mark.parametrize("gate", SUPPORTED_GATES)
def test_every_gate_by_itself(gate: str) -> None:
    # Between rotations that make every Bloch vector generic, so that no gate acts trivially.
    around = [
        GateCall(name, (qubit,), None, 0.0, 0.3 + qubit + k) for k, name in enumerate(("ry", "rz")) for qubit in (0, 1)
    ]
    parameter = 0 if gate in PARAMETRISED_GATES else None
    middle = GateCall(gate, (1, 0) if gate in TWO_QUBIT_GATES else (1,), parameter, -0.7, 0.2)
    observables = tuple(SparsePauliOp(label) for label in ("XI", "IY", "ZZ", "YX"))
    case = Case(2, 1, (*around, middle, *around), observables, np.array([[0.9], [-2.0]]))
    circuit, x = symbolic(case)
    values, jacobian = ExactSimulator(circuit, observables, list(x)).values_and_jacobian(case.rows)
    for row, row_values, row_jacobian in zip(case.rows, values, jacobian, strict=True):
        expected = expectations(case, [call.angle(row) for call in case.calls])
        np.testing.assert_allclose(row_values, expected, rtol=0, atol=ROUNDING)
        np.testing.assert_allclose(row_jacobian, shifted_gradient(case, row), rtol=0, atol=ROUNDING)
    assert jacobian.any() == (gate in PARAMETRISED_GATES)
    without = expectations(case, [0.0 if call is middle else call.offset for call in case.calls])
    if gate not in PARAMETRISED_GATES:
        bare = Case(2, 1, (*around, *around), observables, case.rows)
        without = expectations(bare, [call.offset for call in bare.calls])
    assert np.abs(values[0] - without).max() > 0.01  # the gate has been applied at all
