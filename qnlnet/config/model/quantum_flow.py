"""The settings of QuantumFlow's networks (Jiang, Xiong, Shi 2021, Nature Communications 12, 579; arXiv 2006.14815)."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveFloat

from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.model.small_images import SmallImagesConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_ONLY_NORMALISED = ("angles", "angle_rate")


class QuantumFlowConfig(CircuitConfig, SmallImagesConfig):
    """Pixels → hidden neurons → a neuron for each class, with signs as weights; each gives a probability.

    Attributes:
        network: ``hnet``: pixels are amplitudes, divided by their norm, and hidden neurons measure an overlap (QF-hNet:
            a U-layer, then a P-layer). ``pnet``: pixels are probabilities of bits, as are the values of hidden neurons
            in both (QF-pNet: two P-layers).
        hidden: Hidden neurons.
        normalise: Whether the authors' normalisation stands behind each layer, first by the batch, then by the image.
        angles: Signs that its angles start from, one for each hidden neuron, repeated as often as it takes: 1 halves a
            neuron's values, and is trained; −1 leaves them, and never moves. Those of the classes are −1.
        angle_rate: Factor of the learning rate for the angles.
        layer: ``quantum``, signs of real weights that are trained as if they were these (straight-through gradients);
            ``frozen``, the hidden neurons as drawn. In their place, to compare: ``real``, the same formulas with the
            real weights, cut off at −1 and 1; ``mlp``, the authors' classical network, squares of means with signs;
            ``linear``, two linear layers.
    """

    title: ClassVar[str] = "QuantumFlow"
    spoken: ClassVar[tuple[str, ...]] = ("network", "hidden", "normalise", "layer")

    name: Literal["quantum_flow"] = "quantum_flow"
    network: Literal["hnet", "pnet"] = "hnet"
    hidden: Count = 4
    normalise: bool = False
    angles: Annotated[tuple[Literal[1, -1], ...], Field(min_length=1)] = (1, -1)
    angle_rate: PositiveFloat = 1.0
    layer: Literal["quantum", "frozen", "real", "mlp", "linear"] = "quantum"

    @property
    def is_adjusted(self) -> bool:
        """Whether the authors' normalisation of probabilities stands behind the layers."""
        return self.normalise and self.layer != "mlp"

    @property
    def num_qubits(self) -> int:
        """Qubits of the circuit of one hidden neuron: those that count the pixels, with pnet also one for each."""
        counting = (self.pixels - 1).bit_length()
        return counting if self.network == "hnet" else self.pixels + counting

    def check(self, run: "RunConfig") -> None:
        self.check_images(run.data)
        if self.network == "hnet" and self.pixels.bit_count() != 1:
            requirement = "have a power of two pixels with network=hnet"
            advice = "They are the amplitudes of qubits: 4 × 4, 4 × 8, 8 × 8."
            raise argument_error("model.size", requirement, list(self.size), advice)
        for key, inputs in (("size", self.pixels), ("hidden", self.hidden)):
            if inputs == 1 and self.layer in ("quantum", "frozen", "real"):
                requirement = f"give neurons more than one input with layer={self.layer}"
                value = list(self.size) if key == "size" else inputs
                raise argument_error(f"model.{key}", requirement, value, "With one they are always 1.")
        if self.normalise and self.layer == "linear":
            advice = "Its values are no probabilities."
            raise argument_error("model.normalise", "be false with layer=linear", self.normalise, advice)
        for key in _ONLY_NORMALISED:
            if not self.is_adjusted and getattr(self, key) != type(self).model_fields[key].default:
                given = getattr(self, key)
                where = "layer=mlp" if self.normalise else "normalise=false"
                value = list(given) if isinstance(given, tuple) else given
                raise argument_error(f"model.{key}", f"be left out with {where}", value)
        if run.backend.name != "exact":
            advice = "Its weights are signs, no angles, and its neurons are evaluated by formulas."
            raise argument_error("backend", f"be exact with model={self.name}", run.backend.name, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.network]

    def name_endings(self) -> list[str]:
        return [*(["normalised"] if self.normalise else []), *([] if self.layer == "quantum" else [self.layer])]

    def words(self) -> list[str]:
        what = {"quantum": "signs", "frozen": "frozen signs", "real": "real weights"}.get(self.layer, self.layer)
        return [self.name, self.network, f"{self.hidden} hidden", what, *(["normalised"] if self.normalise else [])]
