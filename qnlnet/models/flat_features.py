"""What models see that take an image as a list of numbers."""

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.flat_features import FlatFeaturesConfig
from qnlnet.models.features import FeatureSpec, Pixels, PrincipalComponents


def choose_flat_features(config: RunConfig) -> FeatureSpec:
    """Returns pixels in [0, 1], or principal components standardised by the training images."""
    model = settings_of(config, FlatFeaturesConfig)
    if model.features == "pixels":
        return Pixels("unit")
    assert model.num_components is not None  # `completed` puts it in
    return PrincipalComponents(model.num_components, "train_split", "model.num_components")
