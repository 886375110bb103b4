"""The compiled loop and the plain loop side by side."""

import numpy as np
import pytest

from qnlnet.backends import ExactEstimatorQNN
from qnlnet.config import RunConfig
from qnlnet.models import Features
from qnlnet.training import CompiledReplica, TorchReplica
from qnlnet.training.compiled.network import flatten_parameters


def check_parity(
    config: RunConfig, features: Features, epochs: int, steps: int, *, plain: RunConfig | None = None
) -> None:
    """Trains both kinds of replica and compares their weights, reports and scores."""
    compiled, reference = CompiledReplica(config, 3, features), TorchReplica(plain or config, 3, features)
    assert not isinstance(getattr(reference.model.quantum, "neural_network", None), ExactEstimatorQNN) or plain is None
    before = flatten_parameters(compiled.model)
    np.testing.assert_array_equal(before, flatten_parameters(reference.model))
    for _ in range(epochs):
        ours, theirs = compiled.advance(), reference.advance()
        assert ours.number == theirs.number
        assert ours.train_loss == pytest.approx(theirs.train_loss, abs=1e-5)
        assert (ours.train_accuracy, ours.test_accuracy) == (theirs.train_accuracy, theirs.test_accuracy)
    weights = flatten_parameters(compiled.trained_model())
    np.testing.assert_allclose(weights, flatten_parameters(reference.trained_model()), rtol=0, atol=1e-5)
    np.testing.assert_allclose(compiled.scores(features.test), reference.scores(features.test), rtol=0, atol=1e-5)
    # Adam's steps have about the length of the rate: that the weights have moved shows that there was something to get
    # wrong.
    assert np.abs(weights - before).max() > 0.3 * config.train.learning_rate * steps
