"""What tests of models that are fitted once share: such a model on the digits, beside the features that it sees."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from qnlnet.config import RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.models import Features, build_model, prepare_features
from qnlnet.models.fitted import FittedModule
from qnlnet.training import score_with_model


class Fit(NamedTuple):
    """A fitted model and what it was fitted to."""

    config: RunConfig
    model: FittedModule
    features: Features

    @property
    def rows(self) -> NDArray[np.float64]:
        """The features of the training images as scikit-learn takes them, shape (count, n)."""
        return self.features.train.reshape(len(self.features.train), -1).astype(np.float64)

    @property
    def test_rows(self) -> NDArray[np.float64]:
        """The features of the test images as scikit-learn takes them, shape (count, n)."""
        return self.features.test.reshape(len(self.features.test), -1).astype(np.float64)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The labels of the training images."""
        return self.features.train_labels

    @property
    def scores(self) -> NDArray[np.float32]:
        """The scores of the test images, shape (count, classes)."""
        return score_with_model(self.model, self.features.test)

    def accuracy(self) -> float:
        """Returns the accuracy on the test images, in percent."""
        return 100 * float((self.scores.argmax(1) == self.features.test_labels).mean())


def fit(*overrides: str) -> Fit:
    """Fits a model to the digits."""
    config = load_config("data=digits", *overrides)
    model = build_model(config, 0)
    assert isinstance(model, FittedModule)
    features = prepare_features(load_dataset(config.data), config)
    model.fit(torch.from_numpy(features.train), torch.from_numpy(features.train_labels))
    return Fit(config, model, features)
