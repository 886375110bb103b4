"""Logistic regression against scikit-learn, and against what its minimum must obey."""

import numpy as np
import pytest
from models.fitting import fit
from refusals import refused
from sklearn.linear_model import LogisticRegression

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError

FLOAT32 = 1e-5  # of scores of a few units


@pytest.mark.slow
@pytest.mark.parametrize("classes", ["[0,1]", "[3,8]", "[0,1,2]", "[0,1,2,3,4,5,6,7,8,9]"])
@pytest.mark.parametrize("features", ["pixels", "pca"])
def test_scores_and_labels_are_those_of_scikit_learn(classes: str, features: str) -> None:
    done = fit("model=logistic", f"data.classes={classes}", f"model.features={features}", "model.C=0.1")
    theirs = LogisticRegression(C=0.1, max_iter=10_000).fit(done.rows, done.labels)
    np.testing.assert_array_equal(done.scores.argmax(1), theirs.predict(done.test_rows))
    powers = np.exp(done.scores - done.scores.max(1, keepdims=True))
    probabilities = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(probabilities, theirs.predict_proba(done.test_rows), rtol=0, atol=FLOAT32)


def test_the_penalised_loss_is_flat_where_it_ends() -> None:
    done = fit("model=logistic", "data.classes=[0,1,2]", "model.features=pca", "model.C=10")
    weight, bias = done.model.weight.double().numpy(), done.model.bias.double().numpy()
    scores = done.rows @ weight.T + bias
    powers = np.exp(scores - scores.max(1, keepdims=True))
    excess = powers / powers.sum(1, keepdims=True) - np.eye(3)[done.labels]
    # scikit-learn minimises ‖w‖²/(2C) and the sum of the losses, here divided by their number.
    slope = (excess.T @ done.rows + weight / 10) / len(done.rows)
    np.testing.assert_allclose(slope, 0, atol=2e-4)  # it stops at 1e-4
    np.testing.assert_allclose(excess.mean(0), 0, atol=2e-4)


def test_reaches_on_digits_what_is_to_be_expected() -> None:
    assert fit("model=logistic").accuracy() > 99
    assert fit("model=logistic", "data.classes=[0,1,2,3,4,5,6,7,8,9]", "model.C=0.1").accuracy() > 90


def test_the_strength_is_chosen_unless_it_is_given() -> None:
    config = load_config("model=logistic")
    assert config.model.C == 1
    assert config.choices == (("model.C", (1.0, 0.01, 0.1, 10.0, 100.0)),)
    assert load_config("model=logistic", "model.C=1").choices == ()


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.C=0",), "Argument `model.C` must be greater than 0, but is 0."),
        (("model.features=cnn",), "Argument `model.features` must be 'pixels' or 'pca', but is 'cnn'."),
        (
            ("model.num_components=4",),
            "Argument `model.num_components` must be left out with pixels, but is 4. Choose model.features=pca for "
            "principal components.",
        ),
        (
            ("backend=aer",),
            "Argument `backend` must be exact with model=logistic, but is 'aer'. Leave backend out: there is no "
            "circuit to run.",
        ),
        (
            ("train.learning_rate=0.1",),
            "Argument `train.learning_rate` must be left out with model=logistic, which is fitted once, but is 0.1.",
        ),
        (
            ("protocol=paper",),
            "Argument `protocol` must be common with model=logistic, but is 'paper'. There is no recipe of a paper in "
            "the model's file. Choose protocol=common.",
        ),
        (
            ("train.batch_size=8",),
            "Argument `train.batch_size` must be left out with model=logistic, which is fitted once, but is 8.",
        ),
        (
            ("train.schedule=exponential",),
            "Argument `train.schedule` must be left out with model=logistic, which is fitted once, but is "
            "'exponential'.",
        ),
        (("model.C=1e300",), "Argument `model.C` must be at most 1000000000, but is 1e+300."),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        load_config("model=logistic", *overrides)


def test_too_many_components_are_named_by_their_setting() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `model.num_components` must be at most 269 with PCA of 269 "):
        fit("model=logistic", "model.features=pca", "model.num_components=500")
