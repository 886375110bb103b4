"""Every backend takes the same batches, of the same types, and gives the same numbers."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from qnlnet.backends import QuantumLayer, build_qnn, build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError

BuildCircuit = Callable[..., Circuit]
BACKENDS = ["exact", "statevector", "aer"]
READOUTS = [0, 2, 3]


def build(build_circuit: BuildCircuit, backend: str) -> QuantumLayer:
    layer = build_quantum_layer(build_circuit("0", r=2, D=2, readout=READOUTS), BackendConfig(name=backend)).double()
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(-1, 1, 10))
    return layer


def run(layer: QuantumLayer, inputs: Tensor, upstream: Tensor) -> tuple[Tensor, ...]:
    """Returns values and the gradients by inputs and weights."""
    inputs = inputs.clone().requires_grad_()
    values = layer(inputs)
    return values, *torch.autograd.grad((values * upstream).sum(), (inputs, layer.weight))


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shape", [(4,), (1, 4), (2, 4), (2, 3, 4), (3, 2, 4), (2, 1, 2, 4), (3, 3, 4)])
def test_batches_of_any_shape(build_circuit: BuildCircuit, backend: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(shape, dtype=torch.float64)
    upstream = torch.randn(*shape[:-1], len(READOUTS), dtype=torch.float64)
    layer = build(build_circuit, backend)
    values, by_inputs, by_weights = run(layer, inputs, upstream)
    assert values.shape == upstream.shape
    flat = run(build(build_circuit, "exact"), inputs.reshape(-1, 4), upstream.reshape(-1, len(READOUTS)))
    # 1e-10 and 1e-8, as between the networks; a weight's gradient is a sum over images and readouts.
    torch.testing.assert_close(values.reshape(flat[0].shape), flat[0], rtol=0, atol=1e-10)
    torch.testing.assert_close(by_inputs.reshape(flat[1].shape), flat[1], rtol=0, atol=1e-7)
    torch.testing.assert_close(by_weights, flat[2], rtol=0, atol=1e-7)
    assert by_inputs.abs().min() > 1e-3


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shape", [(0, 4), (0, 3, 4), (2, 0, 4)])
def test_empty_batches(build_circuit: BuildCircuit, backend: str, shape: tuple[int, ...]) -> None:
    layer = build(build_circuit, backend)
    values, by_inputs, by_weights = run(layer, torch.zeros(shape, dtype=torch.float64), torch.ones(3))
    assert values.shape == (*shape[:-1], 3)
    assert by_inputs.shape == shape
    assert not by_weights.any()
    network = layer.neural_network
    assert network.forward(np.zeros(shape), np.zeros(10)).shape == (*shape[:-1], 3)
    gradients = network.backward(np.zeros(shape), np.zeros(10))
    assert [gradient.shape for gradient in gradients] == [(*shape[:-1], 3, 4), (*shape[:-1], 3, 10)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_no_angles_are_refused(build_circuit: BuildCircuit, backend: str, number: float) -> None:
    layer = build_quantum_layer(build_circuit("1"), BackendConfig(name=backend))  # input 0 and weight 0 are dead
    inputs = torch.zeros(2, 3, 4)
    inputs[1, 2, 0] = number
    with pytest.raises(ArgumentError, match=rf"`input_data` must be finite, but has {number} at position \(5, 0\)"):
        layer(inputs)
    network = build_qnn(build_circuit("1"), BackendConfig(name=backend))
    for pass_through in (network.forward, network.backward):
        with pytest.raises(ArgumentError, match="`input_data` must be finite"):
            pass_through(inputs.numpy(), np.zeros(5))
        with pytest.raises(ArgumentError, match=f"`weights` must be finite, but has {number} at position 0"):
            pass_through(np.zeros((1, 4)), np.array([number, 0, 0, 0, 0]))
    with torch.no_grad():
        layer.weight[0] = number
    with pytest.raises(ArgumentError, match="`weights` must be finite"):
        layer(torch.zeros(4))


@pytest.mark.parametrize("backend", BACKENDS)
def test_complex_numbers_are_refused(build_circuit: BuildCircuit, backend: str) -> None:
    layer = build_quantum_layer(build_circuit("1"), BackendConfig(name=backend))
    with pytest.raises(ArgumentError, match=r"`input_data` must be real numbers, but is 'torch\.complex64'"):
        layer(torch.zeros(2, 4, dtype=torch.complex64))
    with pytest.raises(ArgumentError, match="`input_data` must be real numbers, but is 'complex128'"):
        layer.neural_network.forward(np.zeros((2, 4), complex), np.zeros(5))
    with pytest.raises(ArgumentError, match="`weights` must be real numbers"):
        layer.neural_network.backward(np.zeros((2, 4)), np.zeros(5, complex))


@pytest.mark.parametrize("backend", ["statevector", "aer"])
def test_weights_of_each_rows_own_are_refused_elsewhere(build_circuit: BuildCircuit, backend: str) -> None:
    layer = build(build_circuit, backend)

    def call(weight: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weight}, (torch.zeros(2, 4),))

    with pytest.raises(ArgumentError, match=r"`weights` must have the shape \(10,\) on this backend"):
        torch.func.vmap(call)(torch.zeros(3, 10))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_models_of_other_types(build_circuit: BuildCircuit, backend: str, dtype: torch.dtype) -> None:
    layer = build_quantum_layer(build_circuit("1"), BackendConfig(name=backend))
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), layer, torch.nn.Linear(1, 2)).to(dtype)
    inputs = torch.linspace(-1, 1, 8).reshape(2, 4).to(dtype).requires_grad_()
    scores = model(inputs)
    scores.sum().backward()
    assert (scores.dtype, inputs.grad.dtype, layer.weight.grad.dtype) == (dtype,) * 3
    angles = model[0](inputs).detach().double()
    weight = layer.weight.detach().double()
    expected = torch.sin(weight[3]) * torch.sin(2 * angles[:, 3:])
    # The angles are read as they are; only the result is rounded.
    torch.testing.assert_close(layer(model[0](inputs)), expected.to(dtype), rtol=0, atol=10 * torch.finfo(dtype).eps)


@pytest.mark.parametrize("backend", BACKENDS)
def test_autocast(build_circuit: BuildCircuit, backend: str) -> None:
    layer = build_quantum_layer(build_circuit("1"), BackendConfig(name=backend))
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), layer, torch.nn.Linear(1, 2))
    inputs = torch.linspace(-1, 1, 8).reshape(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        angles = model[0](inputs)
        values = layer(angles)
        loss = model(inputs).float().square().sum()
    loss.backward()
    assert (angles.dtype, values.dtype) == (torch.bfloat16, torch.float32)
    torch.testing.assert_close(values, layer(angles.float()), rtol=0, atol=0)
    assert all(parameter.grad.dtype == torch.float32 for parameter in model.parameters())
    assert layer.weight.grad[3] != 0


def test_float64_keeps_its_digits(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("1")).double()
    x = torch.tensor([0.0, 0.0, 0.0, 0.4], dtype=torch.float64)
    expected = torch.sin(layer.weight[3]) * np.sin(0.8)
    assert layer(x).item() == pytest.approx(expected.item(), abs=1e-15)
