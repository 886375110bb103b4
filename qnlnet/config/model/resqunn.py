"""The settings of stacked trainable quanvolutions with skips, ResQuNN (Kashif, Shafique 2024, arXiv 2402.09146)."""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import PositiveFloat

from qnlnet.config.data import DataConfig
from qnlnet.config.model.backends import check_backend
from qnlnet.config.model.patches import PatchesConfig
from qnlnet.config.section import Repetitions
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class ResQuNNConfig(PatchesConfig):
    """Quanvolutions that give maps of the size of the image, one behind the other, with skips → head.

    Attributes:
        quanvolutions: How many there are. Each sees patches side by side, by circuits with a qubit for each pixel.
        layers: Layers of a circuit: a rotation of each qubit, a ring of CNOTs.
        skip: Around which of them the input is added to the output: ``none``; ``early``, all but the last, X + O1 where
            there are two; ``late``, all but the first, O1 + O2; ``all``, (X + O1) + O2.
        detach_between_layers: Whether circuits behind the first take their inputs as plain numbers, so that no gradient
            goes back through them; through skips it does.
        head: ``linear``; ``blocks``, nothing that is trained: the scores are means of blocks of the map.
        layer: ``quantum``; or, to compare, ``frozen``, the circuits as drawn; ``conv``, linear functions of patches;
            ``none``, the head alone.
        layer_rate: Factor of the learning rate of what stands before the head.
    """

    title: ClassVar[str] = "ResQuNN"
    spoken: ClassVar[tuple[str, ...]] = ("skip", "detach_between_layers", "head", "layer", "quanvolutions")

    name: Literal["resqunn"] = "resqunn"
    quanvolutions: Repetitions = 2
    layers: Repetitions = 2
    skip: Literal["none", "early", "late", "all"] = "none"
    detach_between_layers: bool = False
    head: Literal["linear", "blocks"] = "linear"
    layer: Literal["quantum", "frozen", "conv", "none"] = "quantum"
    layer_rate: PositiveFloat = 1.0

    def completed(self, data: DataConfig) -> Self:
        """Returns the settings with the images' own size where none is given."""
        return self if self.size is not None else self.model_copy(update={"size": data.image_shape[1:]})

    def check(self, run: "RunConfig") -> None:
        self._check_size_by_patches()
        self.check_patches(run.data, self.patch)
        if self.layer == "none":
            self.check_left_out("quanvolutions", "skip", "detach_between_layers", why="layer=none")
        if not self.runs_circuit:
            self.check_left_out("layers", why=f"layer={self.layer}")
        if self.quanvolutions == 1:
            self.check_left_out("detach_between_layers", why="quanvolutions=1")
            if self.skip in ("early", "late"):
                advice = "Between these there is nothing to skip."
                raise argument_error("model.skip", "be none or all with quanvolutions=1", self.skip, advice)
        if self.head == "blocks" and self.layer in ("frozen", "none"):
            advice = "Nothing would be trained."
            raise argument_error("model.head", f"be linear with layer={self.layer}", self.head, advice)
        check_backend(run, self.layer, runs_circuit=self.runs_circuit)

    def _check_size_by_patches(self) -> None:
        assert self.size is not None  # `completed` puts it in
        if any(part % self.patch for part in self.size):
            requirement = f"be a multiple of model.patch={self.patch}, as patches lie side by side"
            raise argument_error("model.size", requirement, list(self.size))

    def name_parts(self) -> list[str]:
        return [self.name, f"skip-{self.skip}"]

    def name_endings(self) -> list[str]:
        endings = ["detached"] if self.detach_between_layers else []
        endings += ["blocks"] if self.head == "blocks" else []
        return endings if self.layer == "quantum" else [*endings, self.layer]

    def words(self) -> list[str]:
        if self.layer == "none":
            return [self.name, "head only"]
        what = {"quantum": "trained circuits", "frozen": "frozen circuits", "conv": "convolutions"}[self.layer]
        words = [self.name, f"{self.quanvolutions} × {what}", f"skip {self.skip}"]
        words += ["detached between layers"] if self.detach_between_layers else []
        return [*words, *(["head of blocks"] if self.head == "blocks" else [])]
