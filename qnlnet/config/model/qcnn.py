"""The settings of the quantum convolutional network that arXiv 2407.14055 compares with."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.readings import ReadingsConfig
from qnlnet.config.model.square_images import check_square_images

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

NUM_QUBITS = 10
MEASURED = 3


class QCNNConfig(ReadingsConfig):
    """Pixels as amplitudes of 10 qubits → two rounds of convolution and pooling → rotations and probabilities of 3.

    Attributes:
        layer: ``quantum`` trains the circuit; ``frozen`` leaves its weights as drawn, with scores=linear; to compare,
            ``linear`` is a linear layer on the amplitudes.
    """

    title: ClassVar[str] = "QCNN"
    spoken: ClassVar[tuple[str, ...]] = ("scores", "layer")
    num_qubits: ClassVar[int] = NUM_QUBITS

    name: Literal["qcnn"] = "qcnn"
    layer: Literal["quantum", "frozen", "linear"] = "quantum"

    def check(self, run: "RunConfig") -> None:
        check_square_images(run, 2**MEASURED)
        self.check_scores()

    def words(self) -> list[str]:
        if not self.runs_circuit:
            return [self.name, self.layer]
        return [self.name, "frozen" if self.layer == "frozen" else "trained", f"scores: {self.scores}"]
