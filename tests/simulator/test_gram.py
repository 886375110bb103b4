"""The kernel of all pairs in blocks is that of all at once, to the bit."""

import numpy as np
import pytest

from qnlnet.simulator import gaussians, gram, overlaps


def draw_states(count: int) -> np.ndarray:
    generator = np.random.default_rng(0)
    states = generator.normal(size=(count, 8)) + 1j * generator.normal(size=(count, 8))
    return states / np.linalg.norm(states, axis=1, keepdims=True)


@pytest.mark.parametrize("block", [240, 480, 1200])
def test_of_states(block: int) -> None:
    states = draw_states(700)
    blocks = [states[start : start + block] for start in range(0, 700, block)]
    np.testing.assert_array_equal(gram(blocks, overlaps), overlaps(states))
    assert blocks == []  # what is done is free


def test_of_other_rows() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 6))
    blocks = [rows[:20], rows[20:40], rows[40:]]
    kernel = gram(blocks, lambda left, right: gaussians(left, right, gamma=0.3))
    np.testing.assert_array_equal(kernel, gaussians(rows, gamma=0.3))
    np.testing.assert_array_equal(kernel, kernel.T)


def test_of_none() -> None:
    assert gram([], overlaps).shape == (0, 0)
