"""`backend=aer`: shots within statistics, noise that is there and lands on the right qubit, small calls."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.quantum_info import SparsePauliOp, Statevector
from qiskit_machine_learning.neural_networks import EstimatorQNN

from qnlnet.backends import build_qnn
from qnlnet.backends.aer import AerEstimatorQNN
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError

pytestmark = pytest.mark.slow

BuildCircuit = Callable[..., Circuit]

INPUTS = np.random.default_rng(1).uniform(-3, 3, (6, 4))
WEIGHTS = np.array([0.3, 1.2, -1.4, 1.1, 0.2])
SHOTS = 1000


def build(qnl: Circuit, seed: int = 0, **options: Any) -> EstimatorQNN:
    return build_qnn(qnl, BackendConfig(name="aer", **options), seed=seed)


def test_shots_scatter_around_the_exact_values(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2")
    exact, shots = build_qnn(qnl), build(qnl, shots=SHOTS)
    repeated = np.repeat(INPUTS, 20, axis=0)
    values = shots.forward(repeated, WEIGHTS).reshape(6, 20)
    expected = exact.forward(INPUTS, WEIGHTS)
    # A mean of n outcomes ±1 has variance (1 − ⟨Z⟩²)/n; six standard errors are exceeded once in 10⁸ times.
    error = np.sqrt((1 - expected[:, 0] ** 2) / (20 * SHOTS))
    assert (np.abs(values.mean(axis=1) - expected[:, 0]) < 6 * error).all()
    assert (values.std(axis=1) > 0).all()  # rows of one call have shots of their own
    # A parameter-shift derivative is half the difference of two such means: variance below (1 + 1)/(4·shots); an
    # input, whose angle is 2x, has twice the derivative.
    ours, theirs = shots.backward(INPUTS, WEIGHTS), exact.backward(INPUTS, WEIGHTS)
    for gradient, true, factor in zip(ours, theirs, (2, 1), strict=True):
        assert np.abs(gradient - true).max() < 6 * factor / math.sqrt(2 * SHOTS)
        assert np.abs(gradient - true).max() > 0


def test_every_value_is_a_mean_over_exactly_the_shots_asked_for(build_circuit: BuildCircuit) -> None:
    for shots in (7, 1000, 1024):
        values = build(build_circuit("0"), shots=shots).forward(INPUTS, WEIGHTS)
        ones = (1 - values) / 2 * shots
        np.testing.assert_allclose(ones, np.round(ones), rtol=0, atol=1e-9)


@pytest.mark.parametrize("shots", [1, 2, 3, 333, 1000, 1001, 4096, 10**6, 10**8])
def test_precision_stands_for_exactly_the_shots_asked_for(build_circuit: BuildCircuit, shots: int) -> None:
    assert math.ceil(1 / build(build_circuit("0"), shots=shots).default_precision ** 2) == shots  # as Qiskit computes


def test_same_seed_same_numbers_other_seed_other_numbers(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0")

    def numbers(seed: int) -> list[np.ndarray]:
        qnn = build(qnl, seed, shots=100)
        return [qnn.forward(INPUTS, WEIGHTS), *qnn.backward(INPUTS[:1], WEIGHTS), qnn.forward(INPUTS, WEIGHTS)]

    first, again, other = numbers(1), numbers(1), numbers(2)
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()
    assert (first[0] != first[-1]).any()  # each call draws anew


@pytest.mark.parametrize("options", [{}, {"shots": 50}])
def test_small_calls_equal_one_large_call(build_circuit: BuildCircuit, options: dict[str, Any]) -> None:
    qnl = build_circuit("1", r=2)
    inputs = np.random.default_rng(5).uniform(-3, 3, (200, 4))
    qnn = build(qnl, **options)
    values = qnn.forward(inputs, WEIGHTS)
    assert values.shape == (200, 1)
    if options:
        exact = build_qnn(qnl).forward(inputs, WEIGHTS)
        assert np.abs(values - exact).max() < 6 / math.sqrt(50)
    else:
        unchunked = EstimatorQNN._forward(qnn, inputs, WEIGHTS)
        np.testing.assert_allclose(values, unchunked, rtol=0, atol=1e-15)


@pytest.mark.parametrize("device", ["FakeManilaV2", "FakeBurlingtonV2"])  # other gates: rz, sx, x, cx; u1, u2, u3, cx
def test_noise_reaches_values_and_gradients(build_circuit: BuildCircuit, device: str) -> None:
    qnl = build_circuit("0")
    noisy, ideal = build(qnl, noise=device), build_qnn(qnl)
    inputs = INPUTS[:1]
    pairs = [(noisy.forward(inputs, WEIGHTS), ideal.forward(inputs, WEIGHTS))]
    pairs += zip(noisy.backward(inputs, WEIGHTS), ideal.backward(inputs, WEIGHTS), strict=True)
    for with_noise, without in pairs:
        assert with_noise.shape == without.shape
        assert 1e-4 < np.abs(with_noise - without).max() < 0.2


def test_noisy_gradients_are_the_derivatives_of_noisy_values(build_circuit: BuildCircuit) -> None:
    qnn = build(build_circuit("2"), noise="FakeManilaV2")  # every angle stands in RZ gates, so the shift rule is exact
    shifts = np.pi / 2 * np.eye(5)
    difference = [qnn.forward(INPUTS[:1], WEIGHTS + s) - qnn.forward(INPUTS[:1], WEIGHTS - s) for s in shifts]
    _, gradient = qnn.backward(INPUTS[:1], WEIGHTS)
    np.testing.assert_allclose(gradient[0, 0], np.ravel(difference) / 2, rtol=0, atol=1e-12)


@pytest.mark.parametrize("device", ["FakeManilaV2", "FakeBurlingtonV2"])
def test_gradients_run_only_gates_that_carry_noise(
    build_circuit: BuildCircuit, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    qnn = build(build_circuit("0"), noise=device)
    run, used = type(qnn.estimator).run, set()

    def recording_run(self: Any, pubs: Any, **options: Any) -> Any:
        pubs = list(pubs)
        used.update(instruction.operation.name for pub in pubs for instruction in pub[0].data)
        return run(self, pubs, **options)

    monkeypatch.setattr(type(qnn.estimator), "run", recording_run)
    qnn.backward(INPUTS[:1], WEIGHTS)
    noisy_gates = {"FakeManilaV2": {"rz", "sx", "x", "cx"}, "FakeBurlingtonV2": {"u1", "u2", "u3", "cx"}}[device]
    assert "cx" in used
    assert used <= noisy_gates


def test_noise_makes_all_values_smaller(build_circuit: BuildCircuit) -> None:
    # Ansatz 1 outputs sin(g) sin(2 x₃): with both sines 1, noise can only lower it.
    inputs, weights = np.full((1, 4), np.pi / 4), np.array([0.0, 0.0, 0.0, np.pi / 2, 0.0])
    qnl = build_circuit("1")
    assert build_qnn(qnl).forward(inputs, weights)[0, 0] == pytest.approx(1.0, abs=1e-15)
    assert 0.8 < build(qnl, noise="FakeManilaV2").forward(inputs, weights)[0, 0] < 1 - 1e-3


def test_noise_with_shots(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2")
    noisy = build(qnl, noise="FakeManilaV2").forward(INPUTS, WEIGHTS)
    sampled = build(qnl, noise="FakeManilaV2", shots=SHOTS).forward(INPUTS, WEIGHTS)
    assert 0 < np.abs(sampled - noisy).max() < 6 / math.sqrt(SHOTS)


def test_observable_follows_the_layout(build_circuit: BuildCircuit) -> None:
    moved = 0
    for ansatz in "012":
        for readout in range(4):
            qnl = build_circuit(ansatz, r=2, readout=readout)
            qnn = build(qnl, noise="FakeManilaV2")
            (observable,) = qnn.observables
            ((letters, (qubit,), coefficient),) = observable.to_sparse_list()
            assert (letters, coefficient) == ("Z", 1)
            moved += qubit != readout
            names = dict(zip([*qnl.input_params, *qnl.weight_params], [*INPUTS[0], *WEIGHTS], strict=True))
            noiseless = Statevector(qnn.circuit.assign_parameters(names)).expectation_value(observable)
            expected = build_qnn(qnl).forward(INPUTS[:1], WEIGHTS)[0, 0]
            assert noiseless.real == pytest.approx(expected, abs=1e-12)
    assert moved > 0  # else the layout would be trivial and this test blind


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        ("FakeManilla", "must name a fake device of qiskit-ibm-runtime, but is 'FakeManilla'. Near it: fake-manila"),
        ("nonsense!", "must name a fake device of qiskit-ibm-runtime, but is 'nonsense!'. Near it: fake-"),
        ("FakeProviderForBackendV2", "must name a fake device of qiskit-ibm-runtime, but is 'FakeProviderFor"),
        ("FakeMontrealV2", "must name a device with 4 to 10 qubits, but is 'FakeMontrealV2 (27 qubits)'. For example "),
        ("FakeArmonkV2", "must name a device with 4 to 10 qubits, but is 'FakeArmonkV2 (1 qubits)'."),
    ],
)
def test_devices_that_do_not_fit_are_refused(build_circuit: BuildCircuit, noise: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        build(build_circuit("0"), noise=noise)
    assert f"Argument `backend.noise` {message}" in str(caught.value)


def test_gradients_can_be_taken_of_many_rows_at_once(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("1")
    inputs = np.random.default_rng(6).uniform(-3, 3, (70, 4))
    ours, theirs = build(qnl).backward(inputs, WEIGHTS), build_qnn(qnl).backward(inputs, WEIGHTS)
    for gradient, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12)
    assert isinstance(build(qnl), AerEstimatorQNN)


@pytest.mark.parametrize("name", ["cp", "crx", "cry", "crz", "cu1", "cu3", "u", "rzx", "xx_plus_yy"])
def test_free_angles_of_every_gate_take_effect(name: str) -> None:
    gate = get_standard_gate_name_mapping()[name]
    x = ParameterVector("x", len(gate.params))
    circuit = QuantumCircuit(2)
    circuit.ry(0.4, 0)
    circuit.ry(0.7, 1)
    circuit.rz(0.9, 0)
    circuit.append(gate.base_class(*x), range(gate.num_qubits))
    qnl = Circuit(circuit, tuple(x), (), (SparsePauliOp(["XX", "YY", "ZX"], [1, 0.7, 0.4]),))
    inputs = np.array([[1.1, 0.6, 0.3], [0.2, -0.4, 0.9]])[:, : len(x)]
    aer, exact = (build_qnn(qnl, BackendConfig(name=backend)) for backend in ("aer", "exact"))
    expected = [Statevector(circuit.assign_parameters(row)).expectation_value(qnl.observable).real for row in inputs]
    np.testing.assert_allclose(aer.forward(inputs, None)[:, 0], expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(exact.forward(inputs, None)[:, 0], expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(aer.backward(inputs, None)[0], exact.backward(inputs, None)[0], rtol=0, atol=1e-8)
