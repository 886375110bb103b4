"""Pauli rotations exp(−iθG/2) of a block of states, and the slopes of a value with respect to their angles.

A block has the real parts of 2ⁿ amplitudes in its first rows and, unless all of them are known to be real, the
imaginary parts behind: `parts` is 1 or 2. A generator is i^|x∧z| Xˣ Zᶻ; `real` says whether −i·i^|x∧z| is a real
number (an odd number of Ys), and `sign` is the sign of that factor.
"""

from qnlnet.simulator.batches.linear import fused


@fused
def rotate(block, parts, generator, sign, parity, cos, sin, lanes):
    """Applies a rotation in place.

    Args:
        block: Shape (2 · dimension, lanes or more).
        parts: 1 where the states are real, and stay so.
        generator: x mask, z mask and `real`; shape (3 or more,).
        sign: Of the generator; its opposite undoes the rotation.
        parity: (−1)^(number of ones in the index), shape (dimension,).
        cos: Of half the angle in each lane, shape (lanes or more,).
        sin: The same.
        lanes: How many columns are computed.
    """
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    if x == 0:
        for j in range(dimension):
            factor = parity[j & z] * sign
            for lane in range(lanes):
                c, s = cos[lane], sin[lane] * factor
                a, b = block[j, lane], block[dimension + j, lane]
                block[j, lane] = c * a + s * b
                block[dimension + j, lane] = c * b - s * a
        return
    low = x & -x
    for base in range(0, dimension, 2 * low):
        for j in range(base, base + low):
            k = j ^ x
            to_j, to_k = parity[k & z] * sign, parity[j & z] * sign
            for part in range(parts if real else 1):
                if real:
                    m, n = j + part * dimension, k + part * dimension
                    for lane in range(lanes):
                        c, s = cos[lane], sin[lane]
                        a, d = block[m, lane], block[n, lane]
                        block[m, lane] = c * a + s * to_j * d
                        block[n, lane] = c * d + s * to_k * a
                else:
                    for lane in range(lanes):
                        c, s = cos[lane], sin[lane]
                        a, b = block[j, lane], block[dimension + j, lane]
                        d, e = block[k, lane], block[dimension + k, lane]
                        block[j, lane] = c * a + s * to_j * e
                        block[dimension + j, lane] = c * b - s * to_j * d
                        block[k, lane] = c * d + s * to_k * b
                        block[dimension + k, lane] = c * e - s * to_k * a


@fused
def slopes(bra, ket, parts, generator, sign, parity, slope, lanes):
    """Writes Im⟨λ|G|ψ⟩ into `slope`, shape (lanes or more,), for the states λ of `bra` and ψ of `ket`; see `rotate`."""
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    for lane in range(lanes):
        slope[lane] = 0
    for j in range(dimension):
        i, factor = j ^ x, parity[j & z] * sign
        if not real:
            for lane in range(lanes):
                slope[lane] += factor * (
                    bra[i, lane] * ket[dimension + j, lane] - bra[dimension + i, lane] * ket[j, lane]
                )
        else:
            for part in range(parts):
                m, n = i + part * dimension, j + part * dimension
                for lane in range(lanes):
                    slope[lane] += factor * (bra[m, lane] * ket[n, lane])
