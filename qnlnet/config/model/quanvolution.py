"""The settings of quanvolutional networks (Henderson et al., arXiv 1904.04767; Senokosov et al., 2304.09224)."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator

from qnlnet.config.backend import RuntimeConfig
from qnlnet.config.data import DataConfig
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.section import Count, Index, Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class QuanvolutionConfig(ModelConfig):
    """Patches of the image → circuits of one qubit per pixel → Pauli expectation values → linear head.

    Each channel of a colour image goes through the same circuits by itself; the outputs are stacked.

    Attributes:
        size: Height and width to which the image is averaged; left out: half of it where that is whole, else all.
        patch: Height and width of a patch: patch² pixels, and as many qubits.
        stride: Pixels from one patch to the next.
        filters: Circuits that see every patch, each with weights of its own.
        circuit: What follows the encoding: ``random`` layers, ``basic`` or ``strong`` entangling layers.
        layers: Layers of it.
        rotation: The rotations of ``basic``.
        circuit_seed: Draws the gates of ``random``, the same for all replicas.
        encoding: The rotation by π · pixel.
        measured: The Pauli whose expectation value every qubit gives.
        layer: ``quantum`` trains the circuits; ``frozen`` leaves their weights as drawn. In their place, to compare:
            ``conv``, a convolution with as many outputs and tanh; ``frozen_conv``, that one as drawn; ``none``.
    """

    title: ClassVar[str] = "Quanvolution"
    spoken: ClassVar[tuple[str, ...]] = ("circuit", "layer", "filters")

    name: Literal["quanvolution"] = "quanvolution"
    size: tuple[Count, Count] | None = None
    patch: int = Field(default=2, strict=True, ge=1, le=4)
    stride: Count = 2
    filters: Repetitions = 1
    circuit: Literal["random", "basic", "strong"] = "random"
    layers: Repetitions = 1
    rotation: Literal["rx", "ry", "rz"] = "rx"
    circuit_seed: Index = 0
    encoding: Literal["rx", "ry"] = "ry"
    measured: Literal["x", "y", "z"] = "z"
    layer: Literal["quantum", "frozen", "conv", "frozen_conv", "none"] = "frozen"

    @field_validator("size", mode="before")
    @classmethod
    def _check_size(cls, value: Any) -> Any:
        if value is not None and not (isinstance(value, list | tuple) and len(value) == 2):
            raise argument_error("model.size", "be height and width, such as [14,14]", value)
        return value

    @property
    def num_qubits(self) -> int:
        """Qubits of a circuit: the pixels of a patch."""
        return self.patch**2

    @property
    def runs_circuit(self) -> bool:
        """Whether circuits see the patches."""
        return self.layer in ("quantum", "frozen")

    def completed(self, data: DataConfig) -> Self:
        if self.size is not None:
            return self
        _, height, width = data.image_shape
        halves = height % 2 == 0 and width % 2 == 0 and min(height, width) // 2 >= self.patch
        return self.model_copy(update={"size": (height // 2, width // 2) if halves else (height, width)})

    def check(self, run: "RunConfig") -> None:
        self._check_patches(run.data)
        for key, owner in (("rotation", "basic"), ("circuit_seed", "random")):
            value = getattr(self, key)
            if self.circuit != owner and value != type(self).model_fields[key].default:
                advice = f"It is for circuit={owner}."
                raise argument_error(f"model.{key}", f"be left out with circuit={self.circuit}", value, advice)
        if not self.runs_circuit and run.backend.name != "exact":
            advice = "Leave backend out: there is no circuit to run."
            raise argument_error("backend", f"be exact with layer={self.layer}", run.backend.name, advice)
        if isinstance(run.backend, RuntimeConfig):
            advice = "On a device one qubit is read out, and these circuits measure all."
            raise argument_error("backend", "be exact, statevector or aer with model=quanvolution", "runtime", advice)

    def _check_patches(self, data: DataConfig) -> None:
        assert self.size is not None  # `completed` puts it in
        for whole, part in zip(data.image_shape[1:], self.size, strict=True):
            if whole % part:
                requirement = f"divide the {data.image_shape[1]} × {data.image_shape[2]} pixels of the images"
                raise argument_error("model.size", requirement, list(self.size), "Blocks of pixels are averaged.")
            if part < self.patch:
                requirement = f"be at least model.patch={self.patch}"
                raise argument_error("model.size", requirement, list(self.size))
            if (part - self.patch) % self.stride:
                requirement = f"lead patches of {self.patch} pixels to the edge of all {part}"
                advice = "Pixels behind the last patch would not be seen."
                raise argument_error("model.stride", requirement, self.stride, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.circuit]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "frozen" else [self.layer]

    def words(self) -> list[str]:
        words = [self.name, f"{self.circuit} circuit" if self.runs_circuit else self.layer.replace("_", " ")]
        if self.runs_circuit:
            words.append("frozen" if self.layer == "frozen" else "trained")
        if self.filters > 1:
            words.append(f"{self.filters} filters")
        return words

    def columns(self) -> dict[str, Any]:
        return {"num_qubits": self.num_qubits if self.runs_circuit else None}
