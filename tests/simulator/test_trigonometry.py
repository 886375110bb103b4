"""Cosine and sine against mpmath, in more digits than a double has."""

import mpmath
import numpy as np
import pytest

from qnlnet.simulator.trigonometry import cos_sin

RANDOM = np.random.default_rng(0)
ANGLES = {
    "small": RANDOM.normal(size=500) * 10.0 ** RANDOM.uniform(-12, 0, 500),
    "a few turns": RANDOM.uniform(-20, 20, 2000),
    "thousands of turns": RANDOM.uniform(-1e6, 1e6, 2000),
    "near multiples of π/4": np.pi / 4 * np.arange(-500, 500) * (1 + RANDOM.normal(size=1000) * 1e-15),
    "around the largest that is reduced": 2.0**20 + np.array([-1.0, -1e-9, 0.0, 1e-9, 1.0]),
    "huge": 10.0 ** RANDOM.uniform(6, 300, 200),
}


def run_cos_sin(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cos, sin = np.full(angles.shape, np.nan), np.full(angles.shape, np.nan)
    cos_sin(angles, cos, sin, angles.shape[1])
    return cos, sin


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ANGLES))
def test_error_is_below_one_unit_of_the_last_place_of_one(kind: str) -> None:
    cos, sin = run_cos_sin(ANGLES[kind].reshape(1, -1))
    with mpmath.workdps(400):  # reducing 1e300 takes 300 digits
        for angle, c, s in zip(ANGLES[kind], cos[0], sin[0], strict=True):
            assert abs(mpmath.cos(float(angle)) - float(c)) < 2.0**-52
            assert abs(mpmath.sin(float(angle)) - float(s)) < 2.0**-52


def test_zero_is_exact_and_infinity_is_no_number() -> None:
    cos, sin = run_cos_sin(np.array([[0.0, np.inf], [np.nan, -np.inf]]))
    assert (cos[0, 0], sin[0, 0]) == (1.0, 0.0)
    assert np.isnan([cos[0, 1], sin[0, 1], *cos[1], *sin[1]]).all()


def test_lanes_beyond_those_asked_for_stay_as_they_were() -> None:
    cos, sin = np.full((2, 5), 7.0), np.full((2, 5), 7.0)
    cos_sin(np.ones((2, 5)), cos, sin, 3)
    assert (cos[:, :3] == cos[0, 0]).all()
    assert (cos[:, 3:] == 7.0).all()
    assert (sin[:, 3:] == 7.0).all()
