"""The exact network beyond the stock class: weights for each row, several observables, networks without inputs."""

from collections.abc import Callable

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.backends import ExactEstimatorQNN, build_qnn
from qnlnet.circuits import Circuit
from qnlnet.errors import ArgumentError, UnsupportedCircuitError

BuildCircuit = Callable[..., Circuit]


@pytest.mark.parametrize("batch", [1, 7, 8, 9, 20])
def test_rows_with_weights_of_their_own_equal_single_calls(build_circuit: BuildCircuit, batch: int) -> None:
    qnn = build_qnn(build_circuit("0", r=2, D=2))
    random = np.random.default_rng(batch)
    inputs, weights = random.uniform(-3, 3, (batch, 4)), random.uniform(-3, 3, (batch, 10))
    values = qnn.forward(inputs, weights)
    input_gradients, weight_gradients = qnn.backward(inputs, weights)
    assert values.shape == (batch, 1)
    assert (input_gradients.shape, weight_gradients.shape) == ((batch, 1, 4), (batch, 1, 10))
    for row in range(batch):
        single = slice(row, row + 1)
        by_input, by_weight = qnn.backward(inputs[row], weights[row])
        np.testing.assert_allclose(values[single], qnn.forward(inputs[row], weights[row]), rtol=0, atol=1e-14)
        np.testing.assert_allclose(input_gradients[single], by_input, rtol=0, atol=1e-14)
        np.testing.assert_allclose(weight_gradients[single], by_weight, rtol=0, atol=1e-14)


def test_one_input_with_many_weights(build_circuit: BuildCircuit) -> None:
    qnn = build_qnn(build_circuit("0"))
    random = np.random.default_rng(0)
    inputs, weights = random.uniform(-3, 3, (1, 4)), random.uniform(-3, 3, (5, 5))
    values = qnn._forward(inputs, weights)
    np.testing.assert_array_equal(values, qnn.forward(np.repeat(inputs, 5, axis=0), weights))


def test_inputs_of_more_axes_keep_their_shape(build_circuit: BuildCircuit) -> None:
    qnn = build_qnn(build_circuit("0"))
    inputs, weights = np.random.default_rng(0).uniform(-3, 3, (2, 3, 4)), np.linspace(-1, 1, 5)
    assert qnn.forward(inputs, weights).shape == (2, 3, 1)
    assert [gradient.shape for gradient in qnn.backward(inputs, weights)] == [(2, 3, 1, 4), (2, 3, 1, 5)]


def test_several_observables(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2, D=2)
    observables = [SparsePauliOp.from_sparse_list([("Z", [qubit], 1.0)], num_qubits=4) for qubit in range(4)]
    parts = {"circuit": qnl.circuit, "input_params": qnl.input_params, "weight_params": qnl.weight_params}
    qnn = ExactEstimatorQNN(observables=observables, **parts)
    random = np.random.default_rng(0)
    inputs, weights = random.uniform(-3, 3, (3, 4)), random.uniform(-3, 3, 10)
    assert qnn.output_shape == (4,)
    values, gradients = qnn.forward(inputs, weights), qnn.backward(inputs, weights)
    assert values.shape == (3, 4)
    assert [gradient.shape for gradient in gradients] == [(3, 4, 4), (3, 4, 10)]
    for index, observable in enumerate(observables):
        single = ExactEstimatorQNN(observables=observable, **parts)
        np.testing.assert_allclose(values[:, [index]], single.forward(inputs, weights), rtol=0, atol=1e-14)
        for all_of_them, one in zip(gradients, single.backward(inputs, weights), strict=True):
            np.testing.assert_allclose(all_of_them[:, [index]], one, rtol=0, atol=1e-14)


def test_input_gradients_can_be_switched_off(build_circuit: BuildCircuit) -> None:
    qnn = build_qnn(build_circuit("0"))
    qnn.input_gradients = False
    by_input, by_weight = qnn.backward(np.ones((2, 4)), np.ones(5))
    assert by_input is None
    assert by_weight.shape == (2, 1, 5)


def test_weights_of_a_wrong_shape_are_refused(build_circuit: BuildCircuit) -> None:
    qnn = build_qnn(build_circuit("0"))
    with pytest.raises(ArgumentError, match=r"`rows` must have the shape \(batch, 9\), but is \(3, 10\)"):
        qnn.forward(np.zeros((3, 4)), np.zeros((3, 6)))
    with pytest.raises(ValueError, match="shape"):
        qnn.forward(np.zeros((3, 4)), np.zeros(6))
    with pytest.raises(ValueError, match="broadcast"):
        qnn.forward(np.zeros((3, 4)), np.zeros((2, 5)))


def test_unsupported_circuit_is_refused_when_the_network_is_built() -> None:
    circuit = QuantumCircuit(1)
    circuit.reset(0)
    with pytest.raises(UnsupportedCircuitError, match="the instruction `reset`"):
        ExactEstimatorQNN(circuit=circuit, observables=SparsePauliOp("Z"), input_params=[], weight_params=[])
