"""The settings of the hybrid network of Shahzad et al. 2025 (arXiv 2509.13353) and of its classical rival."""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.circuits import CircuitConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_SMALLEST = {"mnist": 4, "cifar100": 8, "stl10": 8}  # pixels in height and width: each pooling halves them


class ShahzadConfig(CircuitConfig):
    """CNN → dense → softmax of 16 units → a circuit, as amplitudes → a head of two layers; or the paper's other CNN.

    Attributes:
        network: The sizes that the paper has for a dataset: ``mnist``, ``cifar100`` or ``stl10``; left out: ``mnist``
            for grey images, for coloured ones ``stl10`` with ``data=stl10``, else ``cifar100``.
        num_qubits: n; the softmax has 2^n units.
        layers: Layers of the circuit: RX on each qubit, a ring of CNOTs.
        layer: ``quantum``, the trained circuit. To compare: ``frozen``, the circuit as drawn; ``linear``, a linear
            layer with as many outputs; ``none``, the softmax itself; ``classical``, the paper's classical network,
            which is another one from the first convolution on.
        recipe: How ``protocol=paper`` trains: as the paper trains its ``hybrid``, or its ``classical`` network.
    """

    title: ClassVar[str] = "Shahzad hybrid"
    spoken: ClassVar[tuple[str, ...]] = ("network", "layer")
    recipes: ClassVar[tuple[str, ...]] = ("recipe",)
    implied: ClassVar[tuple[str, ...]] = ("network",)

    name: Literal["shahzad"] = "shahzad"
    network: Literal["mnist", "cifar100", "stl10"] | None = None
    num_qubits: int = Field(default=4, strict=True, ge=2, le=6)
    layers: Repetitions = 2
    layer: Literal["quantum", "frozen", "linear", "none", "classical"] = "quantum"
    recipe: Literal["hybrid", "classical"] = "hybrid"

    @property
    def sizes(self) -> Literal["mnist", "cifar100", "stl10"]:
        """The network; of settings that are complete."""
        assert self.network is not None  # `completed` puts it in
        return self.network

    def completed(self, data: DataConfig) -> Self:
        usual = "stl10" if data.name == "stl10" else "mnist" if data.image_shape[0] == 1 else "cifar100"
        return self if self.network is not None else self.model_copy(update={"network": usual})

    def check(self, run: "RunConfig") -> None:
        least = _SMALLEST[self.sizes]
        if min(run.data.image_shape[1:]) < least:
            requirement = f"have {least} pixels or more in height and width with model.network={self.sizes}"
            raise argument_error("data.image_shape", requirement, list(run.data.image_shape))
        if self.layer == "classical":
            self.check_left_out("num_qubits", "layers", why="layer=classical")
        elif not self.runs_circuit:
            self.check_left_out("layers", why=f"layer={self.layer}")
        if run.train.protocol != "paper":
            self.check_left_out("recipe", why=f"protocol={run.train.protocol}")
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def name_parts(self) -> list[str]:
        return [self.name, self.sizes]

    def name_endings(self) -> list[str]:
        return [] if self.layer == "quantum" else [self.layer]

    def words(self) -> list[str]:
        what = {"quantum": "trained circuit", "frozen": "frozen circuit", "classical": "classical network"}
        return [self.name, f"sizes for {self.sizes}", what.get(self.layer, self.layer)]
