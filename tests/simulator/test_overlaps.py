"""Overlaps of states against a plain sum, qiskit-machine-learning's kernel and a closed form."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit.circuit.library import z_feature_map, zz_feature_map
from qiskit_machine_learning.kernels import FidelityStatevectorKernel

from qnlnet.errors import ArgumentError
from qnlnet.simulator import StateSimulator, overlaps

EPSILON = {np.complex128: 2.3e-16, np.complex64: 1.2e-7, np.float64: 2.3e-16, np.float32: 1.2e-7}


def draw_states(count: int, dimension: int, dtype: type = np.complex128, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng((seed, count))
    states = generator.normal(size=(count, dimension)) + 1j * generator.normal(size=(count, dimension))
    states = states if np.issubdtype(dtype, np.complexfloating) else states.real
    return (states / np.linalg.norm(states, axis=1, keepdims=True)).astype(dtype)


def expected(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.abs(np.einsum("ik,jk->ij", left.conj().astype(complex), right.astype(complex))) ** 2


@pytest.mark.parametrize("dtype", sorted(EPSILON, key=str))
@pytest.mark.parametrize(("count", "other", "dimension"), [(5, 3, 2), (1, 1, 8), (49, 97, 16), (700, 481, 4)])
def test_every_pair(dtype: type, count: int, other: int, dimension: int) -> None:
    left, right = draw_states(count, dimension, dtype), draw_states(other, dimension, dtype, 1)
    ours = overlaps(left, right)
    assert ours.dtype == np.float64
    # Each of the products of unit vectors is off by at most the terms of its sum times the rounding of one.
    np.testing.assert_allclose(ours, expected(left, right), rtol=0, atol=4 * dimension * EPSILON[dtype])


@pytest.mark.parametrize("count", [1, 2, 48, 481, 1000])
def test_of_states_with_themselves_it_is_symmetric_to_the_bit(count: int) -> None:
    states = draw_states(count, 8)
    kernel = overlaps(states)
    np.testing.assert_array_equal(kernel, kernel.T)
    np.testing.assert_allclose(kernel, expected(states, states), rtol=0, atol=1e-14)
    upper = np.triu_indices(count)
    np.testing.assert_array_equal(kernel[upper], overlaps(states, states)[upper])
    assert np.linalg.eigvalsh(kernel)[0] > -1e-12


@pytest.mark.slow
@given(
    st.integers(0, 600),
    st.integers(0, 600),
    st.sampled_from([2, 16, 37, 64]),
    st.sampled_from(sorted(EPSILON, key=str)),
)
def test_an_entry_does_not_depend_on_what_stands_beside_it(start: int, other: int, dimension: int, dtype: type) -> None:
    left, right = draw_states(650, dimension, dtype), draw_states(650, dimension, dtype, 1)
    whole = overlaps(left, right)
    rows, columns = slice(start, start + 1 + other % 50), slice(other, other + 1 + start % 60)
    np.testing.assert_array_equal(overlaps(left[rows], right[columns]), whole[rows, columns])


def test_float32_is_the_rounded_result() -> None:
    states = draw_states(100, 16)
    single = overlaps(states, dtype=np.float32)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, overlaps(states).astype(np.float32))


def test_what_is_needed_beside_the_result_is_small() -> None:
    states = draw_states(3000, 4)
    tracemalloc.start()
    kernel = overlaps(states)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - kernel.nbytes < 20e6  # of 72 MB; five arrays of one tile


def test_like_qiskit_machine_learning() -> None:
    circuit = zz_feature_map(3, reps=2)
    x, y = np.random.default_rng(3).normal(size=(2, 7, 3))
    simulator = StateSimulator(circuit, list(circuit.parameters))
    theirs = FidelityStatevectorKernel(feature_map=circuit, enforce_psd=False)
    ours = overlaps(simulator.states(x), simulator.states(y))
    np.testing.assert_allclose(ours, theirs.evaluate(x, y), rtol=0, atol=1e-12)
    np.testing.assert_allclose(overlaps(simulator.states(x)), theirs.evaluate(x), rtol=0, atol=1e-12)


def test_of_products_of_one_qubit_it_is_a_product_of_squared_cosines() -> None:
    circuit = z_feature_map(4, reps=1)
    x, y = np.random.default_rng(3).normal(size=(2, 6, 4))
    simulator = StateSimulator(circuit, list(circuit.parameters))
    ours = overlaps(simulator.states(x), simulator.states(y))
    np.testing.assert_allclose(ours, (np.cos(x[:, None] - y) ** 2).prod(2), rtol=0, atol=1e-12)


def test_none_is_possible() -> None:
    assert overlaps(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)
    assert overlaps(np.zeros((0, 4))).shape == (0, 0)


@pytest.mark.parametrize(
    ("left", "right", "dtype", "sentence"),
    [
        (np.ones(4), None, "float64", r"Argument `left` must have the shape \(count, 2\^qubits\), but is \(4,\)\."),
        (np.ones((1, 4)), np.ones((1, 2)), "float64", r"Argument `right` must have the shape \(count, 4\) like `left`"),
        (np.ones((1, 4)), None, "float16", r"Argument `dtype` must be float32 or float64, but is 'float16'\."),
    ],
)
def test_what_is_no_set_of_states_is_refused(left: np.ndarray, right: np.ndarray, dtype: str, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        overlaps(left, right, dtype=dtype)
