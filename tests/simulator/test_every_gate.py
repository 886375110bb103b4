"""Every gate of Qiskit's standard library, fixed unitaries and library gates, on all simulators against Statevector."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from qiskit.circuit import (
    AnnotatedOperation,
    ControlModifier,
    Gate,
    InverseModifier,
    Operation,
    Parameter,
    PowerModifier,
    QuantumCircuit,
    library,
)
from qiskit.circuit.library import standard_gates
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector, random_clifford, random_unitary
from qiskit.synthesis import MatrixExponential, SuzukiTrotter
from simulator.test_unrolling import prepare

from qnlnet.errors import UnsupportedCircuitError
from qnlnet.simulator import ExactSimulator, StateSimulator
from qnlnet.simulator.batches import BatchSimulator, Probabilities

# How Qiskit makes the matrix of a PauliEvolutionGate.
pytestmark = pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")

ROUNDING = 1e-11
T = Parameter("t")
COUNTS = {"num_ctrl_qubits": 3, "num_qubits": 3}

STANDARD = {
    name: each
    for name, each in inspect.getmembers(standard_gates, inspect.isclass)
    if issubclass(each, Gate) and each.__module__.startswith("qiskit.circuit.library")
}


def build(kind: type[Gate]) -> Gate:
    """A gate with parameters as angles; a gate whose arguments mean something else must be told here."""
    needed = [
        argument
        for argument in list(inspect.signature(kind.__init__).parameters.values())[1:]
        if argument.default is argument.empty and argument.kind is argument.POSITIONAL_OR_KEYWORD
    ]
    angles = (0.7 * Parameter(f"angle{k}") + 0.2 for k in range(len(needed)))
    return kind(*(COUNTS[each.name] if each.name in COUNTS else next(angles) for each in needed))


def surround(operation: Operation) -> QuantumCircuit:
    """The gate on qubits in another order, with one qubit more, between states and gates that have no symmetry."""
    count = operation.num_qubits + 1
    circuit = prepare(count)
    circuit.append(operation, list(range(count - 1, 0, -1)))
    for qubit in range(count):
        circuit.rx(0.6 + 0.1 * qubit, qubit)
    return circuit


def check(circuit: QuantumCircuit, expected: QuantumCircuit | None = None) -> None:
    """All three simulators give what Statevector makes of `expected`, or of the circuit itself."""
    expected = circuit if expected is None else expected
    parameters, count = list(circuit.parameters), circuit.num_qubits
    rows = np.random.default_rng(3).uniform(-2, 2, (2, len(parameters)))
    measured = [SparsePauliOp(letter * count) for letter in "XYZ"] + [SparsePauliOp("Z" + "I" * (count - 1))]
    states = StateSimulator(circuit, parameters).states(rows)
    exact = ExactSimulator(circuit, measured, parameters).values(rows)
    batches = BatchSimulator(circuit, measured, parameters).values(rows)
    probabilities = BatchSimulator(circuit, Probabilities(), parameters).values(rows)
    for index, row in enumerate(rows):
        theirs = Statevector(expected.assign_parameters(dict(zip(parameters, row, strict=True))))
        assert abs(np.vdot(states[index], theirs.data)) == pytest.approx(1, abs=ROUNDING)
        values = [theirs.expectation_value(each).real for each in measured]
        for ours, target in ((exact, values), (batches, values), (probabilities, theirs.probabilities())):
            np.testing.assert_allclose(ours[index], target, rtol=0, atol=ROUNDING)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # some go with Qiskit 3
@pytest.mark.parametrize("name", STANDARD)
def test_every_class_of_standard_gates(name: str) -> None:
    check(surround(build(STANDARD[name])))


def test_there_are_many_standard_gates() -> None:
    assert len(STANDARD) > 50
    assert {"C3SXGate", "MCXGate", "MCPhaseGate", "XXPlusYYGate", "DCXGate", "GlobalPhaseGate"} <= set(STANDARD)


@pytest.mark.slow
@pytest.mark.parametrize("num_qubits", [1, 2, 3, 4])
def test_a_fixed_unitary(num_qubits: int) -> None:
    check(surround(library.UnitaryGate(random_unitary(2**num_qubits, seed=num_qubits))))


@pytest.mark.parametrize(
    "matrix",
    [np.eye(4), -np.eye(2), np.diag([1, 1, 1, -1]), np.kron([[0, 1], [1, 0]], np.eye(2)), np.eye(8)[::-1]],
)
def test_special_unitaries(matrix: np.ndarray) -> None:
    check(surround(library.UnitaryGate(matrix)))


UNITARY = library.UnitaryGate(random_unitary(4, seed=1))
GATES: dict[str, Callable[[], Any]] = {
    "controlled unitary": lambda: UNITARY.control(1, annotated=False),
    "power of a unitary": lambda: UNITARY.power(0.5),
    "inverse of a unitary": lambda: UNITARY.inverse(),
    "permutation": lambda: library.PermutationGate([2, 0, 3, 1]),
    "state preparation": lambda: library.StatePreparation([0.6, 0, 0, 0.8j]),
    "number preparation": lambda: library.StatePreparation(2, 2),
    "isometry": lambda: library.Isometry(random_unitary(4, seed=0).data[:, :2], 0, 0),
    "multiplexed rotations": lambda: library.UCRYGate([0.1, 0.2, 0.3, 0.4]),
    "multiplexed unitaries": lambda: library.UCGate([random_unitary(2, seed=k).data for k in range(4)]),
    "controlled x": lambda: library.MCXGate(4, ctrl_state=5),
    "controlled phase": lambda: library.MCPhaseGate(T, 3),
    "controlled rotation": lambda: library.RXGate(T).control(3, annotated=False),
    "Fourier transform": lambda: library.QFTGate(3),
    "inverse Fourier transform": lambda: library.QFTGate(3).inverse(),
    "diagonal": lambda: library.DiagonalGate([1, -1, 1j, 1]),
    "word": lambda: library.PauliGate("XYZ"),
    "Mølmer–Sørensen": lambda: library.MSGate(3, T),
    "Clifford": lambda: random_clifford(3, seed=1),
    "linear function": lambda: library.LinearFunction(np.array([[1, 1, 0], [0, 1, 0], [1, 0, 1]])),
    "rotation about a vector": lambda: library.RVGate(0.1, 0.2, 0.3),
    "evolution by a fixed matrix": lambda: library.HamiltonianGate(np.diag([1.0, 2, 3, 4]) + np.eye(4)[::-1], 0.3),
    "adder": lambda: library.ModularAdderGate(2),
    "inner product": lambda: library.InnerProductGate(2),
    "modifiers": lambda: AnnotatedOperation(library.RXGate(T), [ControlModifier(2), InverseModifier()]),
    "modifiers of a unitary": lambda: AnnotatedOperation(UNITARY, [ControlModifier(1), PowerModifier(2)]),
    "commuting evolution": lambda: library.PauliEvolutionGate(SparsePauliOp(["XX", "ZZ", "YY"], [1, 0.5, -2]), T),
    "evolution by its matrix": lambda: library.PauliEvolutionGate(
        SparsePauliOp(["XX", "ZI"], [1, 0.5]), 0.4, synthesis=MatrixExponential()
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", GATES)
def test_gates_of_the_library(name: str) -> None:
    check(surround(GATES[name]()))


@pytest.mark.parametrize("synthesis", [None, SuzukiTrotter(order=2, reps=3)])
def test_evolution_by_a_sum_that_does_not_commute_is_the_formula_that_the_gate_names(synthesis: Any) -> None:
    evolution = library.PauliEvolutionGate(SparsePauliOp(["XX", "ZI", "YY"], [1, 0.5, 0.2]), T, synthesis=synthesis)
    circuit = surround(evolution)
    check(circuit, circuit.decompose([evolution.name]))
    by_matrix, by_formula = (
        Operator(each.assign_parameters({T: 0.7})) for each in (circuit, circuit.decompose([evolution.name]))
    )
    assert np.abs(by_matrix.data - by_formula.data).max() > 1e-4  # Qiskit's own two answers


def test_a_delay_does_nothing() -> None:
    circuit = surround(library.RXGate(T))
    circuit.delay(100, 0)
    circuit.barrier()
    check(circuit)


def test_several_gates_with_swaps_between() -> None:
    circuit = surround(UNITARY)
    circuit.swap(0, 2)
    circuit.append(library.PermutationGate([1, 2, 0]), [2, 0, 1])
    circuit.append(random_clifford(2, seed=4), [0, 2])
    circuit.append(library.PauliEvolutionGate(SparsePauliOp("XY"), 2 * T), [1, 2])
    check(circuit)


def loop(circuit: QuantumCircuit) -> None:
    with circuit.for_loop(range(2)):
        circuit.x(0)


def condition(circuit: QuantumCircuit) -> None:
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(0)


@pytest.mark.parametrize(
    ("fill", "name"),
    [
        (lambda circuit: circuit.measure(0, 0), "measure"),
        (lambda circuit: circuit.reset(0), "reset"),
        (lambda circuit: circuit.initialize([0.6, 0.8], 0), "reset"),
        (loop, "for_loop"),
        (condition, "if_else"),
        (lambda circuit: circuit.append(library.HamiltonianGate(np.diag([1.0, 2]), T), [0]), "hamiltonian"),
        (lambda circuit: circuit.append(Gate("mine", 1, []), [0]), "mine"),
    ],
)
@pytest.mark.parametrize("simulator", ["exact", "batches", "states"])
def test_what_is_no_unitary_or_has_no_translation_is_refused(
    fill: Callable[[QuantumCircuit], Any], name: str, simulator: str
) -> None:
    circuit = QuantumCircuit(2, 1)
    fill(circuit)
    build_simulator = {
        "exact": partial(ExactSimulator, circuit, [SparsePauliOp("ZZ")]),
        "batches": partial(BatchSimulator, circuit, [SparsePauliOp("ZZ")]),
        "states": partial(StateSimulator, circuit),
    }[simulator]
    with pytest.raises(UnsupportedCircuitError, match=rf"does not know the instruction `{name}`.*Take it out"):
        build_simulator(list(circuit.parameters))
