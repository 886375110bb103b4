"""The settings of an autoencoder with a circuit of 5 qubits behind it (Sarkar 2024, arXiv 2408.03351)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, PositiveFloat

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_NUMBERS = 4096


class Autoencoder5qConfig(CircuitConfig):
    """Code of an autoencoder → principal components → a circuit without weights → its probabilities → dense layers.

    Attributes:
        code: Numbers of the code.
        autoencoder_epochs: How often the autoencoder sees the training images.
        num_qubits: Qubits, and principal components of the code, each scaled to [0, 1].
        scale: Half turns of RY that a component of 1 is.
        hadamard: Which qubits a Hadamard gate follows on: the ``first``, ``all``, ``none``.
        dropout: Probability with which a unit of the dense layers is dropped in training.
        layer: What the dense layers see: ``quantum``, all probabilities of the circuit's outcomes. In their place, to
            compare: ``marginals``, that of 1 on each qubit before the CNOTs; ``pca``, the components; ``latent``, the
            whole code.
    """

    title: ClassVar[str] = "Autoencoder, 5 qubits"
    spoken: ClassVar[tuple[str, ...]] = ("layer", "hadamard")

    name: Literal["autoencoder_5q"] = "autoencoder_5q"
    code: int = Field(default=64, strict=True, ge=1, le=_MOST_NUMBERS)
    autoencoder_epochs: Count = 20
    num_qubits: int = Field(default=5, strict=True, ge=1, le=10)
    scale: PositiveFloat = 1.0
    hadamard: Literal["first", "all", "none"] = "first"
    dropout: float = Field(default=0.3, ge=0, lt=1)
    layer: Literal["quantum", "marginals", "pca", "latent"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        if self.layer in ("pca", "latent"):
            self.check_left_out("scale", "hadamard", why=f"layer={self.layer}")
        if self.layer == "latent":
            self.check_left_out("num_qubits", why="layer=latent")
        elif self.num_qubits > self.code:
            advice = "They are principal components of the code."
            raise argument_error("num_qubits", f"be at most model.code={self.code}", self.num_qubits, advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_endings(self) -> list[str]:
        endings = [] if self.hadamard == "first" else [f"hadamard-{self.hadamard}"]
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        if self.layer == "latent":
            return [self.name, f"code of {self.code}"]
        if self.layer == "pca":
            return [self.name, f"{self.num_qubits} components"]
        what = f"{self.num_qubits} {'qubits' if self.runs_circuit else 'marginals'}"
        return [self.name, what, f"Hadamard on {self.hadamard}"]
