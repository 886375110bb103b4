"""The workloads are what they say, and the contestants that need no peer's package compute them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from qiskit.quantum_info import SparsePauliOp, Statevector

from benchmarks.contestants.previous import build as build_previous
from benchmarks.contestants.registry import CONTESTANTS
from benchmarks.depth import list_series
from benchmarks.families import FAMILIES
from benchmarks.kernels import build_ours, extrapolate
from benchmarks.timing import Timing
from benchmarks.vjp import QUICK, tolerance
from benchmarks.workloads import W1, W2, W3, WORKLOADS, Workload, in_every_precision
from qnlnet.backends import QuantumLayer
from qnlnet.evidence.benchmarks.names import VJP_LAYER, VJP_OURS, VJP_PREVIOUS
from qnlnet.models import Pixels, family_of

FEW = [replace(W1, num_rows=5), replace(W2, num_rows=5), replace(W3, num_qubits=5, num_rows=3, layers=2)]


def expected_values(workload: Workload) -> np.ndarray:
    """Qiskit's own values, row by row."""
    circuit, observables, inputs, weights = workload.build_circuit()
    values = []
    for row in workload.rows:
        angles = [] if workload.takes_amplitudes else row
        bound = circuit.assign_parameters(dict(zip([*inputs, *weights], [*angles, *workload.weights], strict=True)))
        state = Statevector(row if workload.takes_amplitudes else np.eye(1, 2**workload.num_qubits)[0]).evolve(bound)
        values.append([state.expectation_value(observable).real for observable in observables])
    return np.array(values)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_workloads_are_what_they_say(workload: Workload) -> None:
    n, width = workload.num_qubits, 2**workload.num_qubits if workload.takes_amplitudes else workload.num_qubits
    assert workload.rows.shape == (workload.num_rows, width)
    assert workload.cotangent.shape == (workload.num_rows, n)
    assert workload.weights.shape == (3 * n * workload.layers,)
    assert {gate.weight for gate in workload.gates if gate.weight >= 0} == set(range(workload.num_weights))
    assert sum(gate.name == "cx" for gate in workload.gates) == n * workload.layers
    assert np.abs(workload.weights).max() <= np.pi
    if workload.takes_amplitudes:
        np.testing.assert_allclose(np.linalg.norm(workload.rows, axis=1), 1, rtol=1e-14)
    else:
        assert np.abs(workload.rows).max() <= np.pi


def test_sizes_and_entanglers_are_those_of_the_notes() -> None:
    sizes = [(each.num_rows, each.num_qubits, each.layers) for each in (W1, W2, W3)]
    assert sizes == [(12_544, 4, 2), (8_192, 4, 2), (64, 12, 1)]
    rings = [gate.wires for gate in W2.gates if gate.name == "cx"]
    assert rings == [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3), (2, 0), (3, 1)]
    assert [gate.name for gate in W2.gates[:3]] == ["rz", "ry", "rz"]
    assert [gate.name for gate in W1.gates[:3]] == ["rx", "ry", "rz"]


def test_wire_0_is_the_most_significant_bit() -> None:
    np.testing.assert_array_equal(W2.read_out()[0b0001], [1, 1, 1, -1])
    assert W2.build_circuit()[1][0] == SparsePauliOp("ZIII")


def test_the_same_numbers_in_both_precisions() -> None:
    for workload in in_every_precision():
        assert workload.rows.dtype == workload.weights.dtype == workload.cotangent.dtype == np.dtype(workload.dtype)
    np.testing.assert_allclose(replace(W1, dtype="float32").rows, W1.rows, rtol=1e-7)


@pytest.mark.parametrize("workload", FEW, ids=lambda workload: workload.name)
def test_ours_gives_qiskits_values(workload: Workload) -> None:
    values, by_rows, by_weights = CONTESTANTS[VJP_OURS].build(workload)()
    np.testing.assert_allclose(values, expected_values(workload), atol=1e-13)
    assert by_rows.shape == workload.rows.shape
    assert by_weights.shape == workload.weights.shape


@pytest.mark.parametrize("workload", [FEW[0], FEW[2]], ids=lambda workload: workload.name)
def test_previous_engine_and_layer_agree_with_ours(workload: Workload) -> None:
    ours = CONTESTANTS[VJP_OURS].build(workload)()
    for call in (build_previous(workload), CONTESTANTS[VJP_LAYER].build(workload)):
        for first, second in zip(ours, call(), strict=True):
            np.testing.assert_allclose(np.asarray(second), first, atol=1e-12)


def test_who_takes_part() -> None:
    assert not CONTESTANTS[VJP_PREVIOUS].takes(W2)
    assert not CONTESTANTS[VJP_PREVIOUS].takes(replace(W1, dtype="float32"))
    assert all(CONTESTANTS[name].takes(workload) for workload, names in QUICK.items() for name in names)


def test_float32_is_allowed_its_roundings_and_no_more() -> None:
    assert tolerance(W1) == 1e-10
    assert all(1e-6 < tolerance(replace(each, dtype="float32")) < 1e-4 for each in WORKLOADS)


def test_series_of_depth_name_their_sizes() -> None:
    for what, size, workload in list_series():
        field = {"layers": "layers", "rows": "num_rows", "qubits": "num_qubits"}[what.split(",")[0]]
        assert getattr(workload, field) == size


def test_kernels_are_extrapolated_by_what_was_seen() -> None:
    half, whole = Timing((3.0, 1.0, 2.0)), Timing((10.0, 4.0, 4.0))  # n + 2n², 4·n²/4, 2n at n = 1, 2
    assert extrapolate(half, whole, 2, 4).repetitions == (36.0, 16.0, 8.0)


def test_kernel_of_rows_with_themselves() -> None:
    kernel = build_ours()(np.random.default_rng(0).uniform(0, 6, (3, 8)))
    np.testing.assert_allclose(np.diag(kernel), 1, atol=1e-12)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_networks_of_families_see_images_of_their_size_and_have_twins(name: str) -> None:
    network = FAMILIES[name]
    images = torch.rand(2, 1, network.size, network.size)
    spec = family_of(network.compose()).features(network.compose())
    assert isinstance(spec, Pixels)
    assert (spec.size or network.compose().data.image_shape[1:]) == (network.size, network.size)
    assert network.build()(images).shape == network.build_twin()(images).shape == (2, 10)
    assert any(isinstance(part, QuantumLayer) for part in network.build().modules())
    assert not any(isinstance(part, QuantumLayer) for part in network.build_twin().modules())
