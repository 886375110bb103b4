"""Rings of tensors against states, and against the ring of the authors' code."""

import json
from pathlib import Path

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Statevector
from refusals import refused

from qnlnet.models.tensor_ring import TensorRing
from qnlnet.models.tensor_ring_vqc import build_circuit

GOLDEN = json.loads((Path(__file__).parent / "golden_tensor_ring_vqc.json").read_text(encoding="utf-8"))
VALUE = 1e-10
EXACT = [(1, rank) for rank in (2, 3, 4, 6, 8)] + [(2, rank) for rank in (4, 6, 8, 10)] + [(3, 8), (3, 10), (3, 16)]


def bound(num_qubits: int, depth: int) -> QuantumCircuit:
    """Returns the circuit with the inputs and weights of the golden numbers."""
    built = build_circuit(num_qubits, depth, 2)
    inputs = dict(zip(built.input_params, 0.2 * np.arange(1, num_qubits + 1), strict=True))
    count = len(built.weight_params)
    return built.circuit.assign_parameters(
        inputs | dict(zip(built.weight_params, 0.1 * np.arange(1, count + 1), strict=True))
    )


def amplitudes(ring: TensorRing) -> np.ndarray:
    count = ring.num_qubits
    return np.array([ring.amplitude(f"{index:0{count}b}") for index in range(2**count)])


def assert_is_exact(ring: TensorRing, circuit: QuantumCircuit) -> None:
    expected = Statevector(circuit).reverse_qargs().data
    np.testing.assert_allclose(amplitudes(ring), expected, rtol=0, atol=VALUE)
    assert ring.norm == pytest.approx(1, abs=VALUE)


@pytest.mark.parametrize(("depth", "rank"), EXACT)
def test_two_to_the_depth_is_rank_enough(depth: int, rank: int) -> None:
    circuit = bound(4, depth)
    assert_is_exact(TensorRing.run(circuit, rank), circuit)


@pytest.mark.parametrize(("qubits", "depth"), [(1, 2), (2, 2), (3, 2), (6, 1), (6, 2)])
def test_a_ring_may_have_any_number_of_qubits(qubits: int, depth: int) -> None:
    circuit = bound(qubits, depth)
    assert_is_exact(TensorRing.run(circuit, 5), circuit)


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("row", GOLDEN["rings"], ids=lambda row: f"depth {row['depth']} rank {row['rank']}")
def test_the_ring_is_that_of_the_authors(row: dict[str, float], clean: bool) -> None:
    ring = TensorRing.run(bound(4, int(row["depth"])), int(row["rank"]), clean=clean)
    assert ring.norm == pytest.approx(row["norm"], abs=VALUE)
    for bits, expected in (("0000", row["zeros"]), ("1111", row["ones"])):
        assert abs(ring.amplitude(bits)) ** 2 == pytest.approx(expected, abs=VALUE)
        assert ring.probability(bits) == pytest.approx(expected / row["norm"], abs=1e-9)


def test_norm_is_the_sum_of_all_probabilities_after_a_cut() -> None:
    ring = TensorRing.run(bound(4, 3), 3)
    assert ring.norm == pytest.approx((abs(amplitudes(ring)) ** 2).sum(), abs=VALUE)
    assert ring.norm < 0.9
    assert sum(ring.probability(f"{index:04b}") for index in range(16)) == pytest.approx(1, abs=VALUE)


def test_clean_singular_vectors_are_zero_and_the_authors_are_not() -> None:
    for clean in (True, False):
        ring = TensorRing.run(bound(4, 1), 4, clean=clean)
        rows = np.linalg.norm(ring.tensors[0].reshape(4, -1), axis=1)  # parted last; its left rank is 2
        np.testing.assert_allclose(rows[:2], 1, rtol=0, atol=VALUE)
        np.testing.assert_allclose(rows[2:], 0 if clean else 1, rtol=0, atol=VALUE)


def test_gates_act_forwards_and_backwards_around_the_ring() -> None:
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.ry(0.3 + 0.5 * qubit, qubit)
    circuit.crx(0.7, 0, 1)
    circuit.crx(0.9, 2, 1)
    circuit.crx(1.1, 2, 0)
    circuit.crx(1.3, 0, 2)
    assert_is_exact(TensorRing.run(circuit, 8), circuit)


def far_apart() -> QuantumCircuit:
    circuit = QuantumCircuit(4)
    circuit.cx(0, 2)
    return circuit


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: TensorRing.run(far_apart(), 2),
            "Argument `qubits` must be one, or two neighbours in a ring of 4, but is [0, 2].",
        ),
        (
            lambda: TensorRing.run(build_circuit(1, 1, 2).circuit, 2),
            "Argument `circuit` must have numbers in place of all parameters, but is 'rx_q0_layer1, ry_q0_layer1, "
            "rz_q0_layer1, x[0]'.",
        ),
        (lambda: TensorRing(2, 2).amplitude("012"), "Argument `bits` must be 2 of 0 and 1, but is '012'."),
        (lambda: TensorRing(2, 0), "Argument `rank` must be at least 1, but is 0."),
    ],
)
def test_what_is_no_ring_is_refused(make: object, sentence: str) -> None:
    assert callable(make)
    with refused(sentence):
        make()
