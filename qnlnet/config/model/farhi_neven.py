"""The settings of the readout circuit of Farhi and Neven (2018, arXiv 1802.06002)."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.model.small_images import SmallImagesConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_MOST_PIXELS = 64  # of which a formula sees each; circuits end earlier
_MOST_QUBITS = 20


class FarhiNevenConfig(CircuitConfig, SmallImagesConfig):
    """Bits of an image, a qubit for each → gates between each and a readout qubit → ⟨Z⟩ of that one.

    Attributes:
        threshold: A pixel in [0, 1] above it is the bit 1.
        evaluate: ``formula``, by a product of one factor for each pixel, which the circuit's output is; ``circuit``, by
            running it. Another backend than ``exact`` always runs it.
        layer: ``quantum``, the circuit; or in its place, to compare, ``linear``, a linear function of the bits;
            ``dense``, two hidden units with ReLU.
    """

    title: ClassVar[str] = "Farhi–Neven"
    is_binary: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = ("layer", "size")

    name: Literal["farhi_neven"] = "farhi_neven"
    threshold: float = Field(default=0.5, ge=0, lt=1)
    evaluate: Literal["formula", "circuit"] = "formula"
    layer: Literal["quantum", "linear", "dense"] = "quantum"

    @property
    def num_qubits(self) -> int:
        """Those of the pixels, and the readout qubit."""
        return self.pixels + 1

    def check(self, run: "RunConfig") -> None:
        self.check_images(run.data)
        if self.pixels > _MOST_PIXELS:
            raise argument_error("model.size", f"have at most {_MOST_PIXELS} pixels", list(self.size))
        runs = self.evaluate == "circuit" or run.backend.name != "exact"
        if self.runs_circuit and runs and self.pixels >= _MOST_QUBITS:
            advice = "Each has a qubit of its own; model.evaluate=formula takes more."
            raise argument_error("model.size", f"have fewer than {_MOST_QUBITS} pixels", list(self.size), advice)
        if not self.runs_circuit:
            self.check_left_out("evaluate", why=f"layer={self.layer}")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuit", "linear": "linear", "dense": "dense"}[self.layer]
        return [self.name, f"{self.size[0]} × {self.size[1]} bits", what]
