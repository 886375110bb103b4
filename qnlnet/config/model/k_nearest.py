"""The settings of nearest neighbours."""

from typing import ClassVar, Literal

from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.config.section import Count


class KNearestConfig(FlatFeaturesConfig):
    """The label that most of the nearest training images have.

    Attributes:
        neighbours: How many of them are asked.
    """

    title: ClassVar[str] = "k nearest neighbours"
    is_fitted: ClassVar[bool] = True

    name: Literal["k_nearest"] = "k_nearest"
    neighbours: Count
