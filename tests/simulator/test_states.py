"""States of circuits against Qiskit's Statevector, up to a phase of each row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.library import real_amplitudes, z_feature_map, zz_feature_map
from qiskit.quantum_info import Statevector

from qnlnet.errors import ArgumentError, UnsupportedCircuitError
from qnlnet.simulator import StateSimulator

ROUNDING = 1e-12
ONE_QUBIT, TWO_QUBITS = ("h", "x", "s", "t", "sx", "rx", "ry", "p"), ("cx", "cz", "swap", "rzz", "crx")
WITH_ANGLE = ("rx", "ry", "p", "rzz", "crx")


def check(circuit: QuantumCircuit, rows: np.ndarray) -> None:
    parameters = list(circuit.parameters)
    ours = StateSimulator(circuit, parameters).states(rows)
    assert ours.shape == (len(rows), 2**circuit.num_qubits)
    for state, row in zip(ours, rows, strict=True):
        expected = Statevector(circuit.assign_parameters(dict(zip(parameters, row, strict=True)))).data
        overlap = np.vdot(state, expected)
        assert abs(overlap) == pytest.approx(1, abs=ROUNDING)
        np.testing.assert_allclose(state * overlap / abs(overlap), expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("qubits", [2, 5])
@pytest.mark.parametrize("entanglement", ["full", "linear", "circular"])
def test_feature_maps(qubits: int, entanglement: str) -> None:
    rows = np.random.default_rng(0).normal(size=(3, qubits))
    check(zz_feature_map(qubits, entanglement=entanglement), rows)
    check(z_feature_map(qubits, reps=3), rows)


@pytest.mark.slow
@given(st.data())
def test_random_circuits(data: st.DataObject) -> None:
    qubits = data.draw(st.integers(1, 4))
    x = ParameterVector("x", 3)
    circuit = QuantumCircuit(qubits)
    for gate in data.draw(st.lists(st.sampled_from(ONE_QUBIT + (TWO_QUBITS if qubits > 1 else ())), max_size=25)):
        on = data.draw(st.permutations(range(qubits)))[: 2 if gate in TWO_QUBITS else 1]
        angles = [data.draw(st.sampled_from([x[0], 2 * x[1] + 1, x[1] * x[2], 0.3]))] if gate in WITH_ANGLE else []
        getattr(circuit, gate)(*angles, *on)
    check(circuit, np.random.default_rng(1).normal(size=(2, len(circuit.parameters))))


def test_qubits_that_nothing_acts_on_stay() -> None:
    circuit = QuantumCircuit(3)
    circuit.ry(Parameter("x"), 1)
    check(circuit, np.array([[0.7]]))


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 200])
def test_rows_are_the_same_in_any_batch(count: int) -> None:
    circuit = zz_feature_map(3)
    simulator = StateSimulator(circuit, list(circuit.parameters))
    rows = np.random.default_rng(0).normal(size=(200, 3))
    np.testing.assert_array_equal(simulator.states(rows[:count]), simulator.states(rows)[:count])


def test_gates_that_undo_each_other_vanish() -> None:
    for reps, left in ((1, 6), (2, 0), (3, 6)):  # H on each qubit once a repetition, and pairs of CX around the phases
        circuit = zz_feature_map(6, reps=reps)
        assert len(StateSimulator(circuit, list(circuit.parameters))._last) == left


def test_what_it_does_not_know_is_refused() -> None:
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    with pytest.raises(UnsupportedCircuitError, match="measure"):
        StateSimulator(circuit, [])
    ansatz = real_amplitudes(2)
    simulator = StateSimulator(ansatz, list(ansatz.parameters))
    with pytest.raises(ArgumentError, match=r"^Argument `rows` must have the shape \(batch, 8\), but is \(1, 7\)\.$"):
        simulator.states(np.zeros((1, 7)))
    with pytest.raises(UnsupportedCircuitError, match="No order is given"):
        StateSimulator(ansatz, [])
