"""Cosine and sine of many angles at once, in a form that the compiler turns into vector instructions.

Calls of the C library, one angle at a time, took half of the simulator's time. The method is the library's own: the
angle is reduced to r in [−π/4, π/4] by multiples of π/2, which are subtracted in three parts so that nothing is
lost (Cody and Waite 1980), and the polynomials in r are those of FreeBSD's msun (k_sin.c, k_cos.c). Both results are
off by less than 2⁻⁵² (tests/simulator/test_trigonometry.py).

A copy of qnlnet/simulator/trigonometry.py at commit cf19cff.
"""

import numpy as np

from qnlnet.compilation import cached_njit

compiled = cached_njit(forceinline=True)

_TWO_OVER_PI = 2 / np.pi
# π/2 = _HIGH + _MIDDLE + _LOW; the first two have 33 bits, so that 20-bit multiples of them are exact.
_HIGH, _MIDDLE, _LOW = 1.57079632673412561417e00, 6.07710050630396597660e-11, 2.02226624879595063154e-21
_LARGEST = 2.0**20  # beyond it the reduction would lose digits, and the C library takes over

_S1, _S2, _S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
_S4, _S5, _S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
_C1, _C2, _C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
_C4, _C5, _C6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11


@compiled
def cos_sin(angles, cos, sin, num_lanes):
    """Writes cosines and sines of angles in radians.

    Args:
        angles: float64, shape (count, lanes).
        cos: Receives the cosines, shape of `angles`.
        sin: Receives the sines, shape of `angles`.
        num_lanes: How many columns are computed.
    """
    for row in range(angles.shape[0]):
        far = 0
        for lane in range(num_lanes):
            angle = angles[row, lane]
            far += 0 if abs(angle) <= _LARGEST else 1
            quarters = np.rint(angle * _TWO_OVER_PI)
            r = ((angle - quarters * _HIGH) - quarters * _MIDDLE) - quarters * _LOW
            z = r * r
            sin_r = r + r * z * (_S1 + z * (_S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6)))))
            cos_r = 1.0 - (0.5 * z - z * z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6))))))
            # quarters = 4·turns + 2·half + odd, in floating point: integers do not vectorise everywhere.
            halves = np.floor(0.5 * quarters)
            odd = quarters - 2.0 * halves
            sign = 1.0 - 2.0 * (halves - 2.0 * np.floor(0.5 * halves))
            cos[row, lane] = sign * (-sin_r if odd != 0.0 else cos_r)
            sin[row, lane] = sign * (cos_r if odd != 0.0 else sin_r)
        if far:
            for lane in range(num_lanes):
                angle = angles[row, lane]
                if not abs(angle) <= _LARGEST:
                    cos[row, lane], sin[row, lane] = np.cos(angle), np.sin(angle)
