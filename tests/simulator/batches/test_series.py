"""Outputs as Fourier series: which circuits have one, its frequencies, and coefficients known in closed form."""

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.simulator.batches import Amplitudes, BatchSimulator, Probabilities
from qnlnet.simulator.batches.part import Part
from qnlnet.simulator.batches.series import fourier
from qnlnet.simulator.batches.series.fourier import Series
from qnlnet.simulator.batches.series.part import SeriesPart

X = ParameterVector("x", 3)
W = Parameter("w")
ROUNDING = 1e-14


def series_of(
    circuit: QuantumCircuit, monkeypatch: pytest.MonkeyPatch, amplitudes: Amplitudes | None = None
) -> Series | None:
    """Returns the series that a simulator of ⟨Z⟩ of all qubits has."""
    found: list[Series | None] = []
    find = fourier.find_series
    monkeypatch.setattr("qnlnet.simulator.batches.series.part.find_series", lambda *a: found.append(find(*a)))
    labels = ["I" * q + "Z" + "I" * (circuit.num_qubits - 1 - q) for q in range(circuit.num_qubits)]
    own = [parameter for parameter in X if parameter in circuit.parameters]
    BatchSimulator(circuit, [SparsePauliOp(label) for label in labels], own, [W], amplitudes=amplitudes)
    return found[-1]


def entangled(*, twice: bool = False, scale: float = 1.0) -> QuantumCircuit:
    """Two angles of rows, a CNOT and a shared angle; x₀ turns once, or a second time by `scale` · x₀."""
    circuit = QuantumCircuit(2)
    circuit.ry(X[0], 0)
    circuit.ry(X[1], 1)
    circuit.cx(0, 1)
    circuit.rx(W, 0)
    if twice:
        circuit.ry(scale * X[0], 0)
        circuit.cx(1, 0)
        circuit.rx(W, 1)
    return circuit


def test_frequencies_follow_from_how_often_and_how_far_an_angle_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fourier, "_cost_of_states", lambda plan: np.inf)
    for circuit, degrees, scales in [
        (entangled(), [1, 1], [1, 1]),
        (entangled(twice=True), [2, 1], [1, 1]),
        (entangled(twice=True, scale=-3), [4, 1], [1, 1]),
        (entangled(twice=True, scale=0.5), [3, 1], [0.5, 1]),
    ]:
        series = series_of(circuit, monkeypatch)
        assert series is not None
        assert (series.degrees.tolist(), series.scales.tolist()) == (degrees, scales)
        assert len(series.nodes) == np.prod(2 * np.array(degrees) + 1)
    crx = QuantumCircuit(2)
    crx.h(0)
    crx.crx(X[0], 0, 1)
    series = series_of(crx, monkeypatch)
    assert series is not None
    assert (series.degrees.tolist(), series.scales.tolist()) == ([2], [0.5])


def test_what_has_no_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fourier, "_cost_of_states", lambda plan: np.inf)
    assert series_of(entangled(twice=True, scale=0.3), monkeypatch) is None  # the multiples would never end
    amplitudes = QuantumCircuit(2)
    amplitudes.rx(W, 0)
    assert series_of(amplitudes, monkeypatch, amplitudes=Amplitudes(4)) is None
    monkeypatch.setattr(fourier, "_MOST_FEATURES", 8)
    assert series_of(entangled(), monkeypatch) is None


def test_states_are_kept_where_there_are_many_outputs() -> None:
    x = ParameterVector("x", 4)
    circuit = QuantumCircuit(4)
    for qubit in range(4):
        circuit.ry(x[qubit], qubit)
        circuit.rx(W, qubit)
    for qubit in range(4):
        circuit.cx(qubit, (qubit + 1) % 4)
        circuit.ry(W, qubit)
    labels = [SparsePauliOp("ZIII"), SparsePauliOp("IZII"), SparsePauliOp("IIZI"), SparsePauliOp("IIIZ")]
    assert isinstance(BatchSimulator(circuit, labels, [*x], [W])._parts, SeriesPart)
    assert isinstance(BatchSimulator(circuit, Probabilities(), [*x], [W])._parts, Part)


def test_coefficients_of_a_product_of_cosines(monkeypatch: pytest.MonkeyPatch) -> None:
    """RY(x₀) RY(x₁), a CNOT and RX(w) on its target give ⟨Z₀⟩ = cos x₀ and ⟨Z₁⟩ = cos x₀ cos x₁ cos w."""
    circuit = QuantumCircuit(2)
    circuit.ry(X[0], 0)
    circuit.ry(X[1], 1)
    circuit.cx(0, 1)
    circuit.rx(W, 1)
    monkeypatch.setattr(fourier, "_cost_of_states", lambda plan: np.inf)
    simulator = BatchSimulator(circuit, [SparsePauliOp("IZ"), SparsePauliOp("ZI")], [X[0], X[1]], [W])
    assert isinstance(simulator._parts, SeriesPart)
    rows, w = np.random.default_rng(0).uniform(-9, 9, (50, 2)), 0.7
    values, gradient = simulator.vjp(rows, [w], np.ones((50, 2)))
    (a, b), (s, t) = np.cos(rows.T), np.sin(rows.T)
    np.testing.assert_allclose(values, np.stack([a, a * b * np.cos(w)], axis=1), rtol=0, atol=ROUNDING)
    slopes = np.stack([-s - s * b * np.cos(w), -a * t * np.cos(w)], axis=1)
    np.testing.assert_allclose(gradient.rows, slopes, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(gradient.shared, [-(a * b).sum() * np.sin(w)], rtol=0, atol=50 * ROUNDING)
