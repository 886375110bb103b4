"""The exact torch layer against Qiskit's TorchConnector around the same network."""

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit_machine_learning.connectors import TorchConnector
from torch.nn.utils import parametrize, prune

from qnlnet.backends import ExactEstimatorQNN, QuantumLayer, build_qnn, build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError

BuildCircuit = Callable[..., Circuit]
Layers = tuple[TorchConnector, TorchConnector]


def build_layers(qnl: Circuit) -> Layers:
    """The exact layer and the stock one, with the same weights."""
    exact = build_quantum_layer(qnl)
    assert isinstance(exact, QuantumLayer)
    return exact, TorchConnector(exact.neural_network, initial_weights=exact.weight.detach().numpy())


def compare(layers: Layers, inputs: torch.Tensor, upstream: torch.Tensor) -> None:
    results = []
    for layer in layers:
        mine = inputs.detach().clone().requires_grad_(inputs.requires_grad)
        output = layer(mine)
        (output * upstream).sum().backward()
        results.append((output, mine.grad, layer.weight.grad))
    for ours, theirs in zip(*results, strict=True):
        if theirs is None:
            assert ours is None
            continue
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        assert ours.abs().max() > 0.01
        # The stock layer rounds the Jacobian and each product to float32 and sums over the batch; ours rounds once.
        bound = (len(theirs.ravel()) + 2) * 2.0**-24 * upstream.abs().sum().item() * 2
        torch.testing.assert_close(ours, theirs, rtol=0, atol=bound)


@pytest.mark.parametrize("shape", [(4,), (1, 4), (5, 4), (70, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_values_and_gradients_agree(build_circuit: BuildCircuit, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(shape, dtype=dtype, requires_grad=True)
    compare(build_layers(build_circuit("0", r=2, D=2)), inputs, torch.randn(*shape[:-1], 1))


def test_more_axes_are_a_batch(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("0"))  # the stock layer's backward pass refuses such inputs
    inputs = torch.randn(2, 3, 4, requires_grad=True)
    flat = inputs.detach().reshape(6, 4).requires_grad_()
    outputs, flat_outputs = layer(inputs), layer(flat)
    torch.testing.assert_close(outputs, flat_outputs.reshape(2, 3, 1), rtol=0, atol=0)
    outputs.square().sum().backward()
    flat_outputs.square().sum().backward()
    torch.testing.assert_close(inputs.grad.reshape(6, 4), flat.grad, rtol=0, atol=0)


def test_inputs_without_gradient(build_circuit: BuildCircuit) -> None:
    compare(build_layers(build_circuit("2", r=2)), torch.linspace(-2, 2, 12).reshape(3, 4), torch.ones(3, 1))


def test_several_observables(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2, D=2)
    observables = [SparsePauliOp.from_sparse_list([("Z", [qubit], 1.0)], num_qubits=4) for qubit in range(4)]
    parts = {"circuit": qnl.circuit, "input_params": qnl.input_params, "weight_params": qnl.weight_params}
    qnn = ExactEstimatorQNN(observables=observables, **parts)
    exact = QuantumLayer(qnn)
    stock = TorchConnector(qnn, initial_weights=exact.weight.detach().numpy())
    torch.manual_seed(0)
    compare((exact, stock), torch.randn(3, 4, requires_grad=True), torch.randn(3, 4))


def test_frozen_weights_get_no_gradient(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("0", r=2))
    layer.weight.requires_grad_(False)
    inputs = torch.ones(2, 4, requires_grad=True)
    layer(inputs).sum().backward()
    assert layer.weight.grad is None
    assert inputs.grad is not None


def test_one_run_of_the_simulator_serves_values_and_gradients(
    build_circuit: BuildCircuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = build_quantum_layer(build_circuit("0"))
    simulator, calls = layer.neural_network.simulator, []
    run = simulator.run
    monkeypatch.setattr(simulator, "run", lambda *arguments, **names: calls.append(names) or run(*arguments, **names))
    layer(torch.ones(3, 4)).sum().backward()
    with torch.no_grad():
        layer(torch.ones(3, 4))
    assert [call["want_jacobian"] for call in calls] == [True, False]


def test_an_empty_batch_is_a_batch(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("0"))
    inputs = torch.zeros(0, 4, requires_grad=True)
    output = layer(inputs)
    output.sum().backward()
    assert output.shape == (0, 1)
    assert inputs.grad.shape == (0, 4)
    assert not layer.weight.grad.any()


def test_no_inputs_at_all() -> None:
    weight = Parameter("w")
    circuit = QuantumCircuit(1)
    circuit.ry(weight, 0)
    qnn = ExactEstimatorQNN(circuit=circuit, observables=SparsePauliOp("Z"), input_params=[], weight_params=[weight])
    layer = QuantumLayer(qnn, initial_weights=np.array([0.3]))
    output = layer()
    output.sum().backward()
    assert output.item() == pytest.approx(np.cos(0.3), abs=2.0**-24)
    assert layer.weight.grad.item() == pytest.approx(-np.sin(0.3), abs=2.0**-24)


def test_inputs_of_a_wrong_width_are_refused(build_circuit: BuildCircuit) -> None:
    with pytest.raises(ArgumentError, match=r"`input_data` must have 4 values in its last axis, but is \(3, 5\)"):
        build_quantum_layer(build_circuit("0"))(torch.zeros(3, 5))


def test_a_stock_connector_still_takes_the_network(build_circuit: BuildCircuit) -> None:
    assert TorchConnector(build_qnn(build_circuit("0")))(torch.zeros(2, 4)).shape == (2, 1)


def closed_form(layer: QuantumLayer, inputs: torch.Tensor) -> torch.Tensor:
    """Ansatz 1 of Table 1."""
    return torch.sin(layer.weight[3]) * torch.sin(2 * inputs[:, 3:])


INPUTS = torch.linspace(-1, 1, 12).reshape(3, 4)
EPSILON = torch.finfo(torch.float32).eps


@pytest.mark.parametrize("backend", ["exact", "statevector", "aer"])
def test_a_weight_that_is_replaced_takes_effect(build_circuit: BuildCircuit, backend: str) -> None:
    layer = build_quantum_layer(build_circuit("1"), BackendConfig(name=backend))
    layer.weight = torch.nn.Parameter(torch.tensor([0.1, 0.2, 0.3, 0.9, 0.5]))
    values = layer(INPUTS)
    torch.testing.assert_close(values, closed_form(layer, INPUTS), rtol=0, atol=EPSILON)
    values.sum().backward()
    assert layer.weight.grad[3] == pytest.approx((np.cos(0.9) * torch.sin(2 * INPUTS[:, 3])).sum().item(), abs=1e-6)
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    state = layer.state_dict()
    assert list(state) == ["weight", "_weights"]
    assert torch.equal(state["weight"], state["_weights"])


def test_weights_of_a_wrong_shape_or_type_are_refused(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("1"))
    layer.weight = torch.nn.Parameter(torch.zeros(6))
    with pytest.raises(ArgumentError, match=r"`weight` must have the shape \(5,\), but is \(6,\)"):
        layer(INPUTS)
    layer.weight = torch.nn.Parameter(torch.zeros(5, dtype=torch.complex64))
    with pytest.raises(ArgumentError, match="`weight` must be real numbers"):
        layer(INPUTS)


def test_state_of_the_stock_class_is_exchanged(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("1"))
    stock = TorchConnector(layer.neural_network)
    layer.load_state_dict(stock.state_dict())
    assert torch.equal(layer.weight, stock.weight)
    layer.weight = torch.nn.Parameter(torch.linspace(0, 1, 5))
    stock.load_state_dict(layer.state_dict())
    torch.testing.assert_close(stock(INPUTS), layer(INPUTS), rtol=0, atol=EPSILON)
    layer.load_state_dict({"weight": torch.ones(5)})
    assert layer.weight.tolist() == [1.0] * 5
    with pytest.raises(RuntimeError, match="weights under weight and _weights must be the same, but differ"):
        layer.load_state_dict({"weight": torch.ones(5), "_weights": torch.zeros(5)})


def test_pruned_parametrised_and_borrowed_weights(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("1"))
    prune.custom_from_mask(layer, "weight", torch.tensor([1.0, 1.0, 1.0, 0.0, 1.0]))
    assert not layer(INPUTS).any()  # sin w₃ = 0
    prune.remove(layer, "weight")
    assert layer.weight[3] == 0
    assert [name for name, _ in layer.named_parameters()] == ["weight"]

    class Shifted(torch.nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + 1

    parametrize.register_parametrization(layer, "weight", Shifted())
    values = layer(INPUTS)
    torch.testing.assert_close(values, np.sin(1.0) * torch.sin(2 * INPUTS[:, 3:]), rtol=0, atol=EPSILON)
    values.sum().backward()
    assert layer.parametrizations.weight.original.grad[3] != 0
    parametrize.remove_parametrizations(layer, "weight")

    borrowed = torch.full((5,), 0.3, requires_grad=True)
    values = torch.func.functional_call(layer, {"weight": borrowed}, (INPUTS,))
    torch.testing.assert_close(values, np.sin(0.3) * torch.sin(2 * INPUTS[:, 3:]), rtol=0, atol=EPSILON)
    values.sum().backward()
    assert borrowed.grad[3] != 0


def test_copies_have_weights_of_their_own(build_circuit: BuildCircuit) -> None:
    layer = build_quantum_layer(build_circuit("1"))
    other = copy.deepcopy(layer)
    with torch.no_grad():
        other.weight.add_(1)
    torch.testing.assert_close(other(INPUTS), closed_form(other, INPUTS), rtol=0, atol=EPSILON)
    torch.testing.assert_close(layer(INPUTS), closed_form(layer, INPUTS), rtol=0, atol=EPSILON)
