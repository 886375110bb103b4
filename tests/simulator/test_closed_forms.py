"""The circuits of Table 1 (r = D = 1) in closed form, and the facts that follow for other shapes.

After H and P(2x), a qubit has the Bloch vector (cos 2x, sin 2x, 0). The rotations turn it:

* RY(θ) makes ⟨Z⟩ = −sin θ cos 2x; RX(g) makes ⟨Z⟩ = sin g sin 2x.
* CX carries Z of its target to Z Z of control and target.

With the readout on qubit 3 the output is the product of the ⟨Z⟩ of the qubits whose Z the CX gates collect there:
qubits 1, 2, 3 for ansatz 0; qubit 3 for ansatz 1; qubits 1, 3 for ansatz 2.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from qnlnet.circuits import Circuit
from qnlnet.simulator import ExactSimulator, is_constant

BuildCircuit = Callable[..., Circuit]
Factor = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

ROUNDING = 1e-14  # some 50 roundings of numbers up to 2
THETA, PHI, G = 4 + 1, 4 + 2, 4 + 3  # columns of a row: four inputs, then the five weights in order
COLLECTED = {"0": [1, 2, 3], "1": [3], "2": [1, 3]}


def rows(num_parameters: int, count: int = 20) -> NDArray[np.float64]:
    return np.random.default_rng(7).uniform(-np.pi, np.pi, (count, num_parameters))


def simulator(qnl: Circuit) -> ExactSimulator:
    return ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])


def ry_factor(x: NDArray[np.float64], theta: NDArray[np.float64]) -> Factor:
    """Returns ⟨Z⟩ = −sin θ cos 2x and its derivatives with respect to x and θ."""
    return -np.sin(theta) * np.cos(2 * x), 2 * np.sin(theta) * np.sin(2 * x), -np.cos(theta) * np.cos(2 * x)


def rx_factor(x: NDArray[np.float64], g: NDArray[np.float64]) -> Factor:
    """Returns ⟨Z⟩ = sin g sin 2x and its derivatives with respect to x and g."""
    return np.sin(g) * np.sin(2 * x), 2 * np.sin(g) * np.cos(2 * x), np.cos(g) * np.sin(2 * x)


def closed_form(ansatz: str, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns values, shape (batch,), and derivatives, shape (batch, 9), by the product rule."""
    factors = {qubit: ry_factor(values[:, qubit], values[:, 4 + qubit]) for qubit in (1, 2)}
    factors[3] = rx_factor(values[:, 3], values[:, G])
    jacobian = np.zeros((len(values), 9))
    for qubit in COLLECTED[ansatz]:
        others = np.prod([factors[other][0] for other in COLLECTED[ansatz] if other != qubit], axis=0)
        jacobian[:, qubit] = factors[qubit][1] * others
        jacobian[:, 4 + qubit] = factors[qubit][2] * others
    return np.prod([factors[qubit][0] for qubit in COLLECTED[ansatz]], axis=0), jacobian


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_values_and_gradients_of_table_1(build_circuit: BuildCircuit, ansatz: str) -> None:
    parameters = rows(9)
    values, jacobian = simulator(build_circuit(ansatz)).values_and_jacobian(parameters)
    expected_values, expected_jacobian = closed_form(ansatz, parameters)
    np.testing.assert_allclose(values[:, 0], expected_values, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(jacobian[:, 0], expected_jacobian, rtol=0, atol=ROUNDING)


def test_values_of_table_1_as_the_notes_write_them(build_circuit: BuildCircuit) -> None:
    parameters = rows(9)
    x, theta, phi, g = parameters[:, :4].T, parameters[:, THETA], parameters[:, PHI], parameters[:, G]
    last = np.sin(g) * np.sin(2 * x[3])
    expected = {
        "0": np.sin(theta) * np.cos(2 * x[1]) * np.sin(phi) * np.cos(2 * x[2]) * last,
        "1": last,
        "2": -np.sin(theta) * np.cos(2 * x[1]) * last,
    }
    for ansatz, formula in expected.items():
        values = simulator(build_circuit(ansatz)).values(parameters)[:, 0]
        np.testing.assert_allclose(values, formula, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_readout_of_the_slides_is_zero_for_table_1(build_circuit: BuildCircuit, ansatz: str) -> None:
    qnl = build_circuit(ansatz, readout=0)
    values, jacobian = simulator(qnl).values_and_jacobian(rows(9))
    assert not values.any()
    assert not jacobian.any()
    assert is_constant(qnl.circuit, qnl.observable, [*qnl.input_params, *qnl.weight_params])


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
@pytest.mark.parametrize(("r", "D", "readout"), [(2, 1, 0), (1, 2, 0), (1, 1, 3), (3, 3, 0)])
def test_readout_of_the_slides_is_alive_with_more_repetitions(
    build_circuit: BuildCircuit, ansatz: str, r: int, D: int, readout: int
) -> None:
    qnl = build_circuit(ansatz, r=r, D=D, readout=readout)
    assert not is_constant(qnl.circuit, qnl.observable, [*qnl.input_params, *qnl.weight_params])
    values, jacobian = simulator(qnl).values_and_jacobian(rows(4 + 5 * D))
    assert np.ptp(values) > 0.01
    assert np.abs(jacobian).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("r", [1, 2, 3])
@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_constant_circuits_are_known_for_every_shape(build_circuit: BuildCircuit, ansatz: str, r: int) -> None:
    for D in (1, 2, 3):
        for readout in range(4):
            qnl = build_circuit(ansatz, r=r, D=D, readout=readout)
            _, jacobian = simulator(qnl).values_and_jacobian(rows(4 + 5 * D, count=3))
            constant = is_constant(qnl.circuit, qnl.observable, [*qnl.input_params, *qnl.weight_params])
            assert constant == (not (np.abs(jacobian) > ROUNDING).any()), (D, readout)


@pytest.mark.parametrize(
    ("ansatz", "repetitions", "inputs", "weights"),
    [
        ("0", 1, [1, 2, 3], [1, 2, 3]),
        ("1", 1, [3], [3]),
        ("2", 1, [1, 3], [1, 3]),
        # Backwards from Z₃, each repetition reaches one qubit further: RX₃; RY₂, RX₃; RY₁, RY₂, RX₃.
        ("1", 3, [1, 2, 3], [13, 7, 8, 1, 2, 3]),
    ],
)
def test_inputs_and_weights_that_act(
    build_circuit: BuildCircuit, ansatz: str, repetitions: int, inputs: list[int], weights: list[int]
) -> None:
    qnl = build_circuit(ansatz, r=repetitions, D=repetitions)
    _, jacobian = simulator(qnl).values_and_jacobian(rows(4 + 5 * repetitions))
    acting = [*inputs, *(4 + weight for weight in weights)]
    largest = np.abs(jacobian[:, 0]).max(axis=0)
    assert (largest[acting] > 0.01).all()
    assert (np.delete(largest, acting) == 0).all()  # exactly, not only within rounding
