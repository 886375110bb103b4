"""The settings of quantum pointwise convolution (Ning, Li, Chen 2024, arXiv 2412.01241)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

STAGES = (16, 32, 64)  # channels of a ResNet-20
_LEAST = 8  # pixels of an image in height and width, of which a quarter is left where the circuits stand


class QuantumPointwiseConfig(CircuitConfig):
    """A convolutional network with circuits in one place: at every pixel its channels → amplitudes → ⟨Z⟩ of each qubit.

    Attributes:
        network: ``small``, or ``resnet20``, of that one's size.
        channels: Channels of a pixel, C; a circuit has ⌈log₂ C⌉ qubits. In ``resnet20`` 16, 32 or 64: the circuits
            stand behind the stage of so many channels.
        kernels: Circuits that see every pixel, each with weights of its own; each gives a map for every qubit.
        layers: Strongly entangling layers of a circuit.
        layer: ``quantum``; or, to compare, with as many maps: ``frozen``, the circuits as drawn; ``conv``, a 1 × 1
            convolution with bias; ``normalised_conv``, the same of the normalised channels; ``quadratic``, a free
            symmetric quadratic form of these.
    """

    title: ClassVar[str] = "Quantum pointwise convolution"
    spoken: ClassVar[tuple[str, ...]] = ("network", "layer", "kernels")

    name: Literal["quantum_pointwise"] = "quantum_pointwise"
    network: Literal["small", "resnet20"] = "small"
    channels: int = Field(default=16, strict=True, ge=2, le=64)
    kernels: Repetitions = 4
    layers: Repetitions = 2
    layer: Literal["quantum", "frozen", "conv", "normalised_conv", "quadratic"] = "quantum"

    @property
    def num_qubits(self) -> int:
        """Qubits of a circuit, ⌈log₂ channels⌉."""
        return (self.channels - 1).bit_length()

    @property
    def num_maps(self) -> int:
        """Maps that all kernels give."""
        return self.kernels * self.num_qubits

    def check(self, run: "RunConfig") -> None:
        if self.network == "resnet20" and self.channels not in STAGES:
            advice = "The circuits stand behind the stage of so many channels."
            raise argument_error("model.channels", "be 16, 32 or 64 with network=resnet20", self.channels, advice)
        if not self.runs_circuit and self.layers != type(self).model_fields["layers"].default:
            advice = "There is no circuit."
            raise argument_error("model.layers", f"be left out with layer={self.layer}", self.layers, advice)
        _, height, width = run.data.image_shape
        if min(height, width) < _LEAST:
            requirement = f"have at least {_LEAST} × {_LEAST} pixels with model={self.name}"
            raise argument_error("data.image_shape", requirement, list(run.data.image_shape))
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_parts(self) -> list[str]:
        return [self.name, self.network]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = self.layer.replace("_", " ")
        words = ["quantum pointwise convolution", self.network]
        return [*words, f"{what}, {self.kernels} × {self.num_qubits} maps of {self.channels} channels"]
