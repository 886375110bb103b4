"""The exact network against Qiskit's own: values to 1e-10, gradients to 1e-8.

Aer runs all circuits up to r = D = 3, and the statevector those in which any two of ansatz, r, D and readout meet.
"""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pairs import every_pair

from qnlnet.backends import ExactEstimatorQNN, build_qnn, build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig

BuildCircuit = Callable[..., Circuit]

VALUES, GRADIENTS = 1e-10, 1e-8
SHAPES = list(itertools.product("012", (1, 2, 3), (1, 2, 3)))


def draw(qnl: Circuit, batch: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns inputs, shape (batch, 4), and weights, shape (weights,), in radians."""
    random = np.random.default_rng(3)
    return random.uniform(-3, 3, (batch, 4)), random.uniform(-3, 3, len(qnl.weight_params))


def assert_parity(qnl: Circuit, backend: str, batch: int) -> None:
    inputs, weights = draw(qnl, batch)
    exact, other = build_qnn(qnl), build_qnn(qnl, BackendConfig(name=backend))
    assert isinstance(exact, ExactEstimatorQNN)
    assert not isinstance(other, ExactEstimatorQNN)
    np.testing.assert_allclose(exact.forward(inputs, weights), other.forward(inputs, weights), rtol=0, atol=VALUES)
    ours, theirs = exact.backward(inputs, weights), other.backward(inputs, weights)
    for gradient, expected, size in zip(ours, theirs, (4, len(weights)), strict=True):
        assert gradient.shape == expected.shape == (batch, 1, size)
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=GRADIENTS)


@pytest.mark.slow
@pytest.mark.parametrize(("ansatz", "r", "D", "readout"), every_pair("012", (1, 2, 3), (1, 2, 3), range(4)))
def test_exact_equals_statevector(build_circuit: BuildCircuit, ansatz: str, r: int, D: int, readout: int) -> None:
    assert_parity(build_circuit(ansatz, r=r, D=D, readout=readout), "statevector", batch=1)


@pytest.mark.slow
@pytest.mark.parametrize(("ansatz", "r", "D"), SHAPES)
def test_exact_equals_aer(build_circuit: BuildCircuit, ansatz: str, r: int, D: int) -> None:
    readout = (int(ansatz) + r + 2 * D) % 4  # every readout, and each with every ansatz
    assert_parity(build_circuit(ansatz, r=r, D=D, readout=readout), "aer", batch=2)


@pytest.mark.parametrize("num_qubits", [2, 3, 6])
def test_exact_equals_statevector_for_other_numbers_of_qubits(build_circuit: BuildCircuit, num_qubits: int) -> None:
    qnl = build_circuit("1", r=2, D=2, readout=0, num_qubits=num_qubits)
    random = np.random.default_rng(4)
    inputs, weights = random.uniform(-3, 3, (2, num_qubits)), random.uniform(-3, 3, len(qnl.weight_params))
    exact, stock = build_qnn(qnl), build_qnn(qnl, BackendConfig(name="statevector"))
    np.testing.assert_allclose(exact.forward(inputs, weights), stock.forward(inputs, weights), rtol=0, atol=VALUES)
    for ours, theirs in zip(exact.backward(inputs, weights), stock.backward(inputs, weights), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=GRADIENTS)


@pytest.mark.parametrize("backend", ["statevector", "aer"])
def test_torch_layers_agree(build_circuit: BuildCircuit, backend: str) -> None:
    qnl = build_circuit("2", r=2, D=2)
    layers = [build_quantum_layer(qnl), build_quantum_layer(qnl, BackendConfig(name=backend))]
    weights = torch.linspace(-1, 1, 10)
    upstream = torch.tensor([[1.0], [-2.0], [0.5]])
    results = []
    for layer in layers:
        layer.load_state_dict(dict.fromkeys(layer.state_dict(), weights))
        inputs = torch.linspace(-2, 2, 12).reshape(3, 4).requires_grad_()
        output = layer(inputs)
        (output * upstream).sum().backward()
        results.append((output, inputs.grad, layer.weight.grad))
    # float32 numbers up to 4 (an input's gradient, 2 repetitions of a factor 2), rounded once per image.
    tolerance = 4 * 3 * torch.finfo(torch.float32).eps
    for ours, theirs in zip(*results, strict=True):
        assert ours.abs().max() > 0.01
        torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def test_torch_layer_draws_its_weights_between_minus_one_and_one(build_circuit: BuildCircuit) -> None:
    torch.manual_seed(0)
    qnl = build_circuit("0", D=3)
    weights = torch.cat([build_quantum_layer(qnl).weight.detach() for _ in range(100)])
    assert weights.abs().max() <= 1
    assert weights.abs().max() > 0.99
    assert abs(weights.mean()) < 5 / (3 * len(weights)) ** 0.5  # five standard errors of a uniform variable
