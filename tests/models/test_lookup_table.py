"""A table of patterns of bits against counting them, and the ceiling that it puts on models of sixteen bits."""

from collections import Counter

import numpy as np
import pytest
from models.fitting import fit
from refusals import refused

from qnlnet.config import load_config
from qnlnet.data import load_dataset
from qnlnet.models import prepare_features
from qnlnet.training import build_replica


@pytest.mark.parametrize("classes", ["[3,6]", "[0,1,2,3]"])
def test_the_label_is_that_of_most_training_images_with_the_same_bits(classes: str) -> None:
    done = fit("model=lookup_table", f"data.classes={classes}", "model.size=[3,2]", "model.threshold=0.25")
    patterns = [tuple(row > 0.25) for row in done.rows]
    counts = Counter(zip(patterns, done.labels.tolist(), strict=True))
    everywhere = Counter(done.labels.tolist())
    for row, scores in zip(done.test_rows, done.scores, strict=True):
        known = [counts[tuple(row > 0.25), label] for label in range(len(everywhere))]
        expected = np.array(known if sum(known) else [everywhere[label] for label in range(len(everywhere))])
        np.testing.assert_allclose(scores, expected / expected.sum(), rtol=0, atol=1e-6)


def test_patterns_that_nobody_has_seen_get_the_share_of_each_class() -> None:
    done = fit("model=lookup_table", "data.classes=[3,6]")
    image = np.resize([0.0, 1.0, 1.0], 16).astype(np.float32).reshape(1, 1, 4, 4)
    shares = np.bincount(done.labels) / len(done.labels)
    np.testing.assert_allclose(done.model(done.model.counts.new_tensor(image))[0], shares, rtol=0, atol=1e-6)


@pytest.mark.usefixtures("real_data_root")
def test_sixteen_bits_of_threes_and_sixes_tell_them_apart_so_often() -> None:
    config = load_config("model=lookup_table", "data=mnist", "data.classes=[3,6]", "data.verify=false")
    features = prepare_features(load_dataset(config.data), config)
    replica = build_replica(config, 0, features)
    assert round(replica.advance().test_accuracy, 2) == 91.41
    scores = replica.scores(features.test)
    is_tied = np.diff(scores)[:, 0] == 0  # patterns that as many threes have as sixes
    is_right = scores.argmax(axis=1) == features.test_labels
    assert round(100 * (is_right | is_tied).mean(), 2) == 91.57
    threes, sixes = (Counter(map(bytes, features.test[features.test_labels == label] > 0.5)) for label in (0, 1))
    most = sum(max(threes[bits], sixes[bits]) for bits in threes | sixes) / len(features.test)
    assert round(100 * most, 2) == 92.28  # the most that any function of these bits has of the test images


def test_a_table_of_too_many_pixels_is_refused() -> None:
    sentence = "must have at most 20 pixels, but is [3, 7]. It has a row for each pattern of bits."
    with refused(f"Argument `model.size` {sentence}"):
        load_config("model=lookup_table", "model.size=[3,7]")
