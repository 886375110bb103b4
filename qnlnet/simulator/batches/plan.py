"""How a batch of rows goes through a circuit: rotations that are each row's own, and matrices that all rows share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.batches.grouping import MOST_WITH_MATRICES, Step, group_rotations, list_undone, take_factors
from qnlnet.simulator.batches.readout import Expectations, Readout
from qnlnet.simulator.clifford import absorb_cliffords
from qnlnet.simulator.gates import CX, HADAMARD, ROTATION, Angle, Operation
from qnlnet.simulator.initial_state import State, apply_operation


class Plan(NamedTuple):
    """What the kernels run. The dimension is 2ⁿ with n at least 2; `NDArray` alone is of the type that is computed in.

    Attributes:
        rotations: Shape (rotations, 5): x mask and z mask of the generator i^|x∧z| Xˣ Zᶻ; 1 where −i·i^|x∧z| is real,
            else 0; angle; 1 where going backwards must undo it, else 0.
        signs: Of −i·i^|x∧z|, shape (rotations,).
        steps: Shape (steps, 7): first rotation, last one + 1; matrix, −1 for one by one; parts of the states before
            and behind, 1 where they are real, else 2; 1 where `closing` is a part of the matrix; which state of the
            working space it acts on.
        angle_columns: Where each parameter stands: in a row for the angles of rows, which come first, else among
            what rows share; −1 for a constant; shape (angles,).
        angle_coefficients: Scale and offset in radians, shape (angles, 2).
        factors: Of each qubit its first rotation and its last one + 1, where qubits turn one by one before they meet:
            masks are 0 and 1 there. Shape (qubits, 2), or without rows.
        start: Real and imaginary parts of the state that rows begin with, shape (2 · dimension,).
        closing: The Clifford gates at the end, as a real matrix, shape (2 · dimension, 2 · dimension), or empty.
        parity: (−1)^(number of ones in the index), shape (dimension,).
        diagonal: The diagonals of what is measured, shape (outputs rounded up to 4, dimension); without rows where
            there are other entries.
        diagonal_transposed: The same, transposed.
        terms: Otherwise the terms of the observables: output, x mask, z mask; shape (terms, 3).
        term_coefficients: Their real and imaginary parts, with the factor i^|x∧z|, shape (terms, 2).
        counts: Outputs; columns of amplitudes; whether these are normalised; angles of rows; matrices; parts of the
            final states; amplitudes of a row, each in one column or, if they are complex, in two; the first step with
            an angle that rows share.
    """

    rotations: NDArray[np.int64]
    signs: NDArray
    steps: NDArray[np.int64]
    angle_columns: NDArray[np.int64]
    angle_coefficients: NDArray[np.float64]
    factors: NDArray[np.int64]
    start: NDArray
    closing: NDArray[np.float64]
    parity: NDArray
    diagonal: NDArray
    diagonal_transposed: NDArray
    terms: NDArray[np.int64]
    term_coefficients: NDArray
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Amplitudes:
    """The first columns of a row are the state that it begins with.

    Attributes:
        count: How many there are, 2^qubits.
        are_complex: Whether as many imaginary parts stand behind the real ones.
        normalise: Whether they are divided by their norm; a vector of zeros stays one.
    """

    count: int
    are_complex: bool = False
    normalise: bool = True


def make_plan(
    operations: Sequence[Operation],
    measured: Readout,
    start: State | Amplitudes,
    num_qubits: int,
    row_columns: Mapping[int, int],
    shared_columns: Mapping[int, int],
) -> Plan:
    """Returns the plan of a circuit.

    Args:
        operations: The circuit.
        measured: What its outputs are.
        start: The state that all rows begin with, shape (2^qubits,), or where each row has it.
        num_qubits: Qubits, at least 2; a circuit of one has an idle one beside it.
        row_columns: The columns whose values are each row's own, and where in a row they stand.
        shared_columns: The others, and where they stand among what rows share.
    """
    given = start if isinstance(start, Amplitudes) else None
    state = np.zeros(1 << num_qubits, np.complex128) if isinstance(start, Amplitudes) else start
    is_real = not given.are_complex if given else not state.imag.any()
    rotations, _ = absorb_cliffords(list(operations), [])
    cliffords = [operation for operation in operations if operation.kind != ROTATION]
    carried = measured.carry(cliffords)
    factors: list[list[Operation]] = []
    if given is None and 1 << num_qubits > MOST_WITH_MATRICES and state[0] == 1:
        factors, rotations = take_factors(rotations, num_qubits)
    before = [rotation for factor in factors for rotation in factor]
    steps = group_rotations(rotations, frozenset(row_columns), 1 << num_qubits)
    closes = False
    if carried.is_diagonal or (isinstance(carried, Expectations) and not measured.is_diagonal):
        measured = carried
    elif 1 << num_qubits <= MOST_WITH_MATRICES:
        closes = True
        if not steps or not steps[-1].is_matrix:
            steps.append(Step((), is_matrix=True))
    else:
        steps.append(Step(tuple(part for gate in cliffords for part in _as_rotations(gate)), is_matrix=False))
    ordered = [*before, *(rotation for step in steps for rotation in step.rotations)]
    angles = sorted(
        dict.fromkeys(rotation.angle for rotation in ordered if rotation.angle is not None),
        key=lambda angle: angle.parameter not in row_columns,
    )
    parts = [1 if is_real and not factors else 2]
    for step in steps:
        parts.append(parts[-1] if all(_has_odd_ys(rotation) for rotation in step.rotations) else 2)
    undone = [place > 0 for factor in factors for place in range(len(factor))]
    undone += list_undone(steps, start_counts=given is not None, before=before)
    is_diagonal = measured.is_diagonal
    diagonal = measured.diagonals(num_qubits)[: None if is_diagonal else 0]
    diagonal = np.pad(diagonal, ((0, -len(diagonal) % 4), (0, 0)))
    terms = measured.terms if isinstance(measured, Expectations) and not is_diagonal else ()
    coefficients = np.array([c * 1j ** (x & z).bit_count() for _, (x, z), c in terms], np.complex128)
    return Plan(
        rotations=_table_of_rotations([*map(_on_one_qubit, before), *ordered[len(before) :]], angles, undone),
        signs=np.array([-1.0 if _count_ys(rotation) % 4 >= 2 else 1.0 for rotation in ordered]),
        steps=_table_of_steps(steps, parts, len(before), closes=closes),
        angle_columns=np.array([_place(angle, row_columns, shared_columns) for angle in angles], np.int64),
        angle_coefficients=np.array([(a.scale, a.offset) for a in angles], np.float64).reshape(-1, 2),
        factors=_table_of_factors(factors),
        start=np.concatenate([state.real, state.imag]),
        closing=_as_matrix(cliffords, num_qubits) if closes else np.zeros((0, 0)),
        parity=1 - 2.0 * (np.bitwise_count(np.arange(1 << num_qubits)) % 2),
        diagonal=diagonal,
        diagonal_transposed=np.ascontiguousarray(diagonal.T),
        terms=np.array([(output, x, z) for output, (x, z), _ in terms], np.int64).reshape(-1, 3),
        term_coefficients=np.stack([coefficients.real, coefficients.imag], axis=1),
        counts=np.array(
            [
                measured.count,
                (1 + given.are_complex) * given.count if given else 0,
                given.normalise if given else 0,
                sum(angle.parameter in row_columns for angle in angles),
                sum(step.is_matrix for step in steps),
                parts[-1],
                given.count if given else 0,
                _first_shared(steps, before, row_columns),
            ],
            np.int64,
        ),
    )


def identify(plan: Plan) -> tuple[tuple[bytes, tuple[int, ...]], ...]:
    """Returns what is equal for equal plans."""
    return tuple((array.tobytes(), array.shape) for array in plan)


def cast_plan(plan: Plan, dtype: type[np.floating]) -> Plan:
    """Returns a plan that is computed in `dtype`; the closing matrix and the angles stay float64."""
    kept = {"angle_coefficients", "closing"}
    fields = plan._asdict().items()
    return Plan(**{k: v if k in kept or v.dtype == np.int64 else v.astype(dtype) for k, v in fields})


def _table_of_rotations(
    rotations: Sequence[Operation], angles: Sequence[Angle], undone: Sequence[bool]
) -> NDArray[np.int64]:
    place = {angle: index for index, angle in enumerate(angles)}
    rows = [
        (rotation.x_mask, rotation.z_mask, _has_odd_ys(rotation), place[rotation.angle], undo)
        for rotation, undo in zip(rotations, undone, strict=True)
        if rotation.angle is not None
    ]
    return np.array(rows, np.int64).reshape(-1, 5)


def _table_of_factors(factors: Sequence[Sequence[Operation]]) -> NDArray[np.int64]:
    ends = np.cumsum([0, *map(len, factors)], dtype=np.int64)
    return np.stack([ends[:-1], ends[1:]], axis=1)


def _on_one_qubit(rotation: Operation) -> Operation:
    return replace(rotation, x_mask=int(rotation.x_mask > 0), z_mask=int(rotation.z_mask > 0))


def _table_of_steps(steps: Sequence[Step], parts: Sequence[int], first: int, *, closes: bool) -> NDArray[np.int64]:
    rows = []
    matrix = 0
    for number, step in enumerate(steps):
        last = first + len(step.rotations)
        ends = closes and number == len(steps) - 1
        rows.append((first, last, matrix if step.is_matrix else -1, parts[number], parts[number + 1], ends, matrix))
        first, matrix = last, matrix + step.is_matrix
    return np.array(rows, np.int64).reshape(-1, 7)


def _first_shared(steps: Sequence[Step], before: Sequence[Operation], row_columns: Mapping[int, int]) -> int:
    if _has_shared(before, row_columns):
        return 0
    return next((n for n, step in enumerate(steps) if _has_shared(step.rotations, row_columns)), len(steps))


def _has_shared(rotations: Sequence[Operation], row_columns: Mapping[int, int]) -> bool:
    angles = [rotation.angle for rotation in rotations if rotation.angle is not None]
    return any(angle.parameter is not None and angle.parameter not in row_columns for angle in angles)


def _place(angle: Angle, row_columns: Mapping[int, int], shared_columns: Mapping[int, int]) -> int:
    if angle.parameter is None:
        return -1
    return (row_columns if angle.parameter in row_columns else shared_columns)[angle.parameter]


def _count_ys(rotation: Operation) -> int:
    return (rotation.x_mask & rotation.z_mask).bit_count()


def _has_odd_ys(rotation: Operation) -> bool:
    return _count_ys(rotation) % 2 == 1


def _as_matrix(cliffords: Sequence[Operation], num_qubits: int) -> NDArray[np.float64]:
    """Returns gates without angles as a matrix that acts on real and imaginary parts."""
    columns = np.eye(1 << num_qubits, dtype=np.complex128)
    for operation in cliffords:
        columns = apply_operation(operation, columns)
    whole = np.block([[columns.T.real, -columns.T.imag], [columns.T.imag, columns.T.real]])
    return np.ascontiguousarray(whole)  # another order in memory would be compiled for once more


def _as_rotations(gate: Operation) -> tuple[Operation, ...]:
    """Returns rotations by constant angles that are equal to H, CX or CZ up to a phase."""
    quarter = np.pi / 2
    first, second = 1 << gate.qubits[0], 1 << gate.qubits[-1]
    if gate.kind == HADAMARD:
        return _turn((first, first), quarter), _turn((first, 0), 2 * quarter)
    target = (second, 0) if gate.kind == CX else (0, second)
    both = (target[0], target[1] | first)
    return _turn((0, first), quarter), _turn(target, quarter), _turn(both, -quarter)


def _turn(string: tuple[int, int], angle: float) -> Operation:
    return Operation(ROTATION, (), *string, angle=Angle(None, 0.0, angle))
