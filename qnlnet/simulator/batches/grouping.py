"""Sorts a circuit's rotations into steps: those whose angle is each row's own, and those that all rows share."""

from collections.abc import Sequence
from dataclasses import dataclass

from qnlnet.simulator.gates import Operation
from qnlnet.simulator.light_cone import commute

MOST_WITH_MATRICES = 64  # the largest dimension of a matrix
_MATRIX_PAYS = {4: 1, 8: 2, 16: 4, 32: 16, 64: 64}  # dimension: so many shared rotations cost more than a matrix


@dataclass(frozen=True)
class Step:
    """Rotations that follow each other.

    Attributes:
        rotations: The rotations, in order.
        is_matrix: Whether all rows share them, and one matrix stands for all of them.
    """

    rotations: tuple[Operation, ...]
    is_matrix: bool


def group_rotations(rotations: Sequence[Operation], row_columns: frozenset[int], dimension: int) -> list[Step]:
    """Sorts rotations into as few steps as the order of those that do not commute allows.

    Args:
        rotations: A circuit of rotations.
        row_columns: The columns whose values are each row's own.
        dimension: 2^qubits.
    """
    left = list(rotations)
    steps: list[Step] = []
    shared = False
    while left:
        taken: list[Operation] = []
        kept: list[Operation] = []
        for rotation in left:
            if is_shared(rotation, row_columns) is shared and all(commutes(rotation, other) for other in kept):
                taken.append(rotation)
            else:
                kept.append(rotation)
        if taken:
            steps.append(Step(tuple(taken), shared and len(taken) >= _MATRIX_PAYS.get(dimension, len(taken) + 1)))
        left, shared = kept, not shared
    return steps


def take_factors(rotations: Sequence[Operation], num_qubits: int) -> tuple[list[list[Operation]], list[Operation]]:
    """Takes out the rotations of single qubits that can come before all others.

    Args:
        rotations: A circuit of rotations.
        num_qubits: Its qubits.

    Returns:
        Those of each qubit, and all others; none are taken where the states of all qubits would be real.
    """
    factors: list[list[Operation]] = [[] for _ in range(num_qubits)]
    kept: list[Operation] = []
    for rotation in rotations:
        mask = rotation.x_mask | rotation.z_mask
        if mask.bit_count() == 1 and all(commutes(rotation, other) for other in kept):
            factors[mask.bit_length() - 1].append(rotation)
        else:
            kept.append(rotation)
    if all(rotation.x_mask & rotation.z_mask for factor in factors for rotation in factor):
        return [], list(rotations)
    return factors, kept


def is_shared(rotation: Operation, row_columns: frozenset[int]) -> bool:
    """Returns whether the angle of a rotation is the same for all rows."""
    return rotation.angle is None or rotation.angle.parameter not in row_columns


def commutes(rotation: Operation, other: Operation) -> bool:
    """Returns whether two rotations commute, whatever their angles."""
    return commute((rotation.x_mask, rotation.z_mask), (other.x_mask, other.z_mask))


def list_undone(steps: Sequence[Step], *, start_counts: bool, before: Sequence[Operation] = ()) -> list[bool]:
    """Returns for each rotation, in order, whether going backwards must undo it before it comes to what is earlier.

    Args:
        steps: The steps.
        start_counts: Whether the slopes of the state at the start are wanted.
        before: Rotations that come before all of them.
    """
    undone: list[bool] = []
    earlier = list(before)
    behind_matrix = start_counts
    for step in steps:
        for rotation in step.rotations:
            undone.append(behind_matrix or not all(commutes(rotation, other) for other in earlier))
            earlier.append(rotation)
        behind_matrix |= step.is_matrix
    return undone
