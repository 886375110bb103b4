"""`backend=runtime`: values and gradients through torch, one job a training step, nothing computed twice."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qnlnet.backends import QuantumLayer, build_qnn, build_quantum_layer
from qnlnet.backends.runtime import RuntimeEstimatorQNN, build_runtime_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import ArgumentError, RequestRefusedError

BuildCircuit = Callable[..., Circuit]

SHOTS = 4000
INPUTS = np.random.default_rng(1).uniform(-1.5, 1.5, (3, 4))
JOBS = Path("outputs", "qpu")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs lie in a folder below the current one."""
    monkeypatch.chdir(tmp_path)


def configure(**options: Any) -> RuntimeConfig:
    return RuntimeConfig(**{"name": "aer", "shots": SHOTS, "resilience_level": 0, **options})


def count_jobs() -> int:
    return len(list(JOBS.iterdir())) if JOBS.exists() else 0


def gradient_bounds(r: int, num_weights: int) -> tuple[float, float]:
    """Six standard errors of the derivatives by an input and by a weight.

    The derivative by one angle is half the difference of two means of n outcomes ±1, whose variances are at most 1/n:
    1/(2n) together. An input stands in r angles, each 2x: variance 4r/(2n). Six standard errors are exceeded once in
    10⁸ times.
    """
    return 6 * math.sqrt(2 * r / SHOTS), 6 * math.sqrt(1 / (2 * SHOTS))


@pytest.mark.slow
@pytest.mark.parametrize(("ansatz", "r", "D"), [("0", 1, 1), ("1", 2, 1), ("2", 2, 2)])
def test_values_and_gradients_are_the_exact_ones_but_for_shots(
    build_circuit: BuildCircuit, ansatz: str, r: int, D: int
) -> None:
    qnl = build_circuit(ansatz, r=r, D=D)
    weights = np.random.default_rng(2).uniform(-1, 1, len(qnl.weight_params))
    measured, exact = build_qnn(qnl, configure()), build_qnn(qnl)
    assert isinstance(measured, RuntimeEstimatorQNN)
    expected = exact.forward(INPUTS, weights)
    values = measured.forward(INPUTS, weights)
    assert values.shape == (3, 1)
    assert np.abs(expected).max() < 0.99  # nearer to ±1 a mean of outcomes is not normally distributed
    assert (np.abs(values - expected) < 6 * np.sqrt((1 - expected**2) / SHOTS)).all()
    ours, theirs = measured.backward(INPUTS, weights), exact.backward(INPUTS, weights)
    for gradient, true, bound in zip(ours, theirs, gradient_bounds(r, len(weights)), strict=True):
        assert gradient.shape == true.shape
        assert np.abs(gradient - true).max() < bound
        assert np.abs(true).max() > bound  # else zeros would do
    assert count_jobs() == 2


@pytest.mark.slow
def test_a_training_step_is_one_job(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2)
    torch.manual_seed(0)
    layer = build_quantum_layer(qnl, configure())
    assert isinstance(layer, QuantumLayer)
    exact = build_quantum_layer(qnl)
    with torch.no_grad():
        exact.weight.copy_(layer.weight)
    results = []
    for own in (layer, exact):
        inputs = torch.tensor(INPUTS, requires_grad=True)
        output = own(inputs)
        output.sum().backward()
        results.append((output.detach(), inputs.grad, own.weight.grad))
    assert count_jobs() == 1  # values and all shifts of all rows
    by_input, by_weight = gradient_bounds(2, 5)
    (values, our_inputs, our_weights), (true_values, true_inputs, true_weights) = results
    assert ((values - true_values).abs() < 6 * ((1 - true_values**2) / SHOTS).sqrt()).all()
    assert (our_inputs - true_inputs).abs().max() < by_input
    # Gradients by weights add up over the rows, whose shots are independent.
    assert (our_weights - true_weights).abs().max() < math.sqrt(len(INPUTS)) * by_weight
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    optimizer.step()
    layer(torch.tensor(INPUTS)).sum().backward()
    assert count_jobs() == 2
    with torch.no_grad():
        layer(torch.tensor(INPUTS))
    assert count_jobs() == 3  # an evaluation measures values only


def test_a_step_measures_values_and_shifts_of_all_angles(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("2", r=2)
    qnn = build_qnn(qnl, configure(budget_seconds=1e6))
    weights = np.zeros(len(qnl.weight_params))
    angles = 4 * 2 + len(weights)
    qnn.backward(INPUTS, weights)
    executions = SHOTS * len(INPUTS) * (2 * angles + 1)
    # The rule of thumb: 2 s for the job and 0.35 ms for an execution, more than the pause and the circuit take.
    assert qnn.runner.spent_seconds == pytest.approx(2 + 0.00035 * executions)
    qnn.forward(INPUTS, weights)
    assert qnn.runner.spent_seconds == pytest.approx(4 + 0.00035 * (executions + SHOTS * len(INPUTS)))


def test_the_budget_ends_the_training_and_says_how_to_go_on(build_circuit: BuildCircuit) -> None:
    qnn = build_qnn(build_circuit("0"), configure(shots=100, budget_seconds=5.0))
    qnn.forward(INPUTS, np.zeros(5))
    qnn.forward(INPUTS, np.zeros(5))
    with pytest.raises(RequestRefusedError, match=r"of the budget of 5 only 1 are left\. What was computed is kept"):
        qnn.forward(INPUTS, np.zeros(5))
    assert count_jobs() == 2


def test_an_empty_batch_is_no_job(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("0"), configure())
    inputs = torch.empty((0, 4), requires_grad=True)
    output = layer(inputs)
    output.sum().backward()
    assert output.shape == (0, 1)
    assert inputs.grad is not None
    assert inputs.grad.shape == (0, 4)
    assert layer.weight.grad.tolist() == [0.0] * 5
    assert count_jobs() == 0


def test_same_seed_same_shots(build_circuit: BuildCircuit, tmp_path: Path) -> None:
    def values(seed: int, folder: str) -> np.ndarray:
        qnn = build_runtime_qnn(build_circuit("0"), configure(shots=200), seed, tmp_path / folder)
        return np.stack([qnn.forward(INPUTS, np.ones(5)) for _ in range(2)])

    first, again, other = values(1, "a"), values(1, "b"), values(2, "c")
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first[0] != first[1]).any()  # each call draws anew


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fake-manila", "fake-fez"])
def test_noise_lowers_the_values(build_circuit: BuildCircuit, name: str) -> None:
    # Ansatz 1 outputs sin(g) sin(2 x₃): with both sines 1, noise can only lower it.
    inputs, weights = np.full((2, 4), np.pi / 4), np.array([0.0, 0.0, 0.0, np.pi / 2, 0.0])
    values = build_qnn(build_circuit("1"), configure(name=name)).forward(inputs, weights)
    assert (values > 0.8).all()
    # A device without noise would give 1 exactly: every outcome would be +1.
    assert (values < 1).all()


def test_devices_that_do_not_exist(build_circuit: BuildCircuit) -> None:
    with pytest.raises(ArgumentError, match="Near it: fake-manila"):
        build_qnn(build_circuit("0"), configure(name="fake-manilla"))
    with pytest.raises(ArgumentError, match="at least 6 qubits"):
        build_qnn(build_circuit("0", num_qubits=6, readout=5), configure(name="fake-manila"))
    assert count_jobs() == 0
