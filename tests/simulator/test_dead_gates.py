"""Gates that can be taken out: nothing changes without them, in random circuits and in those of the paper."""

import itertools
from collections.abc import Callable, Collection

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector
from simulator.test_random_circuits import ROUNDING, Case, cases, shifted_gradient, symbolic

from qnlnet.circuits import Circuit
from qnlnet.simulator import ExactSimulator, analyse, analyse_circuit, dead_gates

BuildCircuit = Callable[..., Circuit]


def without(circuit: QuantumCircuit, positions: Collection[int]) -> QuantumCircuit:
    """Returns the circuit without the instructions at these positions."""
    rest = circuit.copy_empty_like()
    for position, instruction in enumerate(circuit.data):
        if position not in positions:
            rest.append(instruction)
    return rest


def check_certain(case: Case) -> None:
    """Compares with Qiskit's state vector and the shift rule, neither of which knows anything of light cones."""
    circuit, x = symbolic(case)
    reach = analyse(circuit, case.observables, list(x))
    dead = [index for index, parameter in enumerate(x) if not reach.reaches(parameter)]
    rest = without(circuit, reach.dead_gates)
    for row in case.rows:
        assert np.abs(shifted_gradient(case, row)[:, dead]).max(initial=0) < ROUNDING
        states = [
            Statevector(one.assign_parameters({p: v for p, v in zip(x, row, strict=True) if p in one.parameters}))
            for one in (circuit, rest)
        ]
        for observable in case.observables:
            ours, theirs = (state.expectation_value(observable).real for state in states)
            assert abs(ours - theirs) < ROUNDING


@pytest.mark.slow
@given(cases(max_rows=2))
@settings(max_examples=300)
def test_what_is_dead_changes_nothing_in_random_circuits(case: Case) -> None:
    check_certain(case)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_what_is_dead_changes_nothing_where_not_all_strings_are_followed(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_gates, "MAX_STRINGS", limit)

    @given(cases(max_rows=1))
    @settings(max_examples=100)
    def check(case: Case) -> None:
        check_certain(case)

    check()


def test_fewer_strings_to_follow_find_fewer_dead_gates(
    build_circuit: BuildCircuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    qnl = build_circuit("2", r=2, D=3)
    found = []
    for limit in (0, 2, 8, 4096):
        monkeypatch.setattr(dead_gates, "MAX_STRINGS", limit)
        dead_gates._find_once.cache_clear()
        found.append(set(analyse_circuit(qnl).dead_gates))
    assert found[0] == set()
    assert all(few <= more for few, more in itertools.pairwise(found))
    assert len(found[1]) < len(found[-1])


def values(qnl: Circuit, circuit: QuantumCircuit, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    parameters = [*qnl.input_params, *qnl.weight_params]
    return ExactSimulator(circuit, [qnl.observable], parameters).values(rows)


@pytest.mark.slow
@pytest.mark.parametrize("readout", range(4))
@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_circuits_of_the_paper_need_each_gate_that_is_left_and_no_other(
    build_circuit: BuildCircuit, ansatz: str, readout: int
) -> None:
    for r, D in itertools.product((1, 2), (1, 2)):
        qnl = build_circuit(ansatz, r=r, D=D, readout=readout)
        rows = np.random.default_rng(3).uniform(-np.pi, np.pi, (8, 4 + 5 * D))
        reach = analyse_circuit(qnl)
        assert sorted(reach.live_gates + reach.dead_gates) == list(range(len(qnl.circuit.data)))
        expected = values(qnl, qnl.circuit, rows)
        np.testing.assert_allclose(
            values(qnl, without(qnl.circuit, reach.dead_gates), rows), expected, rtol=0, atol=ROUNDING
        )
        assert reach.live_gates
        for position in reach.live_gates:
            changed = values(qnl, without(qnl.circuit, {*reach.dead_gates, position}), rows)
            assert np.abs(changed - expected).max() > 1e-3, (r, D, position)


def circuit_on(num_qubits: int, fill: Callable[[QuantumCircuit], object]) -> QuantumCircuit:
    circuit = QuantumCircuit(num_qubits)
    fill(circuit)
    return circuit


@pytest.mark.parametrize(
    ("fill", "strings", "dead"),
    [
        (lambda c: (c.ry(0.3, 0), c.rx(0.2, 1)), ["IZ"], {1}),  # on a qubit that is not looked at
        (lambda c: (c.ry(0.3, 0), c.rz(0.2, 0)), ["IZ"], {1}),  # commutes
        (lambda c: (c.h(0), c.h(0)), ["IY"], {0, 1}),  # ⟨Y⟩ is zero with, without, and with one of them
        (lambda c: (c.ry(0.3, 0), c.h(0)), ["IY"], {0, 1}),  # the state is real
        (lambda c: (c.ry(0.3, 0), c.rz(0.0, 0)), ["IX"], {1}),  # turns by nothing
        (lambda c: (c.ry(0.3, 0), c.rz(2 * np.pi, 0)), ["IX"], {1}),  # a whole turn is only a phase
        (lambda c: (c.ry(0.3, 0), c.z(0)), ["IX"], set()),  # changes the sign
        (lambda c: (c.ry(0.3, 0), c.s(0)), ["IX"], {0, 1}),  # ⟨Y⟩ of a real state, or ⟨X⟩ of |0⟩
        (lambda c: (c.ry(0.3, 0), c.swap(0, 1)), ["IZ"], {0}),  # carries away what is looked at
        (lambda c: (c.ry(0.3, 0), c.swap(0, 1)), ["ZZ"], {1}),  # the same on both
        (lambda c: (c.ry(0.3, 0), c.barrier(), c.cx(0, 1)), ["IZ"], {2}),  # its control
        (lambda c: (c.ry(0.3, 0), c.cz(0, 1)), ["IX"], set()),
        (lambda c: c.h(0), ["II"], {0}),  # the identity is what it is
        (lambda c: c.h(0), [], {0}),
        (lambda c: (c.h(0), c.ry(0.4, 1)), ["IZ", "ZI"], set()),  # H makes ⟨Z⟩ zero, which it is not without it
    ],
)
def test_gates_of_small_circuits(fill: Callable[[QuantumCircuit], object], strings: list[str], dead: set[int]) -> None:
    circuit = circuit_on(2, fill)
    reach = analyse(circuit, [SparsePauliOp(string) for string in strings])
    assert set(reach.dead_gates) == dead
    gates = {position for position, instruction in enumerate(circuit.data) if instruction.name != "barrier"}
    assert set(reach.live_gates) == gates - dead
