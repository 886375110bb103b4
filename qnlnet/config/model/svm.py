"""The settings of support vector machines."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import field_validator

from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.config.section import Strength
from qnlnet.errors import argument_error

if TYPE_CHECKING:
    from qnlnet.config.schema import RunConfig

_LARGEST_GAMMA = 1e9


class SVMConfig(FlatFeaturesConfig):
    """A support vector machine, one against one with several classes.

    Attributes:
        kernel: ``rbf``: exp(−γ‖x − y‖²); ``linear``: x·y.
        C: What a training image on the wrong side costs: the larger, the closer the fit.
        gamma: γ; ``scale``: one over the number of features times their variance.
    """

    title: ClassVar[str] = "SVM"
    is_fitted: ClassVar[bool] = True
    spoken: ClassVar[tuple[str, ...]] = (*FlatFeaturesConfig.spoken, "kernel")

    name: Literal["svm"] = "svm"
    kernel: Literal["rbf", "linear"] = "rbf"
    C: Strength
    gamma: float | Literal["scale"] = "scale"

    @field_validator("gamma", mode="before")
    @classmethod
    def _check_gamma(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value != "scale" and not (is_number and 0 < value <= _LARGEST_GAMMA):
            requirement = f"be scale, or a number above 0 and at most {_LARGEST_GAMMA:g}"
            raise argument_error("model.gamma", requirement, value)
        return value

    def check(self, run: "RunConfig") -> None:
        super().check(run)
        if self.kernel == "linear" and self.gamma != "scale":
            raise argument_error("model.gamma", "be left out with model.kernel=linear", self.gamma)

    def name_parts(self) -> list[str]:
        return [self.kernel, *super().name_parts()]

    def words(self) -> list[str]:
        _, features = super().words()
        return [f"{self.kernel} SVM", features]
