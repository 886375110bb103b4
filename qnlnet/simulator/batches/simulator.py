"""Many rows through one circuit whose weights they share: outputs, and the gradient of any weighted sum of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import argument_error
from qnlnet.simulator.batches.components import find_components
from qnlnet.simulator.batches.expressions import Array, Expressions, Gradient, Wanted
from qnlnet.simulator.batches.groups import Components
from qnlnet.simulator.batches.part import Part
from qnlnet.simulator.batches.plan import Amplitudes, make_plan
from qnlnet.simulator.batches.readout import Expectations, Outcomes, Readout
from qnlnet.simulator.batches.series import SeriesPart, make_part
from qnlnet.simulator.columns import Columns
from qnlnet.simulator.gates import Operation
from qnlnet.simulator.initial_state import State
from qnlnet.simulator.program import keep_light_cone, read_circuit, read_observable, shrink
from qnlnet.simulator.rows import check_real_and_finite

_EVERYTHING = Wanted()
_FEW_QUBITS = 4  # up to here one matrix is as fast as the components of a circuit


@dataclass(frozen=True)
class Probabilities:
    """Probabilities of what measuring some qubits gives, as outputs of a circuit.

    Attributes:
        qubits: The measured qubits; bit k of an outcome is the k-th of them. None measures all.
        outcomes: Whose probabilities are wanted, in this order; None wants all 2^qubits.
    """

    qubits: tuple[int, ...] | None = None
    outcomes: tuple[int, ...] | None = None


class BatchSimulator:
    """Compiles a circuit once, then evaluates it for many rows that share the values of some parameters.

    Runs of gates whose angles the rows share become matrices, so that their number costs nothing where rows are many.
    A row gives the same numbers, to the bit, whichever rows stand beside it and however many threads run.

    Rows have the amplitudes first, if there are any, real parts and then imaginary parts, and then the angles in
    radians. They are computed in their own type, float32 or float64.

    Args:
        circuit: The circuit; see `ExactSimulator` for its gates.
        measured: Observables, real sums of Pauli strings; or probabilities.
        row_parameters: The parameters whose values are each row's own, in the order of its columns.
        shared_parameters: The parameters whose values rows share, in order.
        amplitudes: How the amplitudes stand in a row; None where the circuit starts from |0…0⟩.
        names: What errors call the rows and the shared values.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported; the text names it.
        ArgumentError: A measured qubit or an outcome is not there.
    """

    def __init__(
        self,
        circuit: QuantumCircuit,
        measured: Sequence[SparsePauliOp] | Probabilities,
        row_parameters: Sequence[Parameter],
        shared_parameters: Sequence[Parameter] = (),
        *,
        amplitudes: Amplitudes | None = None,
        names: tuple[str, str] = ("rows", "shared"),
    ) -> None:
        columns = Columns([*row_parameters, *shared_parameters])
        operations, wires = read_circuit(circuit, columns)
        readout = _read(measured, wires)
        operations = keep_light_cone(operations, readout.terms)
        given = 0 if amplitudes is None else (1 + amplitudes.are_complex) * amplitudes.count
        self._expressions = Expressions(columns, len(row_parameters), given)
        self._names = names
        self.num_outputs = readout.count
        self.num_columns = given + len(row_parameters)
        self.num_shared = len(shared_parameters)
        self._parts = self._compile(operations, readout, amplitudes, len(wires))

    def values(self, rows: ArrayLike, shared: ArrayLike = (), *, threads: int = 1) -> Array:
        """Returns the outputs.

        Args:
            rows: Shape (rows, columns); with copies (copies, rows, columns), or as before where copies see the same.
            shared: Shape (shared,); (copies, shared) for copies of the circuit with weights of their own.
            threads: How many threads may run at a time.

        Returns:
            Shape (rows, outputs), or (copies, rows, outputs).

        Raises:
            ArgumentError: A shape does not fit, or a number is no finite real one.
        """
        return self._run(rows, shared, None, _EVERYTHING, threads)[0]

    def vjp(
        self,
        rows: ArrayLike,
        shared: ArrayLike,
        cotangent: ArrayLike,
        *,
        wanted: Wanted = _EVERYTHING,
        threads: int = 1,
    ) -> tuple[Array, Gradient]:
        """Returns the outputs and the gradient of the sum of all outputs weighted with `cotangent`.

        Args:
            rows: As for `values`.
            shared: As for `values`.
            cotangent: The weights of the outputs, in their shape.
            wanted: What is computed. Other outputs and slopes of rows come without rows, those of what rows share as
                zeros.
            threads: How many threads may run at a time.

        Raises:
            ArgumentError: A shape does not fit, or a number is no finite real one.
        """
        values, gradient = self._run(rows, shared, np.asarray(cotangent), wanted, threads)
        assert gradient is not None
        return values, gradient

    def _compile(
        self, operations: list[Operation], readout: Readout, amplitudes: Amplitudes | None, num_qubits: int
    ) -> Part | SeriesPart | Components:
        start: State | Amplitudes
        if amplitudes is not None:
            if amplitudes.count != 1 << num_qubits:
                raise argument_error("amplitudes", f"be {1 << num_qubits} in number", amplitudes.count)
            start, num_qubits = amplitudes, max(2, num_qubits)
        else:
            if isinstance(readout, Expectations) and num_qubits > _FEW_QUBITS:
                components, carried = find_components(operations, readout.terms)
                if len(components) > 1:
                    return Components(components, carried, readout.count, self._expressions)
            start, operations, terms = shrink(operations, list(readout.terms), least=2)
            readout, num_qubits = readout.on(terms), len(start).bit_length() - 1
        places = self._expressions.row_columns, self._expressions.shared_columns
        plan = make_plan(operations, readout, start, num_qubits, *places)
        return make_part(plan, self.num_columns + self._expressions.num_in_rows)

    def _run(
        self, rows: ArrayLike, shared: ArrayLike, cotangent: NDArray | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        rows, shared = (_read_numbers(name, part) for name, part in zip(self._names, (rows, shared), strict=True))
        shared = shared.astype(np.float64, copy=False)
        copies = len(shared) if shared.ndim == 2 else None
        self._check_shapes(rows, shared, copies)
        shape = (*(() if copies is None else (copies,)), rows.shape[-2], self.num_outputs)
        if cotangent is not None:
            if cotangent.shape != shape:
                raise argument_error("cotangent", f"have the shape {shape}", cotangent.shape)
            cotangent = _for_kernels(np.ascontiguousarray(cotangent, rows.dtype))
        stacked = _for_kernels(shared.reshape(copies or 1, -1))
        all_rows = rows[np.newaxis] if copies is None else np.broadcast_to(rows, (copies, *rows.shape[-2:]))
        all_rows = _for_kernels(np.ascontiguousarray(all_rows))
        weights = None if cotangent is None else cotangent.reshape(len(stacked), *shape[-2:])
        numbers, common = self._expressions.append_to(all_rows, stacked)
        needed = self._expressions.what_is_needed(wanted)
        values, gradient = self._parts.run(numbers, common, weights, needed, threads)
        if gradient is not None:
            by_rows, by_shared = self._expressions.chain(all_rows, stacked, gradient)
            if copies is None:
                by_rows, by_shared = by_rows[0], by_shared[0]
            elif rows.ndim == 2:
                by_rows = by_rows.sum(axis=0)
            gradient = Gradient(by_rows, by_shared)
        return values[0] if copies is None else values, gradient

    def _check_shapes(self, rows: Array, shared: NDArray[np.float64], copies: int | None) -> None:
        if shared.ndim not in (1, 2) or shared.shape[-1] != self.num_shared:
            raise argument_error(self._names[1], f"have the shape ({self.num_shared},) or one more axis", shared.shape)
        fits = rows.ndim == 2 or (rows.ndim == 3 and copies == len(rows))
        if not fits or rows.shape[-1] != self.num_columns:
            wanted = f"have the shape (rows, {self.num_columns})"
            wanted += "" if copies is None else f", or ({copies}, rows, {self.num_columns})"
            raise argument_error(self._names[0], wanted, rows.shape)


def _read_numbers(name: str, numbers: ArrayLike) -> Array:
    array = np.asarray(numbers)
    if array.dtype not in (np.float32, np.float64):
        if np.iscomplexobj(array):
            check_real_and_finite(name, array)
        array = array.astype(np.float64)
    if not math.isfinite(array.sum()):
        check_real_and_finite(name, array)
    return np.ascontiguousarray(array)


def _for_kernels(array: NDArray) -> NDArray:
    """Returns an array that can be written: for others the kernels would be compiled a second time."""
    return array if array.flags.writeable else array.copy()


def _read(measured: Sequence[SparsePauliOp] | Probabilities, wires: Sequence[int]) -> Readout:
    if not isinstance(measured, Probabilities):
        terms = [term for index, each in enumerate(measured) for term in read_observable(index, each, wires)]
        return Expectations(tuple(terms), len(measured))
    qubits = tuple(range(len(wires)) if measured.qubits is None else measured.qubits)
    if len({*qubits}) < len(qubits) or not {*qubits} <= {*range(len(wires))}:
        raise argument_error("qubits", f"name different qubits from 0 to {len(wires) - 1}", qubits)
    outcomes = tuple(range(1 << len(qubits)) if measured.outcomes is None else measured.outcomes)
    if not all(0 <= outcome < 1 << len(qubits) for outcome in outcomes):
        raise argument_error("outcomes", f"be numbers from 0 to {(1 << len(qubits)) - 1}", outcomes)
    terms = [(bit, (0, 1 << wires[qubit]), 1.0) for bit, qubit in enumerate(qubits)]
    return Outcomes(tuple(terms), outcomes)
