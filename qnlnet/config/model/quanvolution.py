"""The settings of quanvolutional networks (Henderson et al., arXiv 1904.04767; Senokosov et al., 2304.09224)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.patches import PatchesConfig
from qnlnet.config.section import Count, Index, Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class QuanvolutionConfig(PatchesConfig):
    """Patches of the image → circuits of one qubit per pixel → Pauli expectation values → linear head.

    A circuit has a qubit for each pixel of a patch. Each channel of a colour image goes through the same circuits by
    itself; the outputs are stacked.

    Attributes:
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
    stride: Count = 2
    filters: Repetitions = 1
    circuit: Literal["random", "basic", "strong"] = "random"
    layers: Repetitions = 1
    rotation: Literal["rx", "ry", "rz"] = "rx"
    circuit_seed: Index = 0
    encoding: Literal["rx", "ry"] = "ry"
    measured: Literal["x", "y", "z"] = "z"
    layer: Literal["quantum", "frozen", "conv", "frozen_conv", "none"] = "frozen"

    def check(self, run: "RunConfig") -> None:
        self.check_patches(run.data, self.stride)
        for key, owner in (("rotation", "basic"), ("circuit_seed", "random")):
            value = getattr(self, key)
            if self.circuit != owner and value != type(self).model_fields[key].default:
                advice = f"It is for circuit={owner}."
                raise argument_error(f"model.{key}", f"be left out with circuit={self.circuit}", value, advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

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
