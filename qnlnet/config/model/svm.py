"""The settings of support vector machines."""

from typing import TYPE_CHECKING, ClassVar, Literal

from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.config.model.gamma import Gamma
from qnlnet.config.section import Count, Strength
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class SVMConfig(FlatFeaturesConfig):
    """A support vector machine, one against one with several classes.

    Attributes:
        kernel: ``rbf``: exp(−γ‖x − y‖²); ``linear``: x·y.
        C: What a training image on the wrong side costs: the larger, the closer the fit.
        gamma: γ; ``scale``: one over the number of features times their variance.
        max_train: Training images that the machine sees, drawn by the seed; left out: all.
    """

    title: ClassVar[str] = "SVM"
    is_fitted: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = (*FlatFeaturesConfig.spoken, "kernel")

    name: Literal["svm"] = "svm"
    kernel: Literal["rbf", "linear"] = "rbf"
    C: Strength
    gamma: Gamma = "scale"
    max_train: Count | None = None

    def check(self, run: "RunConfig") -> None:
        super().check(run)
        if self.kernel == "linear" and self.gamma != "scale":
            raise argument_error("model.gamma", "be left out with model.kernel=linear", self.gamma)

    def name_parts(self) -> list[str]:
        return [self.kernel, *super().name_parts()]

    def words(self) -> list[str]:
        _, features = super().words()
        return [f"{self.kernel} SVM", features]
