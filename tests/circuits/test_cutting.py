"""Circuit cutting: what the pieces give together is what the whole circuit gives."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import UnitaryGate
from qiskit.quantum_info import SparsePauliOp, Statevector, random_unitary
from refusals import refused

from qnlnet.circuits import WireCut, cut_wire
from qnlnet.circuits.cutting import EIGENSTATES, join_terms

ROUNDING = 1e-12
# A NumPy program of our own, for ⟨ZZZ⟩ of a circuit of three qubits: ⟨Z ⊗ P⟩ upstream and Σ s⟨ZZ⟩ downstream.
GOLDEN = {
    "I": (0.944702486, 1.1079506118),
    "X": (0.1593450793, 0.7275053367),
    "Y": (-0.3646098096, 0.0),
    "Z": (0.8623832961, -0.5098170916),
}


def draw_circuit(seed: int, upstream: int, downstream: int) -> tuple[QuantumCircuit, int, int]:
    """Returns a random circuit that one cut parts, in a random order of its qubits, with the cut's qubit and place."""
    generator = np.random.default_rng(seed)
    qubits = [int(qubit) for qubit in generator.permutation(upstream + downstream - 1)]
    circuit = QuantumCircuit(len(qubits))
    first, second = qubits[:upstream], qubits[upstream - 1 :]
    for number, piece in enumerate((first, second)):
        for _ in range(2):
            for pair in itertools.pairwise(piece):
                circuit.append(UnitaryGate(random_unitary(4, seed=generator)), pair)
        circuit.append(UnitaryGate(random_unitary(2, seed=generator)), [piece[0]])
        if number == 0:
            place = len(circuit.data)
            circuit.barrier()
    return circuit, qubits[upstream - 1], place


def draw_observable(seed: int, qubits: int) -> SparsePauliOp:
    generator = np.random.default_rng((seed, 1))
    labels = ["".join(generator.choice(list("IXYZ"), qubits)) for _ in range(3)]
    return SparsePauliOp(labels, generator.normal(size=3))


@settings(max_examples=12)
@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 3))
def test_cut_and_uncut_agree(seed: int, upstream: int, downstream: int) -> None:
    circuit, qubit, place = draw_circuit(seed, upstream, downstream)
    observable = draw_observable(seed, circuit.num_qubits)
    cut = cut_wire(circuit, qubit, place)
    whole = Statevector(circuit).expectation_value(observable).real
    assert cut.expectation(observable) == pytest.approx(whole, abs=ROUNDING)
    assert (cut.upstream.num_qubits, cut.downstream.num_qubits) == (upstream, downstream)


def test_the_terms_of_another_program_join_to_its_value() -> None:
    assert join_terms(GOLDEN) == pytest.approx(0.3614751745, abs=1e-10)


def chain(qubits: int = 4) -> QuantumCircuit:
    circuit = QuantumCircuit(qubits)
    circuit.ry(0.3, 0)
    circuit.cx(0, 1)
    circuit.ry(0.5, 1)
    circuit.cx(1, 2)
    return circuit


def test_how_many_circuits_it_takes() -> None:
    cut = cut_wire(chain(), 1, 2)
    assert (cut.num_circuits, cut.sampling_overhead) == ((4, 8), 16)
    assert sum(len(list(cut.preparations(pauli))) for pauli in EIGENSTATES) == 8


def test_what_is_connected_with_neither_end_goes_upstream() -> None:
    cut = cut_wire(chain(), 1, 2)
    assert (cut.upstream_qubits, cut.downstream_qubits) == ((0, 1, 3), (1, 2))


@pytest.mark.parametrize(("qubit", "place"), [(0, 0), (2, 4), (3, 2)], ids=["begin", "end", "bare wire"])
def test_cuts_at_the_ends_of_a_wire(qubit: int, place: int) -> None:
    circuit = chain()
    observable = SparsePauliOp(["ZZZZ", "IXYI"], [0.5, 2])
    whole = Statevector(circuit).expectation_value(observable).real
    assert cut_wire(circuit, qubit, place).expectation(observable) == pytest.approx(whole, abs=ROUNDING)


def with_parameter() -> WireCut:
    circuit = QuantumCircuit(2)
    circuit.rx(Parameter("a"), 0)
    circuit.cx(0, 1)
    return cut_wire(circuit, 0, 1)


def measured() -> QuantumCircuit:
    circuit = chain()
    circuit.measure_all()
    return circuit


def ring() -> QuantumCircuit:
    circuit = chain()
    circuit.cx(2, 0)
    return circuit


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: cut_wire(chain(), 4, 0), "Argument `qubit` must be from 0 to 3, but is 4."),
        (
            lambda: cut_wire(chain(), 1, 5),
            "Argument `place` must be from 0 to 4, the number of instructions, but is 5.",
        ),
        (
            lambda: cut_wire(ring(), 1, 2),
            "Argument `place` must part the circuit, but is 2. Other wires connect what is before the cut with what is "
            "behind it.",
        ),
        (
            lambda: cut_wire(measured(), 1, 2),
            "Argument `circuit` must have gates only, but is 'measure'. `decompose` takes composed instructions apart.",
        ),
        (
            lambda: with_parameter().expectation(SparsePauliOp("ZZ")),
            "Argument `circuit` must have values for all parameters, but is 'a'. Assign them first.",
        ),
        (
            lambda: cut_wire(chain(), 1, 2).expectation(SparsePauliOp("ZZ")),
            "Argument `observable` must be of all 4 qubits, but is 2.",
        ),
        (
            lambda: cut_wire(chain(), 1, 2).expectation(SparsePauliOp("ZZZZ", [1j])),
            "Argument `observable` must have real coefficients, but is [1j].",
        ),
    ],
)
def test_what_cannot_be_cut_is_refused(act, sentence: str) -> None:  # type: ignore[no-untyped-def]  # some of the calls are mistakes in types
    with refused(sentence):
        act()


def test_like_the_addon_of_qiskit() -> None:
    cutting = pytest.importorskip("qiskit_addon_cutting")
    from qiskit.primitives import StatevectorSampler

    circuit, observable, place, qubit = chain(3), SparsePauliOp(["ZIZ", "XXZ"]), 2, 1
    marked = QuantumCircuit(3)
    for number, instruction in enumerate(circuit.data):
        if number == place:
            marked.append(cutting.instructions.CutWire(), [qubit])
        marked.append(instruction.operation, [circuit.find_bit(bit).index for bit in instruction.qubits])
    moved = cutting.cut_wires(marked)
    observables = cutting.expand_observables(observable.paulis, circuit, moved)
    problem = cutting.partition_problem(circuit=moved, observables=observables)
    assert np.prod([basis.overhead for basis in problem.bases]) == pytest.approx(
        cut_wire(circuit, qubit, place).sampling_overhead
    )
    experiments, coefficients = cutting.generate_cutting_experiments(
        circuits=problem.subcircuits, observables=problem.subobservables, num_samples=np.inf
    )
    shots = 20_000
    sampler = StatevectorSampler(seed=0)
    results = {label: sampler.run(pieces, shots=shots).result() for label, pieces in experiments.items()}
    theirs = cutting.reconstruct_expectation_values(results, coefficients, problem.subobservables)
    ours = [cut_wire(circuit, qubit, place).expectation(SparsePauliOp(pauli)) for pauli in observable.paulis]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=5 * 4 / shots**0.5)  # eight terms with factors ±1/2
