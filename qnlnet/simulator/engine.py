"""The exact simulator: expectation values and their full Jacobian for a batch of rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.errors import argument_error
from qnlnet.simulator.kernels import run_row, run_rows
from qnlnet.simulator.program import compile_program

_BLOCK = 64  # rows that a kernel advances together: long enough to vectorise, short enough to stay in the cache
_BLOCK_AMPLITUDES = 2**20  # and fewer of them where states are so large that a block would take too much memory


class ExactSimulator:
    """Compiles a circuit once, then evaluates it for any number of rows of parameter values.

    Args:
        circuit: The circuit; see `qnlnet.simulator.gates.SUPPORTED_GATES`.
        observables: Real sums of Pauli strings on the circuit's qubits.
        parameters: All free parameters, in the order of the columns of a row.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported; the text names it.
    """

    def __init__(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], parameters: Sequence[Parameter]
    ) -> None:
        self.program = compile_program(circuit, observables, parameters)
        self.num_parameters = len(parameters)
        self.num_observables = len(observables)

    def values(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Returns the expectation values, shape (batch, observables), for `rows` of shape (batch, parameters)."""
        return self._run(rows, want_jacobian=False)[0]

    def values_and_jacobian(self, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns values and derivatives.

        Args:
            rows: Parameter values, shape (batch, parameters), angles in radians; each row stands for itself.

        Returns:
            The expectation values, shape (batch, observables), and their derivatives, shape (batch, observables,
            parameters), both float64.

        Raises:
            ArgumentError: `rows` has another shape.
        """
        return self._run(rows, want_jacobian=True)

    def _run(self, rows: ArrayLike, want_jacobian: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        array = np.ascontiguousarray(rows, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != self.num_parameters:
            raise argument_error("rows", f"have the shape (batch, {self.num_parameters})", array.shape)
        values = np.empty((len(array), self.num_observables))
        jacobian = np.empty((len(array) if want_jacobian else 0, self.num_observables, self.num_parameters))
        if len(array) == 1:
            run_row(self.program, array, values, jacobian, want_jacobian)
        else:
            block = max(1, min(_BLOCK, _BLOCK_AMPLITUDES // len(self.program.parity)))
            run_rows(self.program, array, values, jacobian, want_jacobian, block)
        return values, jacobian
