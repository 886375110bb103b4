"""Nearest neighbours against scikit-learn, and against all distances written out."""

import numpy as np
import pytest
from models.fitting import fit
from sklearn.neighbors import KNeighborsClassifier

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import k_nearest


@pytest.mark.slow
@pytest.mark.parametrize("classes", ["[0,1]", "[0,1,2]", "[9,8,7,6,5,4,3,2,1,0]"])
@pytest.mark.parametrize("neighbours", [1, 4, 15])
@pytest.mark.parametrize("features", ["pixels", "pca"])
def test_shares_and_labels_are_those_of_scikit_learn(classes: str, neighbours: int, features: str) -> None:
    done = fit(
        *("model=k_nearest", f"data.classes={classes}", f"model.neighbours={neighbours}", f"model.features={features}")
    )
    theirs = KNeighborsClassifier(neighbours, algorithm="brute").fit(done.rows, done.labels)
    np.testing.assert_array_equal(done.scores.argmax(1), theirs.predict(done.test_rows))
    np.testing.assert_allclose(done.scores, theirs.predict_proba(done.test_rows), rtol=0, atol=1e-6)


def test_distances_are_taken_in_parts_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    done = fit("model=k_nearest", "model.neighbours=3")
    whole = done.scores
    monkeypatch.setattr(k_nearest, "_DISTANCES", 1000)
    monkeypatch.setattr(k_nearest, "_IMAGES", 50)
    np.testing.assert_array_equal(done.scores, whole)
    squares = ((done.test_rows[:, None] - done.rows) ** 2).sum(2)
    nearest = done.labels[np.argsort(squares, axis=1)[:, :3]]
    np.testing.assert_allclose(whole[:, 1], nearest.mean(1), atol=1e-6)


def test_reaches_on_digits_what_is_to_be_expected() -> None:
    assert fit("model=k_nearest").accuracy() > 99
    assert fit("model=k_nearest", "data.classes=[0,1,2,3,4,5,6,7,8,9]").accuracy() > 95


def test_more_neighbours_than_images_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `model.neighbours` must be at most 269, the training images, "):
        fit("model=k_nearest", "model.neighbours=270")


def test_no_neighbours_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `model.neighbours` must be at least 1, but is 0\.$"):
        load_config("model=k_nearest", "model.neighbours=0")
