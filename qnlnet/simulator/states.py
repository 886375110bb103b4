"""The states that a circuit makes, one for each row of parameter values: what fidelity kernels compare."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit

from qnlnet.simulator.clifford import absorb_cliffords
from qnlnet.simulator.columns import Columns
from qnlnet.simulator.engine import block_of
from qnlnet.simulator.gates import ROTATION, Operation, translate_circuit
from qnlnet.simulator.initial_state import apply_operation
from qnlnet.simulator.kernels import run_states
from qnlnet.simulator.program import pack
from qnlnet.simulator.rows import read_rows


class StateSimulator:
    """Compiles a circuit once, then computes its final state for any number of rows of parameter values.

    Nothing is left out, as every amplitude counts. Clifford gates are carried to the end, where those that undo each
    other vanish.

    Args:
        circuit: The circuit; see `ExactSimulator` for the gates.
        parameters: All free parameters, in the order of the columns of a row.

    Raises:
        UnsupportedCircuitError: A gate or an angle is not supported; the text names it.

    Example:
        >>> from qiskit.circuit.library import zz_feature_map
        >>> circuit = zz_feature_map(2)
        >>> states = StateSimulator(circuit, list(circuit.parameters)).states([[0.2, 0.4], [0.4, 0.2]])
        >>> round(float(abs(states[0].conj() @ states[1]) ** 2), 10)
        0.9358054446
    """

    def __init__(self, circuit: QuantumCircuit, parameters: Sequence[Parameter]) -> None:
        self.columns = Columns(parameters)
        operations, wires = translate_circuit(circuit, self.columns)
        rotations, _ = absorb_cliffords(operations, [])
        start = np.zeros(1 << circuit.num_qubits, np.complex128)
        start[0] = 1
        self._program = pack(rotations, [], start, 0, len(self.columns))
        self._last = _cancel([operation for operation in operations if operation.kind != ROTATION])
        self._order = _order_of_amplitudes(wires)

    def states(self, rows: ArrayLike) -> NDArray[np.complex128]:
        """Returns the states, shape (batch, 2^qubits), bit k of an index for qubit k, each up to a phase of its own.

        Args:
            rows: Parameter values, shape (batch, parameters), angles in radians.

        Raises:
            ArgumentError: `rows` has another shape, or holds something that is no finite real number.
        """
        numbers = self.columns.append_to(read_rows(rows, len(self.columns.parameters)))
        states = np.empty((len(numbers), len(self._program.parity)), np.complex128)
        if len(numbers):
            run_states(self._program, numbers, states, block_of(self._program))
        for operation in self._last:
            states = apply_operation(operation, states)
        return states if self._order is None else states[:, self._order]


def _cancel(cliffords: Sequence[Operation]) -> list[Operation]:
    """Returns the gates without pairs that undo each other: H, CX and CZ are their own inverses."""
    kept: list[Operation] = []
    for gate in cliffords:
        before = next((place for place in range(len(kept) - 1, -1, -1) if {*kept[place].qubits} & {*gate.qubits}), None)
        if before is not None and kept[before] == gate:
            del kept[before]
        else:
            kept.append(gate)
    return kept


def _order_of_amplitudes(wires: Sequence[int]) -> NDArray[np.int64] | None:
    """Returns where each amplitude lies, for the qubits on which SWAP gates have left them; None where they lie."""
    if list(wires) == list(range(len(wires))):
        return None
    index = np.arange(1 << len(wires))
    return sum(((index >> qubit & 1) << wire for qubit, wire in enumerate(wires)), np.zeros_like(index))
