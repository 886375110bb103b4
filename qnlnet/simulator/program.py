"""A circuit and its observables, compiled once into the arrays that the kernels run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import UnsupportedCircuitError
from qnlnet.simulator.gates import ROTATION, Angle, Operation, translate_circuit
from qnlnet.simulator.kernels import Program, evolve
from qnlnet.simulator.light_cone import Pauli, find_light_cone

Term = tuple[int, Pauli, complex]  # observable, Pauli string, coefficient that includes the string's i^|x∧z|


def compile_program(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], parameters: Sequence[Parameter]
) -> Program:
    """Compiles `circuit` and `observables` with parameters in the given order.

    Gates outside the light cone of all observables are dropped together with the qubits that nothing acts on, and
    gates without parameters at the start are folded into the initial state. Both are exact.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported.
    """
    missing = set(circuit.parameters) - set(parameters)
    if missing:
        raise UnsupportedCircuitError(f"No order is given for the parameters {sorted(p.name for p in missing)}.")
    operations, wires = translate_circuit(circuit, {parameter: index for index, parameter in enumerate(parameters)})
    terms = [term for index, observable in enumerate(observables) for term in read_observable(index, observable, wires)]
    cone = find_light_cone(operations, [string for _, string, _ in terms])
    operations = [operations[position] for position in cone.reaching]
    operations, terms, num_qubits = _renumber_qubits(operations, terms)
    prefix, operations = _split_constant_prefix(operations)
    initial_state = _fold_prefix(prefix, num_qubits)
    return _pack(operations, terms, initial_state, len(observables), len(parameters))


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
        terms.append((index, (x, z), complex(coefficient) * 1j ** (x & z).bit_count()))
    return terms


def _mask(qubits: Iterable[int]) -> int:
    return sum(1 << qubit for qubit in qubits)


def _renumber_qubits(operations: list[Operation], terms: list[Term]) -> tuple[list[Operation], list[Term], int]:
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
    return moved, [(index, (move(x), move(z)), c) for index, (x, z), c in terms], max(1, len(place))


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


def _fold_prefix(prefix: list[Operation], num_qubits: int) -> NDArray[np.float64]:
    """Returns the state, shape (2, 2^qubits), that the operations without parameters make of |0…0⟩."""
    zero = np.zeros((2, 1 << num_qubits))
    zero[0, 0] = 1.0
    return evolve(_pack(prefix, [], zero, 0, 0), np.empty(0))


def _pack(
    operations: list[Operation],
    terms: list[Term],
    initial_state: NDArray[np.float64],
    observables: int,
    parameters: int,
) -> Program:
    angles = list(dict.fromkeys(operation.angle for operation in operations if operation.angle is not None))
    place = {angle: index for index, angle in enumerate(angles)}
    with_parameter = [i for i, op in enumerate(operations) if op.angle is not None and op.angle.parameter is not None]
    first = with_parameter[0] if with_parameter else len(operations)
    return Program(
        operations=np.array([_row(operation, place) for operation in operations], np.int64).reshape(-1, 5),
        signs=np.array([-1.0 if (op.x_mask & op.z_mask).bit_count() % 4 >= 2 else 1.0 for op in operations]),
        angle_parameters=np.array([-1 if a.parameter is None else a.parameter for a in angles], np.int64),
        angle_coefficients=np.array([(a.scale, a.offset) for a in angles], np.float64).reshape(-1, 2),
        terms=np.array([(index, x, z) for index, (x, z), _ in terms], np.int64).reshape(-1, 3),
        term_coefficients=np.array([(c.real, c.imag) for _, _, c in terms], np.float64).reshape(-1, 2),
        initial_state=np.ascontiguousarray(initial_state),
        parity=np.array([1.0 - 2.0 * (index.bit_count() % 2) for index in range(initial_state.shape[1])]),
        counts=np.array([observables, parameters, first], np.int64),
    )


def _row(operation: Operation, place: dict[Angle, int]) -> tuple[int, int, int, int, int]:
    if operation.kind == ROTATION:
        assert operation.angle is not None
        odd = (operation.x_mask & operation.z_mask).bit_count() % 2
        return operation.kind, operation.x_mask, operation.z_mask, place[operation.angle], odd
    masks = [1 << qubit for qubit in operation.qubits]
    return operation.kind, masks[0], masks[-1], -1, 0
