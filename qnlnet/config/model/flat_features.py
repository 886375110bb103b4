"""The settings of models that see an image as a list of numbers: its pixels, or principal components."""

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from qnlnet.config.data import DataConfig
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.section import Count
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_COMPONENTS = 4  # as QNL-Net has


class FlatFeaturesConfig(ModelConfig):
    """What a model sees of an image.

    Attributes:
        features: ``pixels``, in [0, 1]; or ``pca``, principal components, standardised by the training images.
        num_components: How many of them; 4 where it is left out.
    """

    spoken: ClassVar[tuple[str, ...]] = ("features", "num_components")

    features: Literal["pixels", "pca"] = "pixels"
    num_components: Count | None = None

    def completed(self, data: DataConfig) -> Self:
        if self.features == "pca" and self.num_components is None:
            return self.model_copy(update={"num_components": _COMPONENTS})
        return self

    def check(self, run: "RunConfig") -> None:
        if self.features == "pixels" and self.num_components is not None:
            advice = "Choose model.features=pca for principal components."
            raise argument_error("model.num_components", "be left out with pixels", self.num_components, advice)
        if run.backend.name != "exact":
            advice = "Leave backend out: there is no circuit to run."
            raise argument_error("backend", f"be exact with model={self.name}", run.backend.name, advice)

    def name_parts(self) -> list[str]:
        return [self.name, self.features_word()]

    def words(self) -> list[str]:
        return [self.name.replace("_", " "), f"on {self.features_word()}"]

    def features_word(self) -> str:
        """Returns what the model sees, such as ``pixels`` or ``pca4``."""
        return self.features if self.num_components is None else f"{self.features}{self.num_components}"
