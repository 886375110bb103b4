"""A circuit and its observables, compiled once into the arrays that the kernels run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import UnsupportedCircuitError
from qnlnet.simulator.clifford import absorb_cliffords
from qnlnet.simulator.columns import Angle, Columns
from qnlnet.simulator.gates import Operation, Pauli, translate_circuit
from qnlnet.simulator.initial_state import State, prepare_state
from qnlnet.simulator.kernels import Program
from qnlnet.simulator.light_cone import find_light_cone

Term = tuple[int, Pauli, float]  # observable, Pauli string, coefficient


def compile_program(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], columns: Columns | Sequence[Parameter]
) -> Program:
    """Compiles `circuit` and `observables`.

    Gates outside the light cone of all observables are dropped together with the qubits that nothing acts on, gates
    without parameters at the start become part of the initial state, and Clifford gates of the observables, so that
    rotations remain. All of it is exact.

    Args:
        circuit: The circuit; see `qnlnet.simulator.SUPPORTED_GATES`.
        observables: Real sums of Pauli strings on the circuit's qubits.
        columns: What the columns of a row are; gets a column more for each expression among the circuit's angles. Or
            the parameters alone.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported.
    """
    columns = columns if isinstance(columns, Columns) else Columns(columns)
    operations, terms = _read_what_acts(circuit, observables, columns)
    return _compile(operations, terms, len(observables), len(columns))


def compile_by_gate(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], columns: Columns
) -> tuple[Program, tuple[Angle, ...]]:
    """Does what `compile_program` does, with one parameter for each rotation, which is its angle.

    Returns:
        The program, and for each of its parameters the angle as a function of `columns`.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported.
    """
    operations, terms = _read_what_acts(circuit, observables, columns)
    angles: list[Angle] = []
    for position, operation in enumerate(operations):
        if operation.angle is not None and operation.angle.parameter is not None:
            operations[position] = replace(operation, angle=Angle(len(angles), 1.0, 0.0))
            angles.append(operation.angle)
    return _compile(operations, terms, len(observables), len(angles)), tuple(angles)


def _read_what_acts(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], columns: Columns
) -> tuple[list[Operation], list[Term]]:
    """Returns the operations in the light cone of the observables, and the terms of these."""
    operations, wires = read_circuit(circuit, columns)
    terms = [term for index, observable in enumerate(observables) for term in read_observable(index, observable, wires)]
    return keep_light_cone(operations, terms), terms


def read_circuit(circuit: QuantumCircuit, columns: Columns) -> tuple[list[Operation], tuple[int, ...]]:
    """Does what `translate_circuit` does, and refuses parameters that are not among the columns.

    Raises:
        UnsupportedCircuitError: A gate or an angle is not supported, or there is such a parameter.
    """
    if missing := sorted(p.name for p in set(circuit.parameters) - set(columns.parameters)):
        raise UnsupportedCircuitError(f"No order is given for the parameters {missing}.")
    return translate_circuit(circuit, columns)


def keep_light_cone(operations: list[Operation], terms: Sequence[Term]) -> list[Operation]:
    """Returns the operations that can reach one of the Pauli strings of `terms`."""
    cone = find_light_cone(operations, [string for _, string, _ in terms])
    return [operations[position] for position in cone.reaching]


def shrink(
    operations: list[Operation], terms: list[Term], *, least: int = 1
) -> tuple[State, list[Operation], list[Term]]:
    """Leaves out qubits on which nothing acts, and what is the same for all parameters before anything else.

    Args:
        operations: The circuit.
        terms: The Pauli strings that are measured.
        least: Qubits that are left at least.

    Returns:
        The state that the circuit starts from, and the circuit and the strings that are left.
    """
    operations, terms, num_qubits = _renumber_qubits(operations, terms, least)
    prefix, operations = _split_constant_prefix(operations)
    return prepare_state(prefix, num_qubits), operations, terms


def _compile(operations: list[Operation], terms: list[Term], observables: int, parameters: int) -> Program:
    initial_state, operations, terms = shrink(operations, terms)
    rotations, strings = absorb_cliffords(operations, [string for _, string, _ in terms])
    terms = [(index, string, sign * c) for (index, _, c), (sign, string) in zip(terms, strings, strict=True)]
    return pack(rotations, terms, initial_state, observables, parameters)


def read_observable(index: int, observable: SparsePauliOp, wires: Sequence[int]) -> list[Term]:
    """Returns the terms of the observable with number `index`, on the qubits that `translate_circuit` moved to.

    Raises:
        UnsupportedCircuitError: It is no real sum of Pauli strings on the circuit's qubits.
    """
    if not isinstance(observable, SparsePauliOp):
        raise UnsupportedCircuitError(
            f"An observable must be a SparsePauliOp, but is a {type(observable).__name__}. Convert it first."
        )
    if observable.num_qubits != len(wires):
        raise UnsupportedCircuitError(
            f"An observable must act on the circuit's {len(wires)} qubits, but acts on {observable.num_qubits}."
        )
    if observable.parameters or not np.allclose(np.asarray(observable.coeffs, dtype=complex).imag, 0):
        raise UnsupportedCircuitError("An observable must be a real sum of Pauli strings, but has other coefficients.")
    terms: list[Term] = []
    for letters, qubits, coefficient in observable.to_sparse_list():
        x = _mask(wires[qubit] for letter, qubit in zip(letters, qubits, strict=True) if letter in "XY")
        z = _mask(wires[qubit] for letter, qubit in zip(letters, qubits, strict=True) if letter in "YZ")
        terms.append((index, (x, z), float(complex(coefficient).real)))
    return terms


def _mask(qubits: Iterable[int]) -> int:
    return sum(1 << qubit for qubit in qubits)


def _renumber_qubits(
    operations: list[Operation], terms: list[Term], least: int
) -> tuple[list[Operation], list[Term], int]:
    """Leaves out the qubits on which neither an operation nor an observable acts."""
    used = {qubit for operation in operations for qubit in operation.qubits}
    occupied = 0
    for _, (x, z), _ in terms:
        occupied |= x | z
    used |= {qubit for qubit in range(occupied.bit_length()) if occupied >> qubit & 1}
    place = {qubit: index for index, qubit in enumerate(sorted(used))}

    def move(mask: int) -> int:
        return _mask(index for qubit, index in place.items() if mask >> qubit & 1)

    moved = [
        replace(
            operation,
            qubits=tuple(place[qubit] for qubit in operation.qubits),
            x_mask=move(operation.x_mask),
            z_mask=move(operation.z_mask),
        )
        for operation in operations
    ]
    return moved, [(index, (move(x), move(z)), c) for index, (x, z), c in terms], max(least, len(place))


def _split_constant_prefix(operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
    """Splits off the operations without parameters that can run before all others."""
    prefix: list[Operation] = []
    rest: list[Operation] = []
    blocked: set[int] = set()
    for operation in operations:
        constant = operation.angle is None or operation.angle.parameter is None
        if constant and blocked.isdisjoint(operation.qubits):
            prefix.append(operation)
        else:
            rest.append(operation)
            blocked.update(operation.qubits)
    return prefix, rest


def pack(
    rotations: list[Operation], terms: list[Term], initial_state: State, observables: int, parameters: int
) -> Program:
    """Returns rotations and the terms of observables as the arrays that the kernels run."""
    angles = [rotation.angle for rotation in rotations if rotation.angle is not None]
    distinct = list(dict.fromkeys(angles))
    place = {angle: index for index, angle in enumerate(distinct)}
    with_parameter = [position for position, angle in enumerate(angles) if angle.parameter is not None]
    generators = [(rotation.x_mask, rotation.z_mask) for rotation in rotations]
    ys = [(x & z).bit_count() for x, z in generators]
    coefficients = [c * 1j ** (x & z).bit_count() for _, (x, z), c in terms]
    return Program(
        rotations=np.array(
            [(x, z, place[angle], y % 2) for (x, z), angle, y in zip(generators, angles, ys, strict=True)], np.int64
        ).reshape(-1, 4),
        signs=np.array([-1.0 if y % 4 >= 2 else 1.0 for y in ys]),
        angle_parameters=np.array([-1 if a.parameter is None else a.parameter for a in distinct], np.int64),
        angle_coefficients=np.array([(a.scale, a.offset) for a in distinct], np.float64).reshape(-1, 2),
        terms=np.array([(index, x, z) for index, (x, z), _ in terms], np.int64).reshape(-1, 3),
        term_coefficients=np.array([(c.real, c.imag) for c in coefficients], np.float64).reshape(-1, 2),
        initial_state=np.stack([initial_state.real, initial_state.imag]),
        parity=np.array([1.0 - 2.0 * (index.bit_count() % 2) for index in range(len(initial_state))]),
        counts=np.array([observables, parameters, with_parameter[0] if with_parameter else len(rotations)], np.int64),
    )
