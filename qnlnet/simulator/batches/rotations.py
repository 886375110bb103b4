"""Pauli rotations exp(−iθG/2) of a block of states, and the slopes of a value with respect to their angles.

A block has the real parts of 2ⁿ amplitudes in its first rows and, unless all of them are known to be real, the
imaginary parts behind: `parts` is 1 or 2. A generator is i^|x∧z| Xˣ Zᶻ; `real` says whether −i·i^|x∧z| is a real
number (an odd number of Ys), and `sign` is the sign of that factor.
"""

from qnlnet.compilation import cached_njit

compiled = cached_njit()  # no fast-math: lanes of vectors and single ones would round apart


@compiled
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


@compiled
def slopes(bra, ket, parts, generator, sign, parity, slope, lanes):
    """Writes Im⟨λ|G|ψ⟩ into `slope`, shape (lanes or more,), for the states λ of `bra` and ψ of `ket`; see `rotate`."""
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    for lane in range(lanes):
        slope[lane] = 0
    for j in range(0, dimension, 2):
        i, k, h = j ^ x, j + 1, (j + 1) ^ x
        first, second = parity[j & z] * sign, parity[k & z] * sign
        if not real:
            m, n, o, p = dimension + i, dimension + j, dimension + h, dimension + k
            for lane in range(lanes):
                slope[lane] += first * (bra[i, lane] * ket[n, lane] - bra[m, lane] * ket[j, lane]) + second * (
                    bra[h, lane] * ket[p, lane] - bra[o, lane] * ket[k, lane]
                )
        else:
            for part in range(parts):
                m, n, o, p = part * dimension + i, part * dimension + j, part * dimension + h, part * dimension + k
                for lane in range(lanes):
                    slope[lane] += first * (bra[m, lane] * ket[n, lane]) + second * (bra[o, lane] * ket[p, lane])


@compiled
def undo_with_slopes(bra, ket, generator, sign, parity, cos, sin, slope, lanes):
    """Does what `slopes` does, and then undoes the rotation on complex states of both, in one passage; see `rotate`."""
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    for lane in range(lanes):
        slope[lane] = 0
    if x == 0:
        for j in range(dimension):
            factor = parity[j & z] * sign
            for lane in range(lanes):
                c, s = cos[lane], -sin[lane] * factor
                a, b, d, e = ket[j, lane], ket[dimension + j, lane], bra[j, lane], bra[dimension + j, lane]
                slope[lane] += factor * (d * b - e * a)
                ket[j, lane], ket[dimension + j, lane] = c * a + s * b, c * b - s * a
                bra[j, lane], bra[dimension + j, lane] = c * d + s * e, c * e - s * d
        return
    low = x & -x
    for base in range(0, dimension, 2 * low):
        for j in range(base, base + low):
            k = j ^ x
            from_j, from_k = parity[j & z] * sign, parity[k & z] * sign
            m, n = dimension + j, dimension + k
            for lane in range(lanes):
                c, s = cos[lane], sin[lane]
                a, b, d, e = ket[j, lane], ket[m, lane], ket[k, lane], ket[n, lane]
                t, u, v, w = bra[j, lane], bra[m, lane], bra[k, lane], bra[n, lane]
                to_j, to_k = s * from_k, s * from_j
                if real:
                    slope[lane] += from_j * (v * a + w * b) + from_k * (t * d + u * e)
                    ket[j, lane], ket[m, lane] = c * a - to_j * d, c * b - to_j * e
                    ket[k, lane], ket[n, lane] = c * d - to_k * a, c * e - to_k * b
                    bra[j, lane], bra[m, lane] = c * t - to_j * v, c * u - to_j * w
                    bra[k, lane], bra[n, lane] = c * v - to_k * t, c * w - to_k * u
                else:
                    slope[lane] += from_j * (v * b - w * a) + from_k * (t * e - u * d)
                    ket[j, lane], ket[m, lane] = c * a - to_j * e, c * b + to_j * d
                    ket[k, lane], ket[n, lane] = c * d - to_k * b, c * e + to_k * a
                    bra[j, lane], bra[m, lane] = c * t - to_j * w, c * u + to_j * v
                    bra[k, lane], bra[n, lane] = c * v - to_k * u, c * w + to_k * t
