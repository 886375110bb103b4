"""`backend=aer backend.depolarizing=p`: against formulas, against density matrices of Qiskit, and its edges."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.quantum_info import DensityMatrix, Pauli
from qiskit_machine_learning.neural_networks import EstimatorQNN

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig

pytestmark = pytest.mark.slow

BuildCircuit = Callable[..., Circuit]

RANDOM = np.random.default_rng(1)
INPUTS = RANDOM.uniform(-3, 3, (4, 4))
# A channel acts on float64 matrices of unit trace, a few dozen times: 1e-12 is thousands of roundings.
ROUNDING = 1e-12


def build(qnl: Circuit, probability: float, **options: Any) -> EstimatorQNN:
    return build_qnn(qnl, BackendConfig(name="aer", depolarizing=probability, **options), seed=3)


def weights(qnl: Circuit) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, len(qnl.weight_params))


def evolve(qnl: Circuit, inputs: np.ndarray, own: np.ndarray, probability: float) -> float:
    """Another implementation: ρ → (1 − q)ρ + q · mean over all Paulis P of P ρ P†, after each gate."""
    bound = qnl.circuit.assign_parameters(
        dict(zip([*qnl.input_params, *qnl.weight_params], [*inputs, *own], strict=True))
    )
    state = DensityMatrix.from_label("0" * bound.num_qubits)
    for gate in bound.data:
        qubits = [bound.find_bit(qubit).index for qubit in gate.qubits]
        state = state.evolve(gate.operation, qubits)
        share = probability if len(qubits) == 2 else probability / 10
        labels = ["".join(letters) for letters in itertools.product("IXYZ", repeat=len(qubits))]
        mixed = sum(state.evolve(Pauli(label), qubits).data for label in labels) / len(labels)
        state = DensityMatrix((1 - share) * state.data + share * mixed)
    return float(state.expectation_value(qnl.observable).real)


@pytest.mark.parametrize(("ansatz", "two_qubit", "one_qubit"), [("0", 3, 9), ("1", 1, 3), ("2", 2, 6)])
def test_table_1s_circuits_shrink_by_one_factor_for_each_gate_on_the_way_to_the_readout(
    ansatz: str, two_qubit: int, one_qubit: int, build_circuit: BuildCircuit
) -> None:
    # Each qubit in reach has H, P and one rotation; the CX gates count that Z₃, followed backwards, meets.
    qnl = build_circuit(ansatz)
    exact = build_qnn(qnl).forward(INPUTS, weights(qnl))
    for p in (0.003, 0.1, 0.7):
        factor = (1 - p) ** two_qubit * (1 - p / 10) ** one_qubit
        noisy = build(qnl, p).forward(INPUTS, weights(qnl))
        np.testing.assert_allclose(noisy, factor * exact, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(("ansatz", "r", "D"), [("0", 1, 1), ("1", 2, 1), ("2", 2, 2)])
def test_values_are_those_of_density_matrices(ansatz: str, r: int, D: int, build_circuit: BuildCircuit) -> None:
    qnl = build_circuit(ansatz, r=r, D=D)
    values = build(qnl, 0.05).forward(INPUTS[:2], weights(qnl))[:, 0]
    expected = [evolve(qnl, row, weights(qnl), 0.05) for row in INPUTS[:2]]
    np.testing.assert_allclose(values, expected, rtol=0, atol=ROUNDING)


def test_no_noise_is_exact_and_full_noise_leaves_nothing(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2)
    exact = build_qnn(qnl).forward(INPUTS, weights(qnl))
    np.testing.assert_allclose(build(qnl, 0.0).forward(INPUTS, weights(qnl)), exact, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(build(qnl, 1.0).forward(INPUTS, weights(qnl)), 0 * exact, rtol=0, atol=ROUNDING)


def test_gradients_are_the_derivatives_of_noisy_values(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2", r=1, D=2)
    qnn, own = build(qnl, 0.1), weights(qnl)
    by_inputs, by_weights = qnn.backward(INPUTS[:1], own)
    for gradient, shift, scale, move in (
        # x stands in one gate as P(2x), so x ± π/4 are the two terms of the shift rule
        (by_inputs[0, 0], math.pi / 4, 1.0, lambda step: (INPUTS[:1] + step, own)),
        (by_weights[0, 0], math.pi / 2, 0.5, lambda step: (INPUTS[:1], own + step)),
    ):
        steps = shift * np.eye(len(gradient))
        difference = [(qnn.forward(*move(step)) - qnn.forward(*move(-step))).item() * scale for step in steps]
        np.testing.assert_allclose(gradient, difference, rtol=0, atol=ROUNDING)
    assert np.abs(by_inputs).max() > 0.01


def test_shots_scatter_around_noisy_values(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("1")
    shots = 4000
    noisy = build(qnl, 0.3).forward(INPUTS, weights(qnl))
    counted = build(qnl, 0.3, shots=shots).forward(INPUTS, weights(qnl))
    # A mean of outcomes ±1: Hoeffding's bound is exceeded with probability below 4 · 2 exp(−18) ≈ 10⁻⁷.
    assert 0 < np.abs(counted - noisy).max() < 6 / math.sqrt(shots)
