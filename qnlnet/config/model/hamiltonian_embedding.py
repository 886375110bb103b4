"""The settings of the Hamiltonian embedding of images (arXiv 2407.14055)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.readings import ReadingsConfig
from qnlnet.config.model.square_images import check_square_images
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

NUM_QUBITS = 5
MEASURED = 4


class HamiltonianEmbeddingConfig(ReadingsConfig):
    """An image as a Hamiltonian A: layers of exp(−i t A / 2) and of a trained unitary → probabilities of 4 of 5 qubits.

    Attributes:
        layers: L; each has a time and an angle for every Pauli word but the identity, 1,024 weights.
        layer: ``quantum`` trains them; ``frozen`` leaves them as drawn, with scores=linear. In their place, to compare:
            ``linear``, a linear layer on the pixels; ``linear_symmetric``, on those of the image and its transpose
            averaged, which is all that the Hamiltonian holds.
    """

    title: ClassVar[str] = "Hamiltonian embedding"
    computes_in_numpy: ClassVar[bool] = True  # the eigenvectors behind the exponential of Pauli words
    spoken: ClassVar[tuple[str, ...]] = ("layers", "scores", "layer")
    num_qubits: ClassVar[int] = NUM_QUBITS

    name: Literal["hamiltonian_embedding"] = "hamiltonian_embedding"
    layers: Repetitions = 10
    layer: Literal["quantum", "frozen", "linear", "linear_symmetric"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        check_square_images(run, 2**MEASURED)
        self.check_scores()
        if not self.runs_circuit:
            self.check_left_out("layers", why=f"layer={self.layer}")
        _, height, width = run.data.image_shape
        if self.layer == "linear_symmetric" and height != width:
            requirement = "have as many rows as columns with layer=linear_symmetric"
            raise argument_error("data.image_shape", requirement, list(run.data.image_shape))

    def name_parts(self) -> list[str]:
        return [self.name, f"L{self.layers}"] if self.runs_circuit else [self.name]

    def words(self) -> list[str]:
        if not self.runs_circuit:
            return [self.name, self.layer.replace("_", " ")]
        state = "frozen" if self.layer == "frozen" else "trained"
        return [self.name, f"{self.layers} layers", state, f"scores: {self.scores}"]
