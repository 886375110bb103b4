"""The settings of support vector machines with a quantum kernel (Havlíček et al. 2019, arXiv 1804.11326)."""

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.base import ModelConfig
from qnlnet.config.model.gamma import Gamma
from qnlnet.config.section import Count, Repetitions, Strength
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


_QUARTER = math.pi / 4
_Coupling = Annotated[float, Field(ge=-1e6, le=1e6)]


class QuantumKernelConfig(ModelConfig):
    """Principal components → feature map → kernel of the states → support vector machine.

    Attributes:
        num_qubits: Qubits, and principal components; with ``cp`` there are two components for each qubit.
        feature_map: ``zz``: H, and phases by 2·x_i and by 2·(π − x_i)(π − x_j) of entangled pairs; ``z`` without pairs;
            ``cp``: rotations of pairs of qubits before and behind what couples them.
        reps: Repetitions of it.
        entanglement: Which pairs of ``zz``.
        couplings: α, β, γ of exp(−i(α XX + β YY + γ ZZ)) in ``cp``, in radians; of π/4 it is a SWAP, which entangles
            nothing.
        kernel: ``fidelity``: |⟨ψ(x)|ψ(y)⟩|²; ``projected``: exp(−γ Σ_q ‖ρ_q(x) − ρ_q(y)‖²) of single qubits' states.
        gamma: γ of ``projected``; ``scale``: one over the mean of that sum over all pairs of training images.
        scaling: Of the components: ``standard``, by the mean and deviation of the training images; ``range``, by their
            least and greatest value to angles from 0 to 2π, of ``cp`` to π/2.
        bandwidth: Factor of the components before they become angles.
        C: What a training image on the wrong side costs.
        max_train: Training images that the machine sees, drawn by the seed; left out: all.
    """

    title: ClassVar[str] = "Quantum kernel"
    is_fitted: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("feature_map", "kernel")

    name: Literal["quantum_kernel"] = "quantum_kernel"
    num_qubits: int = Field(default=4, strict=True, ge=2, le=12)
    feature_map: Literal["zz", "z", "cp"] = "zz"
    reps: Repetitions = 2
    entanglement: Literal["full", "linear", "circular"] = "full"
    couplings: tuple[_Coupling, _Coupling, _Coupling] = (_QUARTER, _QUARTER, _QUARTER)
    kernel: Literal["fidelity", "projected"] = "fidelity"
    gamma: Gamma = "scale"
    scaling: Literal["standard", "range"] = "standard"
    bandwidth: float = Field(gt=0, le=1e6)
    C: Strength
    max_train: Count | None = None

    @property
    def unit(self) -> float:
        """What a component of 1 becomes before the bandwidth."""
        if self.scaling == "standard":
            return 1.0
        return math.pi / 2 if self.feature_map == "cp" else 2 * math.pi

    def check(self, run: "RunConfig") -> None:
        if self.feature_map != "zz" and self.entanglement != "full":
            advice = "It entangles nothing." if self.feature_map == "z" else "Its pairs are neighbours."
            where = f"be left out with feature_map={self.feature_map}"
            raise argument_error("model.entanglement", where, self.entanglement, advice)
        if self.feature_map != "cp":
            self.check_left_out("couplings", why=f"feature_map={self.feature_map}")
        elif self.num_qubits % 2:
            advice = "Its qubits come in pairs."
            raise argument_error("num_qubits", "be even with feature_map=cp", self.num_qubits, advice)
        if self.kernel != "projected":
            self.check_left_out("gamma", why=f"kernel={self.kernel}")
        if run.backend.name != "exact":
            advice = "Kernels are computed from exact states."
            raise argument_error("backend", "be exact with model=quantum_kernel", run.backend.name, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.feature_map, *self._projected(), f"{self.num_qubits}qubits"]

    def words(self) -> list[str]:
        what = f"{self.feature_map.upper()} feature map"
        return ["quantum kernel", what, *self._projected(), f"{self.num_qubits} qubits"]

    def _projected(self) -> list[str]:
        return ["projected"] if self.kernel == "projected" else []
