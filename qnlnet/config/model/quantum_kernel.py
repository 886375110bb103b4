"""The settings of support vector machines with a fidelity kernel (Havlíček et al. 2019, arXiv 1804.11326)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.base import ModelConfig
from qnlnet.config.section import Count, Repetitions, Strength
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class QuantumKernelConfig(ModelConfig):
    """Principal components → feature map → |⟨ψ(x)|ψ(y)⟩|² → support vector machine.

    Attributes:
        num_qubits: Qubits, and principal components.
        feature_map: ``zz``: H, and phases by 2·x_i and by 2·(π − x_i)(π − x_j) of entangled pairs; ``z`` without pairs.
        reps: Repetitions of it.
        entanglement: Which pairs.
        bandwidth: Factor of the components, which are standardised, before they become angles.
        C: What a training image on the wrong side costs.
        max_train: Training images that the machine sees, drawn by the seed; left out: all.
    """

    title: ClassVar[str] = "Quantum kernel"
    is_fitted: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("feature_map",)

    name: Literal["quantum_kernel"] = "quantum_kernel"
    num_qubits: int = Field(default=4, strict=True, ge=2, le=12)
    feature_map: Literal["zz", "z"] = "zz"
    reps: Repetitions = 2
    entanglement: Literal["full", "linear", "circular"] = "full"
    bandwidth: float = Field(gt=0, le=1e6)
    C: Strength
    max_train: Count | None = None

    def check(self, run: "RunConfig") -> None:
        if self.feature_map == "z" and self.entanglement != "full":
            advice = "It entangles nothing."
            raise argument_error("model.entanglement", "be left out with feature_map=z", self.entanglement, advice)
        if run.backend.name != "exact":
            advice = "Kernels are computed from exact states."
            raise argument_error("backend", "be exact with model=quantum_kernel", run.backend.name, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.feature_map, f"{self.num_qubits}qubits"]

    def words(self) -> list[str]:
        return ["quantum kernel", f"{self.feature_map.upper()} feature map", f"{self.num_qubits} qubits"]
