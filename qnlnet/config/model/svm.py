"""The settings of support vector machines."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import PositiveFloat

from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig


class SVMConfig(FlatFeaturesConfig):
    """A support vector machine, one against one with several classes.

    Attributes:
        kernel: ``rbf``: exp(−γ‖x − y‖²); ``linear``: x·y.
        C: What a training image on the wrong side costs: the larger, the closer the fit.
        gamma: γ; ``scale``: one over the number of features times their variance.
    """

    title: ClassVar[str] = "SVM"
    is_fitted: ClassVar[bool] = True

    name: Literal["svm"] = "svm"
    kernel: Literal["rbf", "linear"] = "rbf"
    C: PositiveFloat
    gamma: float | str = "scale"

    def check(self, run: "RunConfig") -> None:
        super().check(run)
        if not (self.gamma == "scale" or (isinstance(self.gamma, float) and self.gamma > 0)):
            raise argument_error("model.gamma", "be scale, or a number above 0", self.gamma)
        if self.kernel == "linear" and self.gamma != "scale":
            raise argument_error("model.gamma", "be left out with model.kernel=linear", self.gamma)

    def name_parts(self) -> list[str]:
        return [self.kernel, *super().name_parts()]

    def words(self) -> list[str]:
        _, features = super().words()
        return [f"{self.kernel} SVM", features]
