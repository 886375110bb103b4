"""The outputs of the circuit by three matrix products of all images, with matrices that are made once for a step.

Wires 4 to 9 first meet among themselves, then 0 to 4, and behind the pooling of the first round only wires 0, 2, 4, 6,
8 go on, for each outcome of the others. So an image of 1,024 amplitudes meets matrices of 64 × 64 and of 32 × 32, no
unitary of 1,024 × 1,024. Real and imaginary parts are rows and columns of real matrices; axes of qubits are in an order
in which no product has to move any, and images are the last axis.
"""

import torch
from torch import Tensor

from qnlnet.models.qcnn.circuit import BEFORE, KEPT, SHARED
from qnlnet.models.qcnn.gates import convolve, place, pool, rotate_in_turn, u3

_IMAGES = 512  # that go through at a time, so that all stays near the processor


def formula(inputs: Tensor, weights: Tensor) -> Tensor:
    """Returns the probabilities, shape (…, 8), for amplitudes of any norm, shape (…, 1024); those of zeros are zeros.

    Args:
        inputs: Amplitudes; wire 0 has the most significant bit.
        weights: Shape (93,), as `build_circuit` orders them.
    """
    right, left, last = (matrix.to(inputs.dtype) for matrix in _build_matrices(weights.double()))
    rows = inputs.reshape(-1, inputs.shape[-1])
    parts = [_run(part, right, left, last) for part in rows.split(_IMAGES)]
    return torch.cat(parts).reshape(*inputs.shape[:-1], 2 ** len(KEPT))


def _run(rows: Tensor, right: Tensor, left: Tensor, last: Tensor) -> Tensor:
    images = len(rows)
    squares = rows.square().sum(dim=1, keepdim=True)
    units = (rows / torch.where(squares > 0, squares, 1).sqrt()).T.reshape(16, 64, images)
    states = torch.bmm(right.expand(16, -1, -1), units)  # q0 q1 q2 q3 | part q4 q6 q8 q5 q7 q9 | image
    states = left @ states.reshape(64, 32 * images)  # q1 q3 part q0 q2 q4 | q6 q8 q5 q7 q9 image
    total = states.new_zeros(8, images)
    for part in states.reshape(4, 64, 8, images):  # for q1 and q3: part q0 q2 q4 q6 q8 | q5 q7 q9 | image
        outcomes = torch.bmm(last, part.transpose(0, 1))  # q5 q7 q9 | q0 q4 q8 q2 q6 part | image
        total = total + outcomes.square().reshape(8, 8, 8, images).sum(dim=(0, 2))
    return total.T


def _build_matrices(weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns what acts on wires 4 to 9, on 0 to 4, and on 0, 2, 4, 6, 8 for each outcome of 5, 7, 9: real matrices."""
    before, first, second, angles = weights.split([BEFORE, SHARED, SHARED, len(weights) - BEFORE - 2 * SHARED])
    meet = convolve(first[:9])
    begin = meet @ torch.kron(u3(before[:3]), u3(before[3:]))
    turn = u3(first[9:])
    right = place(meet, 1, 6) @ place(meet, 3, 6) @ torch.kron(torch.kron(begin, begin), begin)
    left = place(meet, 1, 5) @ place(begin, 0, 5) @ place(begin, 2, 5)
    left = place(pool(turn), 0, 5) @ place(pool(turn), 2, 5) @ place(meet, 3, 5) @ left
    last = _build_second_round(second, angles) @ _turn_by_outcomes(turn)
    # Axes: rows q4 … q9 and part, columns q4 … q9; the amplitudes are real.
    wide = _as_real(right)[..., 0].permute(6, 0, 2, 4, 1, 3, 5, *range(7, 13)).reshape(128, 64)
    # Rows q0 … q4 and part, columns q0 … q4 and part.
    narrow = _as_real(left).permute(1, 3, 5, 0, 2, 4, 6, 7, 8, 9, 11, 10).reshape(64, 64)
    # Outcomes, rows as `_build_second_round` has them and part, columns q0 q2 q4 q6 q8 and part.
    each = torch.stack([_as_real(matrix).permute(*range(6), 11, *range(6, 11)).reshape(64, 64) for matrix in last])
    return wide, narrow, each


def _build_second_round(weights: Tensor, angles: Tensor) -> Tensor:
    """Returns the second round and the rotations, on wires 0, 2, 4, 6, 8, with rows in the order 0, 4, 8, 2, 6."""
    meet, pooling = convolve(weights[:9]), pool(u3(weights[9:]))
    matrix = place(meet, 1, 5) @ place(meet, 3, 5) @ place(meet, 0, 5) @ place(meet, 2, 5)
    matrix = place(pooling, 0, 5) @ place(pooling, 2, 5) @ matrix
    kept_first = matrix.reshape(*[2] * 5, 32).permute(0, 2, 4, 1, 3, 5).reshape(8, 128)
    return (rotate_in_turn(angles, len(KEPT)) @ kept_first).reshape(32, 32)


def _turn_by_outcomes(turn: Tensor) -> Tensor:
    """Returns what the first pooling does to wires 4, 6, 8 for each outcome of 5, 7, 9, shape (8, 32, 32)."""
    either = (torch.eye(2, dtype=turn.dtype), turn)
    outcomes = [torch.kron(torch.kron(on_4, on_6), on_8) for on_4 in either for on_6 in either for on_8 in either]
    return torch.stack([place(outcome, 2, 5) for outcome in outcomes])


def _as_real(matrix: Tensor) -> Tensor:
    """Returns a complex matrix as a real one; rows and columns have an axis of two for each qubit, and for the part."""
    qubits = matrix.shape[0].bit_length() - 1
    real, imaginary = matrix.real.reshape([2] * 2 * qubits), matrix.imag.reshape([2] * 2 * qubits)
    rows = [torch.stack([real, -imaginary], dim=-1), torch.stack([imaginary, real], dim=-1)]
    return torch.stack(rows, dim=qubits)
