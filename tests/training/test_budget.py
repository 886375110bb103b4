"""What training on a device is estimated to cost."""

import pytest

from qnlnet.config import RuntimeConfig, load_config
from qnlnet.training.budget import estimate_training_seconds


@pytest.mark.slow
@pytest.mark.parametrize(("starts", "epochs"), [(1, 3), (3, 1), (2, 2)])
def test_every_first_weight_that_is_tried_costs_an_epoch(starts: int, epochs: int) -> None:
    words = ("data=digits", "reducer=pca", "train.batch_size=8", "backend=runtime", "backend.name=fake-manila")

    def estimate(*overrides: str) -> float:
        config = load_config(*words, *overrides)
        assert isinstance(config.backend, RuntimeConfig)
        return estimate_training_seconds(config, config.backend, 20, 10)

    several = estimate(f"train.starts={starts}", f"train.epochs={epochs}")
    assert several == pytest.approx(3 * estimate("train.epochs=1"))
