"""The settings of TTN-VQC (Qi, Yang, Chen 2021, arXiv 2110.03861; 2023, arXiv 2306.03741)."""

import math
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Count, Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_Modes = tuple[Count, ...]
_INPUT_MODES: dict[int, _Modes] = {  # by pixels; all but the first are ours
    784: (7, 16, 7),
    3072: (12, 16, 16),
    27648: (24, 32, 36),
}
_OUTPUT_MODES: dict[int, _Modes] = {4: (2, 2, 1), 8: (2, 2, 2), 12: (2, 2, 3)}  # by qubits; all but that of 8 are ours


class TTNVQCConfig(CircuitConfig):
    """Tensor-train layer, or principal components → sigmoid → a circuit of a qubit for each → linear head.

    Attributes:
        num_qubits: Qubits, and values that the circuit sees.
        features: Where these come from: ``tensor_train``, a layer that is trained; ``pca``, principal components.
        layers: Layers of the circuit. With one its outputs are products, and a formula evaluates it.
        input_modes: Into which factors the pixels are cut, one for each core.
        output_modes: The same of the qubits.
        rank: Of the bonds between cores.
        relu_cores: Whether ReLU stands behind each core, as in their code, and not only behind the last one.
        evaluate: ``formula``, where layers=1; ``circuit``, by running it. Another backend than ``exact`` always does.
        layer: ``quantum``; ``frozen``, the circuit as drawn; or in its place, to compare, ``none``: the head sees the
            angles.
    """

    title: ClassVar[str] = "TTN-VQC"
    spoken: ClassVar[tuple[str, ...]] = ("layer", "num_qubits", "features", "relu_cores", "layers")
    implied: ClassVar[tuple[str, ...]] = ("input_modes", "output_modes")

    name: Literal["ttn_vqc"] = "ttn_vqc"
    num_qubits: int = Field(default=8, strict=True, ge=2, le=16)
    features: Literal["tensor_train", "pca"] = "tensor_train"
    layers: Repetitions = 1
    input_modes: _Modes | None = None
    output_modes: _Modes | None = None
    rank: int = Field(default=2, strict=True, ge=1, le=64)
    relu_cores: bool = True
    evaluate: Literal["formula", "circuit"] = "formula"
    layer: Literal["quantum", "frozen", "none"] = "quantum"

    @property
    def has_formula(self) -> bool:
        """Whether a formula evaluates the circuit where the backend is exact."""
        return self.evaluate == "formula" and self.layers == 1

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings with the modes that are usual for these images and qubits."""
        if self.features == "pca":
            return self
        found: dict[str, _Modes] = {}
        pixels = math.prod(data.image_shape)
        if self.input_modes is None and pixels in _INPUT_MODES:
            found["input_modes"] = _INPUT_MODES[pixels]
        if self.output_modes is None and self.num_qubits in _OUTPUT_MODES:
            found["output_modes"] = _OUTPUT_MODES[self.num_qubits]
        return self.model_copy(update=found)

    def check(self, run: "RunConfig") -> None:
        if self.features == "pca":
            self.check_left_out("input_modes", "output_modes", "rank", "relu_cores", why="features=pca")
        else:
            self._check_modes("input_modes", math.prod(run.data.image_shape), "pixels of the images")
            self._check_modes("output_modes", self.num_qubits, "qubits")
            assert self.input_modes is not None
            assert self.output_modes is not None
            if len(self.input_modes) != len(self.output_modes):
                requirement = f"have as many factors as model.input_modes={list(self.input_modes)}"
                raise argument_error("model.output_modes", requirement, list(self.output_modes))
        if not self.runs_circuit:
            self.check_left_out("layers", "evaluate", why="layer=none")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def _check_modes(self, key: str, product: int, what: str) -> None:
        modes = getattr(self, key)
        if modes is None or math.prod(modes) != product:
            actual = None if modes is None else list(modes)
            raise argument_error(f"model.{key}", f"multiply to the {product} {what}", actual)

    def name_parts(self) -> list[str]:
        return [self.name, f"{self.num_qubits}q", *(["pca"] if self.features == "pca" else [])]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuit", "frozen": "frozen circuit", "none": "no circuit"}[self.layer]
        words = [self.name, f"{self.num_qubits} qubits", what, *([f"{self.layers} layers"] if self.layers > 1 else [])]
        if self.features == "pca":
            return [*words, "on principal components"]
        return words if self.relu_cores else [*words, "linear cores"]
