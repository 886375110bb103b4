"""The settings of SQNN (Wu, Tao, Li 2022, arXiv 2208.07719): circuits for parts of an image, and one behind them."""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.model.small_images import SmallImagesConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_QUBITS = 20


class SQNNConfig(CircuitConfig, SmallImagesConfig):
    """Quarters of an image → a circuit each, the extractors → a circuit of their four values, the predictor.

    Attributes:
        scaling: The angles of pixels in [0, 1]: ``pi``, π · pixel; ``two_pi``, 2π · pixel, as their code intends, so
            that black and white are the same; ``uint8_wrap``, π · pixel of pixels that were doubled modulo 256, as it
            computes.
        gates: The last layer of an extractor, behind XX and YY: ``yy``, as in their code; ``zz``, as they describe it.
        first_weights: Weights are half turns. ``two_pi``: from U[0, 2π); ``small``: from U[0, 0.2).
        same_start: Whether all extractors begin with the same weights, as one seed for each makes them.
        evaluate: ``formula``, by products of one factor for each qubit, which the circuits' outputs are; ``circuit``,
            by running them, which gates=zz and other backends than ``exact`` always do.
        layer: ``quantum``, the circuits; ``frozen``, the extractors as drawn; or in their place, to compare,
            ``linear``, a linear function of the pixels.
    """

    title: ClassVar[str] = "SQNN"
    is_binary: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("layer", "size", "scaling")

    name: Literal["sqnn"] = "sqnn"
    scaling: Literal["pi", "two_pi", "uint8_wrap"] = "pi"
    gates: Literal["yy", "zz"] = "yy"
    first_weights: Literal["two_pi", "small"] = "two_pi"
    same_start: bool = False
    evaluate: Literal["formula", "circuit"] = "formula"
    layer: Literal["quantum", "frozen", "linear"] = "quantum"

    @property
    def has_formula(self) -> bool:
        """Whether the extractors are evaluated by a formula where the backend is exact."""
        return self.evaluate == "formula" and self.gates == "yy"

    @property
    def num_qubits(self) -> int:
        """Qubits of an extractor: one for each pixel of a quarter, and the one that is read out."""
        return self.pixels // 4 + 1

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings without `same_start`, which a recipe has for circuits, where there are none."""
        return self if self.runs_circuit else self.model_copy(update={"same_start": False})

    def check(self, run: "RunConfig") -> None:
        self.check_images(run.data)
        height, width = self.size
        if height != width or height < 2 or height & (height - 1):
            requirement = "be a square whose side is a power of two, such as [4,4] or [8,8]"
            raise argument_error("model.size", requirement, list(self.size), "Quarters of it are taken.")
        if not self.runs_circuit:
            self.check_left_out("gates", "first_weights", "evaluate", why=f"layer={self.layer}")
        runs = not self.has_formula or run.backend.name != "exact"
        if self.runs_circuit and runs and self.num_qubits > _MOST_QUBITS:
            advice = f"A quarter has {self.num_qubits - 1} qubits; model.evaluate=formula model.gates=yy takes it."
            raise argument_error("model.size", "have at most 8 × 8 pixels", list(self.size), advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_parts(self) -> list[str]:
        return [self.name, f"{self.size[0]}x{self.size[1]}"]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuits", "frozen": "frozen extractors", "linear": "linear"}[self.layer]
        return [self.name, f"{self.size[0]} × {self.size[1]} pixels", f"scaling {self.scaling}", what]
