"""Batches: the same to the bit in any company, copies, amplitudes, closed forms, and what is refused."""

from collections.abc import Callable

import numpy as np
import pytest
from mpmath import mp
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import ArgumentError, UnsupportedCircuitError
from qnlnet.simulator.batches import Amplitudes, BatchSimulator, Probabilities, Wanted, part
from qnlnet.simulator.batches.kernels import run_alone

ROUNDING = 1e-12


def layered(
    qubits: int, layers: int, *, encode: bool = True, repeat: bool = False, one: bool = False
) -> BatchSimulator:
    """Builds angles of rows, then layers of shared rotations and a ring of CNOTs, with Z of each qubit or of one."""
    x, w = ParameterVector("x", qubits if encode else 0), ParameterVector("w", 3 * qubits * layers)
    circuit, weights = QuantumCircuit(qubits), iter(w)
    for layer in range(layers):
        if encode and (layer == 0 or repeat):
            for qubit in range(qubits):
                circuit.ry(x[qubit], qubit)
        for qubit in range(qubits):
            circuit.rx(next(weights), qubit)
            circuit.ry(next(weights), qubit)
            circuit.rz(next(weights), qubit)
        for qubit in range(qubits):
            circuit.cx(qubit, (qubit + 1) % qubits)
    observables = [SparsePauliOp.from_sparse_list([("Z", [qubit], 1)], qubits) for qubit in range(1 if one else qubits)]
    amplitudes = None if encode else Amplitudes(2**qubits)
    return BatchSimulator(circuit, observables, list(x), list(w), amplitudes=amplitudes)


CASES = {
    "a Fourier series": lambda: layered(4, 2),
    "a series of several frequencies": lambda: layered(2, 2, repeat=True, one=True),
    "a matrix": lambda: layered(5, 2),
    "several matrices": lambda: layered(3, 3, repeat=True),
    "amplitudes": lambda: layered(4, 2, encode=False),
    "one by one": lambda: layered(6, 2),
    "components": lambda: layered(7, 1),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_rows_are_the_same_to_the_bit_in_any_batch(build: Callable[[], BatchSimulator], dtype: type) -> None:
    simulator, random = build(), np.random.default_rng(0)
    rows = random.normal(size=(300, simulator.num_columns)).astype(dtype)
    shared = random.normal(size=simulator.num_shared)
    cotangent = random.normal(size=(300, simulator.num_outputs)).astype(dtype)
    values, gradient = simulator.vjp(rows, shared, cotangent)
    order = random.permutation(300)
    for some in (order, [0], [299], [5, 3], range(7), range(100, 117), range(33), range(128), range(1, 130)):
        chosen = np.array(some)
        again, slopes = simulator.vjp(rows[chosen], shared, cotangent[chosen])
        np.testing.assert_array_equal(again, values[chosen])
        np.testing.assert_array_equal(slopes.rows, gradient.rows[chosen])
        np.testing.assert_array_equal(simulator.values(rows[chosen], shared), again)


@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_any_number_of_threads_gives_the_same_bits(
    build: Callable[[], BatchSimulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(part, "_MOST_LANES", 8)
    monkeypatch.setattr("qnlnet.simulator.batches.series.part._BLOCK", 8)
    simulator, random = build(), np.random.default_rng(0)
    rows, shared = random.normal(size=(1000, simulator.num_columns)), random.normal(size=simulator.num_shared)
    cotangent = random.normal(size=(1000, simulator.num_outputs))
    expected, gradient = simulator.vjp(rows, shared, cotangent)
    for threads in (2, 3, 50):
        values, slopes = simulator.vjp(rows, shared, cotangent, threads=threads)
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_array_equal(slopes.rows, gradient.rows)
        np.testing.assert_array_equal(slopes.shared, gradient.shared)


def test_copies_are_circuits_side_by_side() -> None:
    simulator, random = layered(3, 2), np.random.default_rng(0)
    rows, shared = random.normal(size=(2, 5, 3)), random.normal(size=(2, simulator.num_shared))
    cotangent = random.normal(size=(2, 5, 3))
    values, gradient = simulator.vjp(rows, shared, cotangent)
    for copy in range(2):
        alone, slopes = simulator.vjp(rows[copy], shared[copy], cotangent[copy])
        np.testing.assert_array_equal(values[copy], alone)
        np.testing.assert_array_equal(gradient.rows[copy], slopes.rows)
        np.testing.assert_array_equal(gradient.shared[copy], slopes.shared)
    values, gradient = simulator.vjp(rows[0], shared, cotangent)
    parts = [simulator.vjp(rows[0], shared[copy], cotangent[copy]) for copy in range(2)]
    np.testing.assert_array_equal(values, np.stack([part[0] for part in parts]))
    np.testing.assert_allclose(gradient.rows, parts[0][1].rows + parts[1][1].rows, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("angles", [0.0, np.pi / 2, np.pi, 2 * np.pi, -np.pi, 1e6])
def test_degenerate_angles_have_the_slopes_of_the_closed_form(angles: float) -> None:
    x, w = ParameterVector("x", 1), ParameterVector("w", 1)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0], 0)
    circuit.cx(0, 1)
    circuit.ry(w[0], 1)
    simulator = BatchSimulator(circuit, [SparsePauliOp("ZI"), SparsePauliOp("XI"), SparsePauliOp("IZ")], [*x], [*w])
    values, gradient = simulator.vjp([[angles]], [angles], np.ones((1, 3)))
    c, s = np.cos(angles), np.sin(angles)
    # ⟨Z₀⟩ = cos x; the CNOT copies it, and RY(w) turns it: ⟨Z₁⟩ = cos x cos w, ⟨X₁⟩ = cos x sin w.
    np.testing.assert_allclose(values, [[c * c, c * s, c]], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(gradient.rows, [[-s * c - s * s - s]], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(gradient.shared, [-c * s + c * c], rtol=0, atol=ROUNDING)


def test_gradient_is_that_of_differences_in_50_digits() -> None:
    """A circuit of one qubit, RY(x) RZ(w₀) RY(w₁), whose ⟨Z⟩ is computed with mpmath beside it."""
    x, w = ParameterVector("x", 1), ParameterVector("w", 2)
    circuit = QuantumCircuit(1)
    circuit.ry(x[0], 0)
    circuit.rz(w[0], 0)
    circuit.ry(w[1], 0)
    _, gradient = BatchSimulator(circuit, [SparsePauliOp("Z")], [*x], [*w]).vjp([[0.3]], [1.1, -2.2], [[1.0]])
    with mp.workdps(50):

        def value(angles: list[mp.mpf]) -> mp.mpf:
            a, b, c = angles
            state = mp.matrix([mp.cos(a / 2) * mp.expj(-b / 2), mp.sin(a / 2) * mp.expj(b / 2)])
            turn = mp.matrix([[mp.cos(c / 2), -mp.sin(c / 2)], [mp.sin(c / 2), mp.cos(c / 2)]])
            up, down = turn * state
            return abs(up) ** 2 - abs(down) ** 2

        angles = [mp.mpf(0.3), mp.mpf(1.1), mp.mpf(-2.2)]
        step = mp.mpf(10) ** -20
        slopes = []
        for place in range(3):
            plus, minus = list(angles), list(angles)
            plus[place] += step
            minus[place] -= step
            slopes.append(float((value(plus) - value(minus)) / (2 * step)))
    np.testing.assert_allclose([*gradient.rows[0], *gradient.shared], slopes, rtol=0, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_amplitudes_of_any_size_are_normalised_and_zeros_stay_zeros(dtype: type) -> None:
    simulator, random = layered(2, 1, encode=False), np.random.default_rng(0)
    rows, shared = random.normal(size=(6, 4)).astype(dtype), random.normal(size=simulator.num_shared)
    sizes = np.array([1, 1e-30, 1e30, 1e-3, 0, 7], dtype)
    values, gradient = simulator.vjp(rows * sizes[:, np.newaxis], shared, np.ones((6, 2)))
    expected, slopes = simulator.vjp(rows, shared, np.ones((6, 2)))
    expected[4], slopes.rows[4] = 0, 0
    rounding = 100 * np.finfo(dtype).eps
    np.testing.assert_allclose(values, expected, rtol=0, atol=rounding)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_allclose(gradient.rows * sizes[:, np.newaxis], slopes.rows, rtol=0, atol=10 * rounding)
    assert np.isfinite(gradient.rows).all()


def test_no_rows_and_no_shared_values() -> None:
    x = ParameterVector("x", 1)
    circuit = QuantumCircuit(1)
    circuit.ry(x[0], 0)
    simulator = BatchSimulator(circuit, [SparsePauliOp("Z")], [*x])
    assert simulator.values(np.empty((0, 1))).shape == (0, 1)
    _, gradient = simulator.vjp(np.empty((0, 1)), [], np.empty((0, 1)))
    assert gradient.rows.shape == (0, 1)
    assert gradient.shared.shape == (0,)
    np.testing.assert_allclose(simulator.values([[0.3]]), [[np.cos(0.3)]], rtol=0, atol=ROUNDING)


def test_kernels_are_compiled_once_for_each_precision_whatever_the_circuit() -> None:
    x = ParameterVector("x", 1)
    for ends_with_clifford in (False, True):
        circuit = QuantumCircuit(2)
        circuit.ry(x[0] * x[0], 0)
        if ends_with_clifford:
            circuit.h(0)
        BatchSimulator(circuit, [SparsePauliOp("IZ")], [*x]).values([[0.3]])
    rows = [str(arguments[3].dtype) for arguments in run_alone.signatures]
    assert sorted(rows) == sorted({*rows, "float64"})


def test_outcomes_in_any_order() -> None:
    x = ParameterVector("x", 2)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0], 0)
    circuit.ry(x[1], 1)
    row = [[0.4, 1.3]]
    one = np.sin(np.array(row[0]) / 2) ** 2
    measured = Probabilities(qubits=(1, 0), outcomes=(3, 1))  # bit 0 of an outcome is qubit 1
    expected = [one[0] * one[1], (1 - one[0]) * one[1]]
    np.testing.assert_allclose(BatchSimulator(circuit, measured, [*x]).values(row), [expected], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(
    ("rows", "shared", "cotangent", "sentence"),
    [
        (np.zeros((2, 3)), np.zeros(24), np.zeros((2, 4)), r"`rows` must have the shape \(rows, 4\), but is \(2, 3\)"),
        (np.zeros((2, 4)), np.zeros(23), np.zeros((2, 4)), r"`shared` must have the shape \(24,\) or one more axis"),
        (np.zeros((2, 4)), np.zeros(24), np.zeros((2, 3)), r"`cotangent` must have the shape \(2, 4\)"),
        (np.zeros((3, 2, 4)), np.zeros((2, 24)), np.zeros((2, 2, 4)), r"`rows` must have the shape"),
        (np.full((1, 4), np.nan), np.zeros(24), np.zeros((1, 4)), "`rows` must be finite, but has nan"),
        (np.zeros((1, 4)), np.full(24, np.inf), np.zeros((1, 4)), "`shared` must be finite, but has inf"),
        (np.zeros((1, 4), complex), np.zeros(24), np.zeros((1, 4)), "`rows` must be real numbers"),
    ],
)
def test_what_is_refused(rows: np.ndarray, shared: np.ndarray, cotangent: np.ndarray, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        layered(4, 2).vjp(rows, shared, cotangent)


def test_circuits_that_are_refused() -> None:
    x = ParameterVector("x", 1)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0], 0)
    with pytest.raises(UnsupportedCircuitError, match=r"No order is given for the parameters \['x\[0\]'\]"):
        BatchSimulator(circuit, [SparsePauliOp("ZI")], [])
    with pytest.raises(ArgumentError, match="`qubits` must name different qubits from 0 to 1"):
        BatchSimulator(circuit, Probabilities((0, 2)), [*x])
    with pytest.raises(ArgumentError, match="`outcomes` must be numbers from 0 to 3"):
        BatchSimulator(circuit, Probabilities(outcomes=(4,)), [*x])
    with pytest.raises(ArgumentError, match="`amplitudes` must be 4 in number"):
        BatchSimulator(circuit, [SparsePauliOp("ZI")], [*x], amplitudes=Amplitudes(8))


@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
@pytest.mark.parametrize("wanted", [Wanted(False, True, False), Wanted(True, False, True), Wanted(False, False, True)])
def test_what_is_wanted_is_the_same_without_the_rest(build: Callable[[], BatchSimulator], wanted: Wanted) -> None:
    simulator, random = build(), np.random.default_rng(0)
    rows, shared = random.normal(size=(5, simulator.num_columns)), random.normal(size=simulator.num_shared)
    cotangent = random.normal(size=(5, simulator.num_outputs))
    expected, gradient = simulator.vjp(rows, shared, cotangent)
    values, slopes = simulator.vjp(rows, shared, cotangent, wanted=wanted)
    if wanted.values:
        np.testing.assert_array_equal(values, expected)
    if wanted.rows:
        np.testing.assert_array_equal(slopes.rows, gradient.rows)
    if wanted.shared:
        np.testing.assert_array_equal(slopes.shared, gradient.shared)


def test_expressions_in_rows_are_differentiated_for_what_rows_share() -> None:
    x, w = ParameterVector("x", 1), ParameterVector("w", 1)
    circuit = QuantumCircuit(1)
    circuit.ry(x[0] * w[0], 0)
    simulator = BatchSimulator(circuit, [SparsePauliOp("Z")], [*x], [*w])
    _, gradient = simulator.vjp([[0.3], [0.7]], [2.0], [[1.0], [1.0]], wanted=Wanted(rows=False))
    np.testing.assert_allclose(gradient.shared, [-0.3 * np.sin(0.6) - 0.7 * np.sin(1.4)], rtol=0, atol=ROUNDING)
