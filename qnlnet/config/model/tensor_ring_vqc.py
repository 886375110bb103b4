"""The settings of the variational circuit of Peddireddy et al. (2022, arXiv 2201.08878)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_CLASSES = 3
_USUAL_EPOCHS = 5


class TensorRingVQCConfig(CircuitConfig):
    """Features → RX on each qubit → layers of a ring of CNOTs and RX, RY, RZ → probability of a basis state per class.

    Attributes:
        num_qubits: Qubits, and features.
        depth: Layers.
        features: ``autoencoder``, the code of one that the training images were learnt by; ``pca``, the first
            principal components of the pixels. Both are standardised by the training images.
        autoencoder_epochs: How often the autoencoder sees these.
        layer: ``quantum``, the circuit; or in its place, to compare, ``linear``, a linear layer with a score for each
            class.
    """

    title: ClassVar[str] = "Tensor-ring VQC"
    spoken: ClassVar[tuple[str, ...]] = ("layer", "features", "depth")

    name: Literal["tensor_ring_vqc"] = "tensor_ring_vqc"
    num_qubits: int = Field(default=4, strict=True, ge=1, le=10)
    depth: int = Field(default=3, strict=True, ge=1, le=16)
    features: Literal["autoencoder", "pca"] = "autoencoder"
    autoencoder_epochs: Count = _USUAL_EPOCHS
    layer: Literal["quantum", "linear"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        classes = len(run.data.classes)
        if classes > _MOST_CLASSES:
            requirement = f"name two or three with model={self.name}"
            advice = "Each has a basis state of its own, and for more nobody has said which."
            raise argument_error("data.classes", requirement, list(run.data.classes), advice)
        if classes > 2**self.num_qubits:
            advice = "Each class has a basis state of its own."
            raise argument_error("num_qubits", f"be at least 2 with {classes} classes", self.num_qubits, advice)
        if self.features != "autoencoder" and self.autoencoder_epochs != _USUAL_EPOCHS:
            requirement = f"be left out with model.features={self.features}"
            raise argument_error("model.autoencoder_epochs", requirement, self.autoencoder_epochs)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        code = {"autoencoder": "autoencoder", "pca": "PCA"}[self.features]
        if not self.runs_circuit:
            return [self.name, f"{code}, {self.num_qubits} features", "linear"]
        layers = "layer" if self.depth == 1 else "layers"
        return [self.name, f"{code}, {self.num_qubits} qubits", f"{self.depth} {layers}"]
