"""What a torch layer asks of whatever evaluates its circuit."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from qnlnet.simulator.engine import run_program
from qnlnet.simulator.kernels import Program
from qnlnet.simulator.rows import check_real_and_finite

Evaluation = tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]


class Evaluator(Protocol):
    """Evaluates a circuit for rows of inputs and weights."""

    @property
    def one_pass(self) -> bool:
        """Whether values and Jacobian together cost no more than the Jacobian."""

    @property
    def gate_angles(self) -> "GateAngles | None":
        """The circuit by the angles of its gates, which gives second derivatives; None where there are none."""

    def evaluate(
        self, inputs: NDArray[np.float64], weights: NDArray[np.float64], *, values: bool, jacobian: bool
    ) -> Evaluation:
        """Returns what is wanted of expectation values and derivatives, None for what is not.

        Args:
            inputs: Shape (batch, inputs), radians.
            weights: Shape (weights,), radians; (batch, weights) where each row has weights of its own.
            values: Whether expectation values are wanted, shape (batch, observables).
            jacobian: Whether derivatives are wanted, shape (batch, observables, inputs + weights).

        Raises:
            ArgumentError: A number is not finite, or weights of each row's own are not possible.
        """


@dataclass(frozen=True)
class GateAngles:
    """A circuit whose parameters are the angles of its gates, each a Pauli rotation.

    Attributes:
        network: Evaluates it; the angles are its inputs, and it has no weights.
        matrix: With `offsets`, the angles as functions of inputs and weights: matrix · row + offsets; float64, shape
            (angles, inputs + weights).
        offsets: Radians, shape (angles,).
    """

    network: Evaluator
    matrix: Tensor
    offsets: Tensor


class ProgramEvaluator:
    """Evaluates a compiled program, whose parameters are the inputs.

    Args:
        program: What runs.
        gate_angles: The same circuit by the angles of its gates; None where the parameters are these.
    """

    one_pass = True

    def __init__(self, program: Program, gate_angles: GateAngles | None = None) -> None:
        self._program = program
        self._gate_angles = gate_angles

    @cached_property
    def gate_angles(self) -> GateAngles:
        """The circuit by the angles of its gates."""
        if self._gate_angles is not None:
            return self._gate_angles
        count = int(self._program.counts[1])
        return GateAngles(self, torch.eye(count, dtype=torch.float64), torch.zeros(count, dtype=torch.float64))

    def evaluate(
        self, inputs: NDArray[np.float64], weights: NDArray[np.float64], *, values: bool, jacobian: bool
    ) -> Evaluation:
        """Returns values and, where it is wanted, the Jacobian; there are no `weights`."""
        check_real_and_finite("angles", inputs)
        outputs, derivatives = run_program(self._program, np.ascontiguousarray(inputs), jacobian)
        return outputs if values else None, derivatives if jacobian else None
