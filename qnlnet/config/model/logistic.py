"""The settings of logistic regression."""

from typing import ClassVar, Literal

from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.config.section import Strength


class LogisticConfig(FlatFeaturesConfig):
    """Logistic regression: scores that are linear in what it sees, and cross-entropy with a penalty on their weights.

    Attributes:
        C: Inverse strength of the penalty ‖w‖²/2: the larger, the closer the fit.
    """

    title: ClassVar[str] = "Logistic regression"
    is_fitted: ClassVar[bool] = True

    name: Literal["logistic"] = "logistic"
    C: Strength
