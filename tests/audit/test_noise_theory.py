"""Calculated accuracies: against enumeration, against the normal distribution within its error, against simulation."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from qnlnet.audit.noise_theory import depolarizing_factor, expected_counted_accuracy
from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.hardware import Inputs, expected_accuracy

BuildCircuit = Callable[..., Circuit]
IMAGES = 300


def make_inputs(weight: float, bias: float, num_images: int = IMAGES, reach: float = 0.999) -> Inputs:
    """Expectation values and labels at random."""
    random = np.random.default_rng(5)
    values = random.uniform(-reach, reach, num_images)
    return Inputs(np.zeros((num_images, 1)), random.integers(0, 2, num_images), values, np.float32([weight, bias]))


@pytest.mark.parametrize(("weight", "bias"), [(1.3, 0.4), (-0.8, 0.6), (2.0, 0.5), (0.0, 0.7), (0.1, 9.0)])
@pytest.mark.parametrize("shots", [1, 7, 16])
def test_the_expected_accuracy_is_that_of_all_outcomes_one_by_one(weight: float, bias: float, shots: int) -> None:
    inputs = make_inputs(weight, bias, num_images=20)
    right = []
    for value, label in zip(inputs.exact_values, inputs.labels, strict=True):
        probability = 0.0
        for down in range(shots + 1):
            mean = np.float32((shots - 2 * down) / shots)
            y = inputs.head[0] * mean + inputs.head[1]
            chance = math.comb(shots, down) * ((1 - value) / 2) ** down * ((1 + value) / 2) ** (shots - down)
            probability += chance * (label == (0 if y >= np.float32(1) - y else 1))
        right.append(probability)
    variance = sum(p * (1 - p) for p in right)
    accuracy, spread = expected_counted_accuracy(inputs, shots)
    assert accuracy == pytest.approx(100 * sum(right) / 20, abs=1e-10)
    # The root of a variance that is rounding is not small: √(20 · 10⁻¹⁵).
    assert spread == pytest.approx(100 * math.sqrt(max(variance, 0)) / 20, abs=1e-5)


@pytest.mark.parametrize("shots", [16, 256, 8192])
def test_it_is_the_normal_approximation_of_the_hardware_within_berry_and_esseens_bound(shots: int) -> None:
    inputs = make_inputs(1.1, 0.35, reach=0.9)
    approximation, _, _ = expected_accuracy(inputs.exact_values, inputs.labels, inputs.head, shots)
    accuracy, _ = expected_counted_accuracy(inputs, shots)
    # |P − Φ| ≤ 0.4748 ρ/(σ³√n) for each image (Shevtsova 2011); an outcome ±1 with mean E has σ² = 1 − E² and a third
    # absolute moment ρ = (1 − E²)(1 + E²).
    square = inputs.exact_values**2
    bound = 100 * float(np.mean(0.4748 * (1 + square) / np.sqrt((1 - square) * shots)))
    assert abs(accuracy - approximation) < bound


def test_many_shots_leave_the_exact_accuracy() -> None:
    inputs = make_inputs(1.1, 0.35)
    margin = np.abs(1.1 * inputs.exact_values + 0.35 - 0.5)
    shots = 2**20
    # Hoeffding: a mean is off by the distance d to the threshold with probability ≤ exp(−shots d²/2).
    bound = 100 * float(np.mean(np.exp(-shots * (margin / 1.1) ** 2 / 2)))
    exact = 100 * float((inputs.predict(inputs.exact_values) == inputs.labels).mean())
    assert abs(expected_counted_accuracy(inputs, shots)[0] - exact) <= bound + 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("ansatz", ["0", "1", "2", "0_ry", "1_ry", "2_ry"])
@pytest.mark.parametrize(("r", "D"), [(1, 1), (3, 1), (1, 2)])
def test_the_factor_is_that_of_the_simulation_and_missing_where_there_is_none(
    ansatz: str, r: int, D: int, build_circuit: BuildCircuit
) -> None:
    qnl = build_circuit(ansatz, r=r, D=D)
    random = np.random.default_rng(8)
    inputs, weights = random.uniform(-3, 3, (8, 4)), random.uniform(-1, 1, len(qnl.weight_params))
    exact = build_qnn(qnl).forward(inputs, weights)[:, 0]
    noisy = build_qnn(qnl, BackendConfig(name="aer", depolarizing=0.2)).forward(inputs, weights)[:, 0]
    factor = depolarizing_factor(qnl.circuit, qnl.observable, 0.2)
    if factor is None:
        assert np.ptp(noisy / exact) > 1e-6  # no number does it
    else:
        np.testing.assert_allclose(noisy, factor * exact, rtol=0, atol=1e-12)
    assert (factor is None) == (D == 2)


def test_a_constant_circuit_stays_constant(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", readout=0)  # ⟨Z₀⟩ = 0 with r = D = 1
    assert depolarizing_factor(qnl.circuit, qnl.observable, 0.5) == 1.0


def test_circuits_with_other_gates_are_left_to_the_simulation(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0")
    circuit = qnl.circuit.copy()
    circuit.sx(3)
    assert depolarizing_factor(circuit, qnl.observable, 0.1) is None
