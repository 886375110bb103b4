"""The call of the engine at commit cf19cff; what compiles a circuit has not changed for these circuits since."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from benchmarks.previous_engine.kernels import Program, run_rows
from qnlnet.simulator.program import compile_program

_BLOCK = 64  # rows that a kernel advances together: long enough to vectorise, short enough to stay in the cache
_BLOCK_AMPLITUDES = 2**20  # and fewer of them where states are so large that a block would take too much memory


class PreviousEngine:
    """Compiles a circuit once, then gives values and the full Jacobian of any number of rows.

    Args:
        circuit: The circuit.
        observables: Real sums of Pauli strings.
        parameters: All free parameters, in the order of the columns of a row.
    """

    def __init__(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], parameters: Sequence[Parameter]
    ) -> None:
        compiled = compile_program(circuit, observables, parameters)
        self._program = Program(**{name: getattr(compiled, name) for name in Program._fields})
        self._shape = len(observables), len(parameters)

    def values_and_jacobian(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns values, shape (rows, observables), and derivatives, shape (rows, observables, parameters)."""
        values, jacobian = np.empty((len(rows), self._shape[0])), np.empty((len(rows), *self._shape))
        block = max(1, min(_BLOCK, _BLOCK_AMPLITUDES // len(self._program.parity)))
        run_rows(self._program, rows, values, jacobian, True, block)
        return values, jacobian
