"""Pauli rotations exp(−iθG/2) by one angle of all columns of a complex matrix, and the slope that they sum up to.

A row of a block has the real parts of all columns, then the imaginary parts: shape (dimension, 2 · dimension). What a
generator, its sign and parity are, `rotations` says, whose kernels have an angle in each column.
"""

from qnlnet.compilation import cached_njit

_free = cached_njit(fastmath=("contract", "reassoc", "nsz"))  # once a call, so that all rows get the same roundings


@_free
def rotate_columns(block, generator, sign, parity, cos, sin):
    """Applies a rotation in place.

    Args:
        block: Shape (dimension, 2 · dimension).
        generator: x mask, z mask and whether −i times it is real; shape (3 or more,).
        sign: Of the generator.
        parity: (−1)^(number of ones in the index), shape (dimension,).
        cos: Of half the angle.
        sin: The same.
    """
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    if x == 0:
        for j in range(dimension):
            s = parity[j & z] * sign * sin
            for m in range(dimension):
                n = m + dimension
                a, b = block[j, m], block[j, n]
                block[j, m], block[j, n] = cos * a + s * b, cos * b - s * a
        return
    low = x & -x
    for base in range(0, dimension, 2 * low):
        for j in range(base, base + low):
            k = j ^ x
            to_j, to_k = parity[k & z] * sign * sin, parity[j & z] * sign * sin
            if real:
                for m in range(2 * dimension):
                    a, d = block[j, m], block[k, m]
                    block[j, m], block[k, m] = cos * a + to_j * d, cos * d + to_k * a
            else:
                for m in range(dimension):
                    n = m + dimension
                    a, b, d, e = block[j, m], block[j, n], block[k, m], block[k, n]
                    block[j, m], block[j, n] = cos * a + to_j * e, cos * b - to_j * d
                    block[k, m], block[k, n] = cos * d + to_k * b, cos * e - to_k * a


@_free
def undo_columns(bra, ket, generator, sign, parity, cos, sin):
    """Returns Σ Im⟨λ|G|ψ⟩ over all columns λ of `bra` and ψ of `ket`, and undoes the rotation in both."""
    x, z, real = generator[0], generator[1], generator[2]
    dimension = parity.shape[0]
    slope = 0.0
    if x == 0:
        for j in range(dimension):
            factor = parity[j & z] * sign
            s, part = -sin * factor, 0.0
            for m in range(dimension):
                n = m + dimension
                a, b, d, e = ket[j, m], ket[j, n], bra[j, m], bra[j, n]
                part += d * b - e * a
                ket[j, m], ket[j, n] = cos * a + s * b, cos * b - s * a
                bra[j, m], bra[j, n] = cos * d + s * e, cos * e - s * d
            slope += factor * part
        return slope
    low = x & -x
    for base in range(0, dimension, 2 * low):
        for j in range(base, base + low):
            k = j ^ x
            from_j, from_k = parity[j & z] * sign, parity[k & z] * sign
            to_j, to_k = sin * from_k, sin * from_j
            part_j = part_k = 0.0
            if real:
                for m in range(2 * dimension):
                    a, d, t, v = ket[j, m], ket[k, m], bra[j, m], bra[k, m]
                    part_j += v * a
                    part_k += t * d
                    ket[j, m], ket[k, m] = cos * a - to_j * d, cos * d - to_k * a
                    bra[j, m], bra[k, m] = cos * t - to_j * v, cos * v - to_k * t
            else:
                for m in range(dimension):
                    n = m + dimension
                    a, b, d, e = ket[j, m], ket[j, n], ket[k, m], ket[k, n]
                    t, u, v, w = bra[j, m], bra[j, n], bra[k, m], bra[k, n]
                    part_j += v * b - w * a
                    part_k += t * e - u * d
                    ket[j, m], ket[j, n] = cos * a - to_j * e, cos * b + to_j * d
                    ket[k, m], ket[k, n] = cos * d - to_k * b, cos * e + to_k * a
                    bra[j, m], bra[j, n] = cos * t - to_j * w, cos * u + to_j * v
                    bra[k, m], bra[k, n] = cos * v - to_k * u, cos * w + to_k * t
            slope += from_j * part_j + from_k * part_k
    return slope
