"""Random circuits with shared parameters: against Qiskit's state vector, and the Jacobian of single rows."""

import math
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector

from qnlnet.simulator import ExactSimulator
from qnlnet.simulator.batches import Amplitudes, BatchSimulator, Probabilities
from qnlnet.simulator.batches.series import fourier

ROUNDING = 1e-12
SINGLE = 1e-4  # float32, for sums over rows with coefficients up to 2 and angles scaled by up to 3
ONE_QUBIT, TWO_QUBITS = ("h", "x", "s", "t", "rx", "ry", "rz", "p"), ("cx", "cz", "swap", "rzz", "rxx", "crx")
WITH_ANGLE = ("rx", "ry", "rz", "p", "rzz", "rxx", "crx")
OWN, SHARED = 2, 3

Array = NDArray[Any]


class Case:
    """A circuit with two parameters of each row's own and three shared ones, alone and in expressions."""

    def __init__(self, data: st.DataObject, *, most_qubits: int = 5, most_gates: int = 30) -> None:
        self.x, self.w = ParameterVector("x", OWN), ParameterVector("w", SHARED)
        x, w = self.x, self.w
        angles = [x[0], 2 * x[1] - 0.3, w[0], 1 - w[1], 3 * w[2], 0.4, x[0] * x[1], x[1] * w[0], w[1] * w[2] + w[0]]
        self.qubits = data.draw(st.integers(1, most_qubits))
        self.circuit = QuantumCircuit(self.qubits)
        names = ONE_QUBIT + (TWO_QUBITS if self.qubits > 1 else ())
        for name in data.draw(st.lists(st.sampled_from(names), max_size=most_gates)):
            on = data.draw(st.permutations(range(self.qubits)))[: 2 if name in TWO_QUBITS else 1]
            angle = [data.draw(st.sampled_from(angles))] if name in WITH_ANGLE else []
            getattr(self.circuit, name)(*angle, *on)
        self.random = np.random.default_rng(data.draw(st.integers(0, 2**16)))
        self.rows = self.random.uniform(-np.pi, np.pi, (data.draw(st.integers(1, 4)), OWN))
        self.shared = self.random.uniform(-np.pi, np.pi, SHARED)

    def draw_observables(self, data: st.DataObject) -> list[SparsePauliOp]:
        labels = st.text(data.draw(st.sampled_from(["IZ", "IXYZ"])), min_size=self.qubits, max_size=self.qubits)
        terms = st.lists(st.tuples(labels, st.sampled_from([1.0, -2.0, 0.5])), min_size=1, max_size=3)
        return [SparsePauliOp.from_list(draw) for draw in data.draw(st.lists(terms, min_size=1, max_size=5))]

    def states(self, starts: NDArray[Any] | None = None) -> list[Statevector]:
        parameters = [*self.x, *self.w]
        states = []
        for index, row in enumerate(self.rows):
            values = dict(zip(parameters, [*row, *self.shared], strict=True))
            bound = self.circuit.assign_parameters({p: values[p] for p in self.circuit.parameters})
            start = Statevector.from_int(0, 2**self.qubits) if starts is None else Statevector(starts[index])
            states.append(start.evolve(bound))
        return states

    def parts(self) -> tuple[list[Any], list[Any]]:
        return list(self.x), list(self.w)


def check_gradient(
    simulator: BatchSimulator, rows: NDArray[Any], shared: NDArray[Any], cotangent: NDArray[Any]
) -> None:
    """Compares the gradient with differences of values along a random direction."""
    random = np.random.default_rng(0)
    along_rows, along_shared = random.normal(size=rows.shape), random.normal(size=shared.shape)
    _, gradient = simulator.vjp(rows, shared, cotangent)
    step = 1e-4

    def value(t: float) -> float:
        return float((cotangent * simulator.values(rows + t * along_rows, shared + t * along_shared)).sum())

    slope = (8 * (value(step) - value(-step)) - (value(2 * step) - value(-2 * step))) / (12 * step)
    ours = (gradient.rows * along_rows).sum() + (gradient.shared * along_shared).sum()
    assert ours == pytest.approx(slope, abs=1e-7 * max(1, np.abs(rows).max() ** 2))


@pytest.mark.slow
@given(st.data(), st.booleans())
@settings(max_examples=120)
def test_expectations(data: st.DataObject, as_series: bool) -> None:
    case = Case(data)
    observables = case.draw_observables(data)
    own, shared = case.parts()
    with mock.patch.object(fourier, "_cost_of_states", return_value=math.inf if as_series else 0):
        simulator = BatchSimulator(case.circuit, observables, own, shared)
    cotangent = case.random.normal(size=(len(case.rows), len(observables)))
    values, gradient = simulator.vjp(case.rows, case.shared, cotangent)
    expected = [[state.expectation_value(each).real for each in observables] for state in case.states()]
    np.testing.assert_allclose(values, expected, rtol=0, atol=ROUNDING)
    np.testing.assert_array_equal(simulator.values(case.rows, case.shared), values)
    single = ExactSimulator(case.circuit, observables, [*own, *shared])
    _, jacobian = single.values_and_jacobian(np.hstack([case.rows, np.tile(case.shared, (len(case.rows), 1))]))
    slopes = np.einsum("bo,bop->bp", cotangent, jacobian)
    np.testing.assert_allclose(gradient.rows, slopes[:, :OWN], rtol=0, atol=10 * ROUNDING)
    np.testing.assert_allclose(gradient.shared, slopes[:, OWN:].sum(axis=0), rtol=0, atol=100 * ROUNDING)
    rough, slope = simulator.vjp(case.rows.astype(np.float32), case.shared, cotangent.astype(np.float32))
    assert rough.dtype == slope.rows.dtype == np.float32
    np.testing.assert_allclose(rough, values, rtol=0, atol=SINGLE)
    np.testing.assert_allclose(slope.shared, gradient.shared, rtol=0, atol=10 * SINGLE)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=60)
def test_probabilities(data: st.DataObject) -> None:
    case = Case(data, most_qubits=4)
    own, shared = case.parts()
    qubits = data.draw(st.none() | st.lists(st.integers(0, case.qubits - 1), unique=True, min_size=1))
    measured = Probabilities(None if qubits is None else tuple(qubits))
    simulator = BatchSimulator(case.circuit, measured, own, shared)
    expected = [state.probabilities(qubits) for state in case.states()]
    np.testing.assert_allclose(simulator.values(case.rows, case.shared), expected, rtol=0, atol=ROUNDING)
    check_gradient(simulator, case.rows, case.shared, case.random.normal(size=np.shape(expected)))


@pytest.mark.slow
@given(st.data(), st.booleans())
@settings(max_examples=60)
def test_amplitudes(data: st.DataObject, are_complex: bool) -> None:
    case = Case(data, most_qubits=4)
    observables = case.draw_observables(data)
    own, shared = case.parts()
    amplitudes = case.random.normal(size=(len(case.rows), (1 + are_complex) * 2**case.qubits))
    starts = amplitudes[:, : 2**case.qubits] + (1j * amplitudes[:, 2**case.qubits :] if are_complex else 0)
    starts /= np.linalg.norm(starts, axis=1, keepdims=True)
    rows = np.hstack([amplitudes, case.rows])
    simulator = BatchSimulator(
        case.circuit, observables, own, shared, amplitudes=Amplitudes(2**case.qubits, are_complex)
    )
    expected = [[state.expectation_value(each).real for each in observables] for state in case.states(starts)]
    np.testing.assert_allclose(simulator.values(rows, case.shared), expected, rtol=0, atol=ROUNDING)
    cotangent = case.random.normal(size=np.shape(expected))
    check_gradient(simulator, rows, case.shared, cotangent)
    plain = BatchSimulator(
        case.circuit, observables, own, shared, amplitudes=Amplitudes(2**case.qubits, are_complex, normalise=False)
    )
    squares = (amplitudes**2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(plain.values(rows, case.shared), squares * expected, rtol=ROUNDING, atol=1e-10)
    check_gradient(plain, rows, case.shared, cotangent)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=30)
def test_wide_circuits_step_by_step_and_in_components(data: st.DataObject) -> None:
    case = Case(data, most_qubits=8, most_gates=14)
    observables = case.draw_observables(data)
    own, shared = case.parts()
    simulator = BatchSimulator(case.circuit, observables, own, shared)
    expected = [[state.expectation_value(each).real for each in observables] for state in case.states()]
    np.testing.assert_allclose(simulator.values(case.rows, case.shared), expected, rtol=0, atol=ROUNDING)
    check_gradient(simulator, case.rows, case.shared, case.random.normal(size=np.shape(expected)))
