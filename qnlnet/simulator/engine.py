"""The exact simulator: expectation values and their full Jacobian for a batch of rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qnlnet.simulator.columns import Angle, Columns
from qnlnet.simulator.kernels import Program, run_row, run_rows
from qnlnet.simulator.program import compile_by_gate, compile_program
from qnlnet.simulator.rows import check_shape, read_rows

_BLOCK = 64  # rows that a kernel advances together: long enough to vectorise, short enough to stay in the cache
_BLOCK_AMPLITUDES = 2**20  # and fewer of them where states are so large that a block would take too much memory


class ExactSimulator:
    """Compiles a circuit once, then evaluates it for any number of rows of parameter values.

    Args:
        circuit: The circuit. What is not in `qnlnet.simulator.SUPPORTED_GATES` is translated into these by Qiskit:
            other standard gates, fixed unitaries, Cliffords, permutations, gates with a definition. A
            `PauliEvolutionGate` runs as its synthesis says, which is exact where its words commute. Angles may be any
            real expressions of the parameters.
        observables: Real sums of Pauli strings on the circuit's qubits.
        parameters: All free parameters, in the order of the columns of a row.

    Raises:
        UnsupportedCircuitError: A gate, an angle or an observable is not supported; the text names it.
    """

    def __init__(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], parameters: Sequence[Parameter]
    ) -> None:
        self.columns = Columns(parameters)
        self.program = compile_program(circuit, observables, self.columns)
        self._circuit, self._observables = circuit, tuple(observables)
        self.num_parameters = len(parameters)
        self.num_observables = len(observables)

    def values(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Returns the expectation values, shape (batch, observables), for `rows` of shape (batch, parameters)."""
        return self.run(read_rows(rows, self.num_parameters), want_jacobian=False)[0]

    def values_and_jacobian(self, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns values and derivatives.

        Args:
            rows: Parameter values, shape (batch, parameters), angles in radians; each row stands for itself.

        Returns:
            The expectation values, shape (batch, observables), and their derivatives, shape (batch, observables,
            parameters), both float64.

        Raises:
            ArgumentError: `rows` has another shape, or holds something that is no finite real number.
        """
        return self.run(read_rows(rows, self.num_parameters), want_jacobian=True)

    def compile_by_gate(self) -> tuple[Program, tuple[Angle, ...]]:
        """Compiles the circuit again, with one parameter for each rotation; see `qnlnet.simulator.program`."""
        return compile_by_gate(self._circuit, self._observables, self.columns)

    def run(self, rows: NDArray[np.float64], want_jacobian: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Does what the methods above do, for rows that are known to be C-contiguous, float64 and finite.

        Raises:
            ArgumentError: `rows` has another shape.
        """
        check_shape(rows, self.num_parameters)
        values, jacobian = run_program(self.program, self.columns.append_to(rows), want_jacobian)
        if want_jacobian and self.columns.expressions:
            split = self.num_parameters
            jacobian = jacobian[..., :split] + jacobian[..., split:] @ self.columns.jacobian(rows)
        return values, jacobian


def run_program(
    program: Program, rows: NDArray[np.float64], want_jacobian: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Runs a program.

    Args:
        program: What to run.
        rows: Shape (batch, parameters of the program), C-contiguous.
        want_jacobian: Whether the derivatives are computed.

    Returns:
        The expectation values, shape (batch, observables), and their derivatives, shape (batch, observables,
        parameters of the program), or with a batch of none.
    """
    observables, parameters = int(program.counts[0]), int(program.counts[1])
    values = np.empty((len(rows), observables))
    jacobian = np.empty((len(rows) if want_jacobian else 0, observables, parameters))
    if len(rows) == 1:
        run_row(program, rows, values, jacobian, want_jacobian)
    else:
        run_rows(program, rows, values, jacobian, want_jacobian, block_of(program))
    return values, jacobian


def block_of(program: Program) -> int:
    """Returns how many rows the kernels advance together."""
    return max(1, min(_BLOCK, _BLOCK_AMPLITUDES // len(program.parity)))
