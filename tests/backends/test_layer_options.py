"""What a quantum layer can be told: copies, amplitudes, probabilities, precision, and any circuit of Qiskit's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import real_amplitudes, zz_feature_map
from qiskit.quantum_info import SparsePauliOp, Statevector
from torch import Tensor

from qnlnet.backends import QuantumLayer
from qnlnet.circuits import Circuit, append_strong_layer, measure_outcomes
from qnlnet.config import BackendConfig
from qnlnet.errors import ArgumentError

BACKENDS = ["exact", "statevector", "aer"]


def entangled(qubits: int, *, angles: bool, takes_amplitudes: bool = False, probabilities: bool = False) -> Circuit:
    x = ParameterVector("x", qubits if angles else 0)
    circuit = QuantumCircuit(qubits)
    for qubit, angle in enumerate(x):
        circuit.ry(angle, qubit)
    append_strong_layer(circuit, 1)
    measured = measure_outcomes(qubits) if probabilities else None
    return Circuit.of(circuit, inputs=tuple(x), observables=measured, takes_amplitudes=takes_amplitudes)


def build(circuit: Circuit, backend: str = "exact", copies: int | None = None) -> QuantumLayer:
    layer = QuantumLayer(circuit, backend=BackendConfig(name=backend), copies=copies).double()
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(-1.3, 1.7, layer.weight.numel()).reshape(layer.weight.shape))
    return layer


def run(layer: QuantumLayer, inputs: Tensor) -> tuple[Tensor, ...]:
    inputs = inputs.clone().requires_grad_()
    values = layer(inputs)
    upstream = torch.linspace(-1, 2, values.numel(), dtype=torch.float64).reshape(values.shape)
    return values, *torch.autograd.grad((values * upstream).sum(), (inputs, layer.weight))


def check_backends(circuit: Circuit, inputs: Tensor, copies: int | None = None) -> None:
    """Every backend gives the numbers of the exact one."""
    expected = run(build(circuit, copies=copies), inputs)
    for backend in BACKENDS[1:]:
        results = run(build(circuit, backend, copies), inputs)
        for ours, theirs, tolerance in zip(results, expected, (1e-10, 1e-8, 1e-7), strict=True):
            assert ours.shape == theirs.shape
            torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize(("copies", "probabilities"), [(None, True), (2, False)])
def test_angles(copies: int | None, probabilities: bool) -> None:
    torch.manual_seed(0)
    shape = (2, 2) if copies is None else (2, copies, 2)
    circuit = entangled(2, angles=True, probabilities=probabilities)
    check_backends(circuit, torch.randn(shape, dtype=torch.float64), copies)


@pytest.mark.slow
@pytest.mark.parametrize(("qubits", "angles"), [(2, False), (1, True)])
def test_amplitudes(qubits: int, angles: bool) -> None:
    torch.manual_seed(0)
    inputs = torch.randn(4, 2**qubits + angles * qubits, dtype=torch.float64)
    inputs[1, 1:2] = 0
    inputs[2, : 2**qubits] = 0
    check_backends(entangled(qubits, angles=angles, takes_amplitudes=True), inputs)


@pytest.mark.slow
def test_amplitudes_are_those_of_the_state_vector() -> None:
    torch.manual_seed(0)
    circuit = entangled(3, angles=False, takes_amplitudes=True, probabilities=True)
    layer, amplitudes = build(circuit), torch.randn(2, 5, 8, dtype=torch.float64)
    weights = dict(zip(circuit.weight_params, layer.weight.detach().numpy(), strict=True))
    bound = circuit.circuit.assign_parameters(weights)
    states = [Statevector(row / np.linalg.norm(row)).evolve(bound) for row in amplitudes.reshape(10, 8).numpy()]
    expected = np.reshape([state.probabilities() for state in states], (2, 5, 8))
    np.testing.assert_allclose(layer(amplitudes).detach(), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(layer(7 * amplitudes), layer(amplitudes), rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("circuit", "copies"),
    [
        (entangled(2, angles=True), None),
        (entangled(2, angles=True), 2),
        (entangled(2, angles=False, takes_amplitudes=True), None),
        (entangled(1, angles=True, takes_amplitudes=True), 2),
    ],
    ids=["angles", "copies", "amplitudes", "both, in copies"],
)
def test_derivatives_of_any_order(circuit: Circuit, copies: int | None) -> None:
    torch.manual_seed(0)
    layer = build(circuit, copies=copies)
    inputs = torch.randn(2, *layer.weight_shape[:-1], layer.num_inputs, dtype=torch.float64)

    def function(inputs: Tensor, weights: Tensor) -> Tensor:
        return torch.func.functional_call(layer, {"weight": weights}, (inputs,))

    arguments = inputs.requires_grad_(), layer.weight.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(function, arguments, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(function, arguments)
    by_rows = torch.func.vmap(torch.func.jacrev(lambda row: function(row, layer.weight)))(inputs)
    together = torch.autograd.functional.jacobian(lambda rows: function(rows, layer.weight), inputs)
    for row in range(2):
        expected = together[row].select(layer.weight.ndim, row)
        torch.testing.assert_close(by_rows[row], expected, rtol=0, atol=1e-10)


def test_one_axis_of_inputs_serves_all_copies() -> None:
    torch.manual_seed(0)
    layer = build(entangled(2, angles=True), copies=3)
    inputs = torch.randn(5, 1, 2, dtype=torch.float64, requires_grad=True)
    values = layer(inputs)
    assert values.shape == (5, 3, 2)
    torch.testing.assert_close(values, layer(inputs.expand(5, 3, 2)), rtol=0, atol=0)
    shared, expanded = run(layer, inputs.detach()), run(layer, inputs.detach().expand(5, 3, 2))
    torch.testing.assert_close(shared[1], expanded[1].sum(dim=1, keepdim=True), rtol=0, atol=1e-14)
    assert torch.equal(shared[2], expanded[2])
    assert torch.autograd.gradgradcheck(layer, inputs)
    single = build(entangled(2, angles=True))
    for copy in range(3):
        single.weight.data = layer.weight[copy].detach()
        torch.testing.assert_close(values[:, copy], single(inputs[:, 0]), rtol=0, atol=0)
    stock = build(entangled(2, angles=True), "statevector", copies=3)
    stock.weight.data = layer.weight.detach().clone()
    for ours, theirs in zip(run(stock, inputs.detach()), shared, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_single_precision_is_what_rows_are_computed_in(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    exact, single = (QuantumLayer(entangled(4, angles=True), precision=kind) for kind in (torch.float64, torch.float32))
    single.weight.data = exact.weight.data.clone()
    inputs = torch.randn(50, 4).to(dtype)
    values = single(inputs)
    assert values.dtype == torch.float32
    torch.testing.assert_close(values, exact(inputs), rtol=0, atol=1e-5)
    double = exact.double()(inputs.double())
    assert (single.double()(inputs.double()) - double).abs().max() > 1e-9


def test_any_circuit_of_the_library() -> None:
    circuit = zz_feature_map(3).compose(real_amplitudes(3))
    inputs = [parameter for parameter in circuit.parameters if parameter.name.startswith("x")]
    layer = build(Circuit.of(circuit, inputs=inputs))
    assert layer(torch.zeros(2, 3)).shape == (2, 3)
    assert [len(inputs), layer.weight.numel()] == [3, 12]


def test_a_state_dict_goes_into_another_layer() -> None:
    first, second = build(entangled(2, angles=True), copies=2), QuantumLayer(entangled(2, angles=True), copies=2)
    second.load_state_dict(first.state_dict())
    torch.testing.assert_close(second.weight.double(), first.weight, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: QuantumLayer(QuantumCircuit(1)), "`circuit` must say what its inputs are.*Circuit.of"),
        (lambda: QuantumLayer(entangled(2, angles=True), copies=0), "`copies` must be at least 1"),
        (
            lambda: QuantumLayer(entangled(2, angles=True), precision=torch.float16),
            "`precision` must be torch.float32 or torch.float64",
        ),
        (
            lambda: Circuit.of(QuantumCircuit(1), inputs=ParameterVector("x", 1)),
            "`inputs` must be parameters of the circuit",
        ),
        (lambda: build(entangled(2, angles=True), copies=3)(torch.zeros(2, 2)), "`input_data` must have the shape"),
        (lambda: build(entangled(2, angles=True))(torch.zeros(2, 3)), "`input_data` must have 2 values in its last"),
        (lambda: measure_outcomes(2, [0, 0]), "`qubits` must name different qubits from 0 to 1"),
        (
            lambda: build(entangled(2, angles=False, takes_amplitudes=True), "aer")(torch.full((1, 4), torch.nan)),
            "`input_data` must be finite",
        ),
    ],
)
def test_what_is_refused(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        call()


def test_outcomes_are_projectors() -> None:
    state = Statevector([0.6, 0, 0.64j, 0.48])
    for qubits in ([0, 1], [1, 0], [1]):
        values = [state.expectation_value(each).real for each in measure_outcomes(2, qubits)]
        np.testing.assert_allclose(values, state.probabilities(qubits), rtol=0, atol=1e-12)
    assert measure_outcomes(1)[0] == SparsePauliOp.from_list([("I", 0.5), ("Z", 0.5)])
