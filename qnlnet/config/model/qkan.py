"""The settings of a quantum-inspired Kolmogorov–Arnold network (Jiang et al. 2025, arXiv 2509.14026)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_SMALLEST = 28  # pixels in height and width: of fewer nothing is left behind three convolutions and poolings


class QKANConfig(CircuitConfig):
    """CNN → a function of one number for each pair of a feature and a class, a qubit's each → their sums.

    Attributes:
        reps: How often a qubit reads its feature in.
        readout: What a qubit gives: ``z``, ⟨Z⟩; ``amplitude``, |ψ₀| − |ψ₁|, which is no observable's expectation value.
        silu: Whether SiLU of each feature, times a weight that begins as 0.5, is added to what its qubit gives.
        layer: ``quantum`` trains the qubits; ``frozen`` leaves their weights as drawn. In their place, to compare:
            ``fourier``, a trigonometric polynomial of degree `reps` for each pair; ``mlp``, two hidden layers of 20
            units; ``linear``.
    """

    title: ClassVar[str] = "QKAN"
    spoken: ClassVar[tuple[str, ...]] = ("readout", "silu", "layer", "reps")
    num_qubits: ClassVar[int] = 1

    name: Literal["qkan"] = "qkan"
    reps: Repetitions = 3
    readout: Literal["z", "amplitude"] = "z"
    silu: bool = False
    layer: Literal["quantum", "frozen", "fourier", "mlp", "linear"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        self.check_smallest(run.data, _SMALLEST, "Three convolutions and poolings leave nothing of fewer.")
        if not self.runs_circuit:
            self.check_left_out("readout", why=f"layer={self.layer}")
        if self.layer in ("mlp", "linear"):
            self.check_left_out("reps", "silu", why=f"layer={self.layer}")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)
        if self.readout == "amplitude" and run.backend.name != "exact":
            advice = "It is no expectation value."
            raise argument_error("model.readout", f"be z with backend={run.backend.name}", self.readout, advice)

    def name_endings(self) -> list[str]:
        endings: list[str] = [] if self.readout == "z" else [self.readout]
        endings += ["silu"] if self.silu else []
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained qubits", "frozen": "frozen qubits", "mlp": "MLP"}.get(self.layer, self.layer)
        words = [self.name, what]
        words += [f"{self.reps} repetitions"] if self.layer not in ("mlp", "linear") else []
        words += [{"z": "⟨Z⟩", "amplitude": "|ψ₀| − |ψ₁|"}[self.readout]] if self.runs_circuit else []
        return [*words, *(["SiLU"] if self.silu else [])]
