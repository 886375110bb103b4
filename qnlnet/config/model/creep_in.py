"""The settings of Let the Quantum Creep In (Wang et al. 2024, arXiv 2409.17583)."""

import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_LOST = 4  # pixels in height and width that two convolutions of 3 × 3 leave out
_PADDED, _PADDING = (28, 28), 2  # images that the authors pad, and by how much: to 32 × 32
_MOST_QUBITS = 8  # 65,535 words in each gate
_LEVEL_OF = {"linear": (0,), "relu": (0,), "conv": (2,), "frozen": (1, 2)}  # at which levels a layer makes sense


class CreepInConfig(ModelConfig):
    """Convolution → convolution → linear head, without activations; by levels, more of it is quantum.

    Attributes:
        level: 0, nothing; 1, flipped quanvolutions in place of the convolutions; 2, also a data re-uploading circuit in
            place of the linear head.
        parameters: Of the circuits: ``real``; ``complex``, as in the authors' code, where the optimizer moves imaginary
            parts of the angles, so that gates do not stay unitary.
        maps: Of the two convolutions.
        repetitions: How often the circuit of level 2 sees its inputs.
        num_qubits: Of that circuit; None: as few as there can be for as many values, and as many classes.
        padding: Dark pixels around the image; None: two for 28 × 28, which makes 32 × 32, else none.
        evaluate: Quanvolutions: ``formula``, by the convolution that they are; ``patches``, by the expectation value of
            each patch.
        layer: ``quantum``, as the level has it; ``frozen``, circuits as drawn. In its place, to compare: ``conv``,
            level 2 behind the convolutions of level 0; ``relu``, level 0 with a ReLU between the convolutions;
            ``linear``, softmax regression on the pixels.
    """

    title: ClassVar[str] = "Quantum Creep In"
    spoken: ClassVar[tuple[str, ...]] = ("level", "parameters", "layer")

    name: Literal["creep_in"] = "creep_in"
    level: Literal[0, 1, 2] = 1
    parameters: Literal["real", "complex"] = "real"
    maps: tuple[Repetitions, Repetitions] = (32, 16)
    repetitions: Repetitions = 10
    num_qubits: int | None = Field(default=None, strict=True, ge=1, le=_MOST_QUBITS)
    padding: int | None = Field(default=None, strict=True, ge=0, le=32)
    evaluate: Literal["formula", "patches"] = "formula"
    layer: Literal["quantum", "frozen", "conv", "relu", "linear"] = "quantum"

    @property
    def has_quanvolutions(self) -> bool:
        """Whether there are quanvolutions in place of the convolutions."""
        return self.level > 0 and self.layer != "conv"

    @property
    def margin(self) -> int:
        """Dark pixels around the image."""
        assert self.padding is not None  # `completed` puts it in
        return self.padding

    def pixels(self, data: DataConfig) -> int:
        """Returns the pixels of a channel, with those around it."""
        return math.prod(side + 2 * self.margin for side in data.image_shape[1:])

    def head_inputs(self, data: DataConfig) -> int:
        """Returns how many values the head sees."""
        return self.maps[1] * math.prod(side + 2 * self.margin - _LOST for side in data.image_shape[1:])

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings with those that follow from the images and the level.

        Where no circuit is trained, parameters are not complex, which a recipe has for circuits.
        """
        is_trained = self.level > 0 and self.layer != "frozen"
        update: dict[str, Any] = {} if is_trained else {"parameters": "real"}
        if self.padding is None:
            update["padding"] = _PADDING if tuple(data.image_shape[1:]) == _PADDED else 0
        model = self.model_copy(update=update)
        if self.level < 2 or self.num_qubits is not None:
            return model
        return model.model_copy(update={"num_qubits": model._least_qubits(data)})

    def _least_qubits(self, data: DataConfig) -> int:
        """Returns the fewest qubits whose matrices hold all values and whose outcomes are enough for the classes."""
        inputs, classes = max(0, self.head_inputs(data) - 1), len(data.classes) - 1
        return max(1, (inputs.bit_length() + 1) // 2, classes.bit_length())

    def check(self, run: "RunConfig") -> None:
        height, width = (side + 2 * self.margin for side in run.data.image_shape[1:])
        if min(height, width) <= _LOST:
            requirement = f"have more than {_LOST} pixels in height and width with model={self.name}"
            advice = "Its convolutions leave out two at each side: take a larger model.padding."
            raise argument_error("data.image_shape", requirement, list(run.data.image_shape), advice)
        self._check_level()
        if self.layer == "linear":
            self.check_left_out("maps", why="layer=linear")
        if self.level < 2:
            self.check_left_out("repetitions", "num_qubits", why=f"model.level={self.level}")
        else:
            self._check_qubits(run.data)
        if not self.has_quanvolutions:
            why = f"layer={self.layer}" if self.level else "model.level=0"
            self.check_left_out("evaluate", why=why)
        check_backend(run, self.layer, runs_circuit=False)

    def _check_level(self) -> None:
        levels = _LEVEL_OF.get(self.layer, (0, 1, 2))
        if self.level not in levels:
            requirement = f"be {' or '.join(map(str, levels))} with layer={self.layer}"
            raise argument_error("model.level", requirement, self.level)

    def _check_qubits(self, data: DataConfig) -> None:
        assert self.num_qubits is not None  # `completed` puts it in
        least, inputs = self._least_qubits(data), self.head_inputs(data)
        if least > _MOST_QUBITS:
            requirement = f"leave at most {4**_MOST_QUBITS:,} values to the head with model.level=2"
            raise argument_error("model.maps", requirement, list(self.maps), f"These leave {inputs:,}.")
        if self.num_qubits < least:
            advice = f"Its matrices hold the {inputs:,} values that the head sees."
            raise argument_error("model.num_qubits", f"be {least} or more", self.num_qubits, advice)

    def name_parts(self) -> list[str]:
        return [self.name, f"level-{self.level}"]

    def name_endings(self) -> list[str]:
        endings = ["complex"] if self.parameters == "complex" else []
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        if self.layer == "linear":
            return [self.name, "softmax regression"]
        what = {"frozen": "frozen circuits", "conv": "behind convolutions", "relu": "with a ReLU"}.get(self.layer)
        words = [self.name, f"level {self.level}", *([what] if what else [])]
        return [*words, "complex parameters"] if self.parameters == "complex" else words

    def columns(self) -> dict[str, Any]:
        return {"num_qubits": (None, 2, self.num_qubits)[self.level]}
