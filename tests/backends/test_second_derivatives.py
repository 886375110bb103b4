"""Derivatives of derivatives through the torch layer, against closed forms and differences of Qiskit's values."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector
from torch import Tensor, nn

from qnlnet.backends import QuantumLayer, build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError

BuildCircuit = Callable[..., Circuit]
Function = Callable[[Tensor], Tensor]

WEIGHTS = torch.tensor([0.1, 0.2, 0.3, 0.9, 0.5], dtype=torch.float64)
X = torch.tensor([0.3, 0.1, 0.2, 0.4], dtype=torch.float64)
# Ansatz 1: ⟨Z₃⟩ = sin w₃ sin 2x₃.
SECOND = -4 * math.sin(0.9) * math.sin(0.8)
ALONG_ONES = 2 * math.sin(0.9) * math.cos(0.8)
ROUNDING = 1e-12

# torch's own forward mode compiles some functions in a way that it warns of.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")


@pytest.fixture
def layer(build_circuit: BuildCircuit) -> QuantumLayer:
    """Ansatz 1 of Table 1, in float64."""
    return with_weights(build_quantum_layer(build_circuit("1")), WEIGHTS)


def with_weights(layer: QuantumLayer, weights: Tensor) -> QuantumLayer:
    layer.double()
    layer.weight = nn.Parameter(weights.clone())
    return layer


def closed_form(x: Tensor, weights: Tensor) -> Tensor:
    return torch.sin(weights[3]) * torch.sin(2 * x[..., 3:])


def test_hessian_of_a_closed_form(layer: QuantumLayer) -> None:
    hessian = torch.autograd.functional.hessian(lambda x: layer(x).sum(), X)
    assert hessian[3, 3].item() == pytest.approx(SECOND, abs=ROUNDING)
    assert pytest.approx(-2.2477, abs=5e-5) == SECOND
    hessian[3, 3] = 0
    assert hessian.abs().max() < ROUNDING


def test_jvp_of_a_closed_form(layer: QuantumLayer) -> None:
    expected = pytest.approx(ALONG_ONES, abs=ROUNDING)
    assert pytest.approx(1.0915, abs=5e-5) == ALONG_ONES
    assert torch.autograd.functional.jvp(layer, X, torch.ones(4, dtype=torch.float64))[1].item() == expected
    assert torch.func.jvp(layer, (X,), (torch.ones(4, dtype=torch.float64),))[1].item() == expected


@pytest.mark.parametrize(
    "hessian",
    [
        torch.func.hessian,
        lambda f: torch.func.jacrev(torch.func.jacrev(f)),
        lambda f: torch.func.jacrev(torch.func.jacfwd(f)),
        lambda f: torch.func.jacfwd(torch.func.grad(lambda x: f(x).sum())),
        lambda f: torch.func.grad(lambda x: torch.func.grad(lambda y: f(y).sum())(x)[3]),
    ],
)
def test_all_ways_of_torch_func_give_the_same(layer: QuantumLayer, hessian: Callable[[Function], Function]) -> None:
    result = hessian(layer)(X)
    assert result.reshape(-1, 4)[-1, 3].item() == pytest.approx(SECOND, abs=ROUNDING)
    assert result.abs().sum().item() == pytest.approx(-SECOND, abs=ROUNDING)


def test_forward_mode_within_forward_mode_is_refused(layer: QuantumLayer) -> None:
    with pytest.raises(ArgumentError, match="differentiated in forward mode once only"):
        torch.func.jacfwd(torch.func.jacfwd(layer))(X)


def test_third_and_fourth_derivatives(layer: QuantumLayer) -> None:
    x = X.clone().requires_grad_()
    value = layer(x)[0]
    orders = []
    for _ in range(4):
        (slope,) = torch.autograd.grad(value, x, create_graph=True)
        value = slope[3]
        orders.append(value.item())
    s, c, w = math.sin(0.8), math.cos(0.8), math.sin(0.9)
    np.testing.assert_allclose(orders, [2 * w * c, -4 * w * s, -8 * w * c, 16 * w * s], rtol=0, atol=1e-11)


def test_weights_are_differentiated_twice_and_mixed_with_inputs(layer: QuantumLayer) -> None:
    def both(x: Tensor, weights: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weights}, (x,)).sum()

    ours = torch.func.hessian(both, argnums=(0, 1))(X, WEIGHTS)
    theirs = torch.func.hessian(lambda x, w: closed_form(x, w).sum(), argnums=(0, 1))(X, WEIGHTS)
    for mine, expected in zip(sum(ours, ()), sum(theirs, ()), strict=True):
        torch.testing.assert_close(mine, expected, rtol=0, atol=ROUNDING)
    assert ours[0][1][3, 3].item() == pytest.approx(2 * math.cos(0.9) * math.cos(0.8), abs=ROUNDING)


def test_a_gradient_penalty_trains_the_weights(layer: QuantumLayer) -> None:
    batch = torch.linspace(-1, 1, 24, dtype=torch.float64).reshape(2, 3, 4).requires_grad_()
    (slope,) = torch.autograd.grad(layer(batch).sum(), batch, create_graph=True)
    slope.square().sum().backward()
    weights = WEIGHTS.clone().requires_grad_()
    other = batch.detach().clone().requires_grad_()
    (expected,) = torch.autograd.grad(closed_form(other, weights).sum(), other, create_graph=True)
    expected.square().sum().backward()
    torch.testing.assert_close(slope, expected, rtol=0, atol=ROUNDING)
    torch.testing.assert_close(batch.grad, other.grad, rtol=0, atol=ROUNDING)
    torch.testing.assert_close(layer.weight.grad, weights.grad, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("ansatz", ["0", "1", "2"])
def test_gradcheck_of_deep_circuits(build_circuit: BuildCircuit, ansatz: str) -> None:
    layer = build_quantum_layer(build_circuit(ansatz, r=2, D=2, readout=[0, 2, 3])).double()
    torch.manual_seed(1)
    x, weights = torch.randn(2, 4, dtype=torch.float64), torch.randn(10, dtype=torch.float64)

    def both(x: Tensor, weights: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weights}, (x,))

    arguments = x.requires_grad_(), weights.requires_grad_()
    assert torch.autograd.gradcheck(both, arguments, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(both, arguments, check_fwd_over_rev=True, check_rev_over_rev=True)


def test_hessian_is_that_of_qiskits_values(build_circuit: BuildCircuit) -> None:
    qnl = build_circuit("0", r=2, D=2)
    weights = np.linspace(-1.1, 1.3, 10)

    def qiskit(x: np.ndarray) -> float:
        values = dict(zip((*qnl.input_params, *qnl.weight_params), (*x, *weights), strict=True))
        return float(Statevector(qnl.circuit.assign_parameters(values)).expectation_value(qnl.observable).real)

    layer = with_weights(build_quantum_layer(qnl), torch.from_numpy(weights))
    ours = torch.func.hessian(layer)(X)[0].detach()
    step = 1e-4
    moves = step * np.eye(4)
    expected = [
        [
            sum(a * b * qiskit(X.numpy() + a * p + b * q) for a in (1, -1) for b in (1, -1)) / (4 * step**2)
            for q in moves
        ]
        for p in moves
    ]
    # Central differences: an error of order step² and rounding of 1e-16 / step².
    np.testing.assert_allclose(ours, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("labels", [["Z"], ["Z", "Y"]])
def test_angles_that_are_products_of_inputs_are_differentiated_twice(labels: list[str]) -> None:
    x, w = ParameterVector("x", 2), ParameterVector("w", 1)
    circuit = QuantumCircuit(1)
    circuit.rx(x[0] * x[1] + w[0].sin(), 0)
    qnl = Circuit(circuit, tuple(x), tuple(w), tuple(map(SparsePauliOp, labels)))
    layer = with_weights(build_quantum_layer(qnl), torch.tensor([0.7], dtype=torch.float64))

    def formula(x: Tensor, w: Tensor) -> Tensor:
        angle = x[..., :1] * x[..., 1:] + torch.sin(w)
        return torch.cat([torch.cos(angle), -torch.sin(angle)], dim=-1)[..., : len(labels)]

    def ours(x: Tensor, w: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": w}, (x,))

    batch, weight = torch.tensor([[0.3, 1.2], [-0.8, 0.4]], dtype=torch.float64), layer.weight.detach()
    for transform in (torch.func.jacrev, torch.func.jacfwd, torch.func.hessian):
        results = transform(ours, argnums=(0, 1))(batch, weight), transform(formula, argnums=(0, 1))(batch, weight)
        for mine, expected in zip(*map(torch.utils._pytree.tree_leaves, results), strict=True):
            torch.testing.assert_close(mine, expected, rtol=0, atol=ROUNDING)
    arguments = batch.requires_grad_(), weight.requires_grad_()
    assert torch.autograd.gradgradcheck(ours, arguments)


@pytest.mark.parametrize("backend", ["statevector", "aer"])
def test_other_backends_refuse_a_second_derivative(build_circuit: BuildCircuit, backend: str) -> None:
    layer = with_weights(build_quantum_layer(build_circuit("1"), BackendConfig(name=backend)), WEIGHTS)
    message = "`backend` must be exact where a quantum layer is differentiated twice, but the layer runs on"
    with pytest.raises(ArgumentError, match=message):
        torch.autograd.functional.hessian(lambda x: layer(x).sum(), X)
    batch = X.clone().requires_grad_()
    (slope,) = torch.autograd.grad(layer(batch).sum(), batch, create_graph=True)
    with pytest.raises(ArgumentError, match=message):
        slope.square().sum().backward()
    with pytest.raises(ArgumentError, match=message):
        torch.func.hessian(layer)(X)


@pytest.mark.parametrize("backend", ["exact", "statevector", "aer"])
def test_first_derivatives_of_torch_func_on_every_backend(build_circuit: BuildCircuit, backend: str) -> None:
    layer = with_weights(build_quantum_layer(build_circuit("1"), BackendConfig(name=backend)), WEIGHTS)
    batch = torch.stack([X, -X, 2 * X])
    slopes = torch.func.vmap(torch.func.grad(lambda x: layer(x).sum()))(batch)
    jacobians = torch.func.vmap(torch.func.jacrev(layer))(batch)
    jvp = torch.func.jvp(layer, (batch,), (torch.ones_like(batch),))[1]
    expected = 2 * math.sin(0.9) * torch.cos(2 * batch[:, 3])
    torch.testing.assert_close(slopes[:, 3], expected, rtol=0, atol=1e-8)
    torch.testing.assert_close(jacobians[:, 0, 3], expected, rtol=0, atol=1e-8)
    torch.testing.assert_close(jvp[:, 0], expected, rtol=0, atol=1e-8)
    torch.testing.assert_close(torch.func.vmap(layer)(batch), layer(batch), rtol=0, atol=1e-12)


def test_an_ensemble_of_weights(layer: QuantumLayer) -> None:
    weights = torch.stack([WEIGHTS, 2 * WEIGHTS, -WEIGHTS])
    batch = torch.stack([X, -X])

    def call(weight: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weight}, (batch,))

    expected = torch.stack([closed_form(batch, weight) for weight in weights])
    torch.testing.assert_close(torch.func.vmap(call)(weights), expected, rtol=0, atol=ROUNDING)
    slopes = torch.func.vmap(torch.func.grad(lambda weight: call(weight).sum()))(weights)
    expected_slopes = torch.cos(weights[:, 3]) * torch.sin(2 * batch[:, 3]).sum()
    torch.testing.assert_close(slopes[:, 3], expected_slopes, rtol=0, atol=ROUNDING)
