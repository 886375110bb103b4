"""Products of small real matrices with a block of rows, in a form that the compiler turns into vector instructions.

A block is an array of shape (2 · dimension, lanes), one row of a batch in each lane. Four rows of the matrix and four
of the block are taken at a time, so that each number that is loaded serves four multiplications. Fused multiply-adds
round alike in every lane, so that a row's result does not depend on its place; test_batches.py holds this.
"""

from qnlnet.compilation import cached_njit

_fused = cached_njit(fastmath=("contract",))
_reordered = cached_njit(fastmath=("contract", "reassoc"))  # for sums over lanes, in an order of the compiler's


@_fused
def multiply(matrix, block, result, lanes):
    """Writes matrix · block.

    Args:
        matrix: Shape (m, k), both multiples of 4.
        block: Shape (k or more, lanes or more).
        result: Receives the product, shape (m or more, lanes or more).
        lanes: How many columns are computed.
    """
    for i in range(0, matrix.shape[0], 4):
        for j in range(0, matrix.shape[1], 4):
            a0, a1, a2, a3 = matrix[i, j], matrix[i, j + 1], matrix[i, j + 2], matrix[i, j + 3]
            b0, b1, b2, b3 = matrix[i + 1, j], matrix[i + 1, j + 1], matrix[i + 1, j + 2], matrix[i + 1, j + 3]
            c0, c1, c2, c3 = matrix[i + 2, j], matrix[i + 2, j + 1], matrix[i + 2, j + 2], matrix[i + 2, j + 3]
            d0, d1, d2, d3 = matrix[i + 3, j], matrix[i + 3, j + 1], matrix[i + 3, j + 2], matrix[i + 3, j + 3]
            if j == 0:
                for lane in range(lanes):
                    p0, p1, p2, p3 = block[j, lane], block[j + 1, lane], block[j + 2, lane], block[j + 3, lane]
                    result[i, lane] = a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3
                    result[i + 1, lane] = b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3
                    result[i + 2, lane] = c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3
                    result[i + 3, lane] = d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3
            else:
                for lane in range(lanes):
                    p0, p1, p2, p3 = block[j, lane], block[j + 1, lane], block[j + 2, lane], block[j + 3, lane]
                    result[i, lane] += a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3
                    result[i + 1, lane] += b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3
                    result[i + 2, lane] += c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3
                    result[i + 3, lane] += d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3


@_reordered
def add_products(left, right, total, lanes):
    """Adds left · rightᵀ, the products of rows summed over lanes.

    Args:
        left: Shape (m, lanes or more), m a multiple of 4.
        right: Shape (k, lanes or more), k a multiple of 4.
        total: Is added to, shape (m or more, k or more), float64.
        lanes: How many columns are summed over.
    """
    zero = left.dtype.type(0)
    for i in range(0, left.shape[0], 4):
        for j in range(0, right.shape[0], 4):
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = c0 = c1 = c2 = c3 = d0 = d1 = d2 = d3 = zero
            for lane in range(lanes):
                p0, p1, p2, p3 = right[j, lane], right[j + 1, lane], right[j + 2, lane], right[j + 3, lane]
                a, b, c, d = left[i, lane], left[i + 1, lane], left[i + 2, lane], left[i + 3, lane]
                a0, a1, a2, a3 = a0 + a * p0, a1 + a * p1, a2 + a * p2, a3 + a * p3
                b0, b1, b2, b3 = b0 + b * p0, b1 + b * p1, b2 + b * p2, b3 + b * p3
                c0, c1, c2, c3 = c0 + c * p0, c1 + c * p1, c2 + c * p2, c3 + c * p3
                d0, d1, d2, d3 = d0 + d * p0, d1 + d * p1, d2 + d * p2, d3 + d * p3
            for row, sums in enumerate(((a0, a1, a2, a3), (b0, b1, b2, b3), (c0, c1, c2, c3), (d0, d1, d2, d3))):
                for column in range(4):
                    total[i + row, j + column] += sums[column]
