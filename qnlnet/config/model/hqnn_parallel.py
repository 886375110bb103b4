"""The settings of HQNN-Parallel (Senokosov et al. 2023, arXiv 2304.09224)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Repetitions

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_SMALLEST = 4  # pixels in height and width: two poolings halve them
_MOST_UNITS = 4096


class HQNNParallelConfig(CircuitConfig):
    """CNN → dense → circuits side by side, each on its part of the units → linear head.

    Attributes:
        circuits: How many circuits stand side by side, each with weights of its own.
        num_qubits: Qubits of each; the dense layer has circuits · num_qubits units.
        circuit: What follows the encoding: ``strong`` or ``basic`` entangling layers.
        layers: Layers of it.
        measured: The Pauli whose expectation value every qubit gives.
        angles: How units become the angles of RX: ``tanh``, (π/2) · tanh of them; ``plain``, as they are.
        hidden: Units of a dense layer with ReLU before the other one; None for no such layer.
        batch_norm: Whether batch normalisation stands behind the dense layer, before its ReLU.
        layer: ``quantum`` trains the circuits; ``frozen`` leaves their weights as drawn. In their place, to compare:
            ``linear``, a linear layer with as many outputs; ``none``.
    """

    title: ClassVar[str] = "HQNN-Parallel"
    spoken: ClassVar[tuple[str, ...]] = ("circuit", "layer")

    name: Literal["hqnn_parallel"] = "hqnn_parallel"
    circuits: Repetitions = 4
    num_qubits: int = Field(default=5, strict=True, ge=1, le=12)
    circuit: Literal["strong", "basic"] = "strong"
    layers: Repetitions = 3
    measured: Literal["x", "y", "z"] = "y"
    angles: Literal["tanh", "plain"] = "tanh"
    hidden: int | None = Field(default=None, strict=True, ge=1, le=_MOST_UNITS)
    batch_norm: bool = True
    layer: Literal["quantum", "frozen", "linear", "none"] = "quantum"

    @property
    def width(self) -> int:
        """Units that the circuits see."""
        return self.circuits * self.num_qubits

    def check(self, run: "RunConfig") -> None:
        self.check_smallest(run.data, _SMALLEST, "It halves them twice.")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        if not self.runs_circuit:
            return [self.name, self.layer]
        state = "frozen" if self.layer == "frozen" else "trained"
        return [self.name, f"{self.circuits} × {self.num_qubits} qubits", f"{self.circuit} circuit", state]
