"""The settings of the variational classifier with a ZZ feature map (Havlíček et al. 2019, arXiv 1804.11326)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class VQCConfig(CircuitConfig):
    """Principal components → ZZ feature map → layers of RY and CNOTs → parity of all bits → probability of a class.

    Attributes:
        num_qubits: Qubits, and principal components.
        reps: Repetitions of the feature map.
        ansatz_reps: Repetitions of CNOTs with RY behind them; RY stand before the first, too.
        bandwidth: Factor of the components, which the range of the training images scales to [0, 2π].
        head: What makes two scores of the parity: ``none``, the logarithms of (1 ± parity)/2; ``linear``, a linear
            function of it.
        layer: ``quantum``, the circuit; or in its place, to compare, ``frozen``, the circuit as drawn, which only goes
            with a head; ``linear``, a linear function of the angles, as in softmax regression.
    """

    title: ClassVar[str] = "VQC"
    is_binary: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("head", "layer", "num_qubits")

    name: Literal["vqc"] = "vqc"
    num_qubits: int = Field(default=4, strict=True, ge=2, le=12)
    reps: Repetitions = 2
    ansatz_reps: int = Field(default=3, strict=True, ge=0, le=256)
    bandwidth: float = Field(gt=0, le=1e6)
    head: Literal["none", "linear"] = "none"
    layer: Literal["quantum", "frozen", "linear"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        if not self.runs_circuit:
            self.check_left_out("reps", "ansatz_reps", why="layer=linear")
        if self.layer == "frozen" and self.head == "none":
            advice = "Nothing would be trained."
            raise argument_error("model.head", "be linear with layer=frozen", self.head, advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_parts(self) -> list[str]:
        return [self.name, f"{self.num_qubits}q"]

    def name_endings(self) -> list[str]:
        endings = ["head"] if self.head == "linear" else []
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuit", "frozen": "frozen circuit", "linear": "linear"}[self.layer]
        size = f"{self.num_qubits} qubits" if self.runs_circuit else f"{self.num_qubits} components"
        return [self.name, size, what, *(["linear head"] if self.head == "linear" else [])]
