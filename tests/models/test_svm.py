"""Support vector machines against scikit-learn, and against the conditions of their optimum."""

import numpy as np
import pytest
from models.fitting import fit
from refusals import refused
from sklearn.svm import SVC

from qnlnet.config import load_config
from qnlnet.training import score_with_model

GAMMA = "Argument `model.gamma` must be scale, or a number above 0 and at most 1e+09, but is "
FLOAT32 = 1e-4  # of coefficients up to C = 100


@pytest.mark.slow
@pytest.mark.parametrize("classes", ["[0,1]", "[3,8]", "[0,1,2]", "[9,8,7,6,5,4,3,2,1,0]"])
@pytest.mark.parametrize("kernel", ["rbf", "linear"])
@pytest.mark.parametrize("features", ["pixels", "pca"])
def test_scores_and_labels_are_those_of_scikit_learn(classes: str, kernel: str, features: str) -> None:
    done = fit("model=svm", f"data.classes={classes}", f"model.kernel={kernel}", f"model.features={features}")
    gamma = float(done.model.gamma)
    assert gamma == pytest.approx(1 / (done.rows.shape[1] * done.rows.var()), rel=1e-7)
    theirs = SVC(kernel=kernel, C=1.0, gamma=gamma, break_ties=classes.count(",") > 1).fit(done.rows, done.labels)
    np.testing.assert_array_equal(done.scores.argmax(1), theirs.predict(done.test_rows))
    decisions = theirs.decision_function(done.test_rows)
    expected = decisions if decisions.ndim == 2 else np.stack([-decisions, decisions], axis=1)
    np.testing.assert_allclose(done.scores, expected, rtol=1e-5, atol=FLOAT32)


def test_gamma_may_be_a_number() -> None:
    done = fit("model=svm", "model.gamma=0.02", "model.C=10")
    theirs = SVC(C=10, gamma=0.02).fit(done.rows, done.labels)
    np.testing.assert_allclose(done.scores[:, 1], theirs.decision_function(done.test_rows), rtol=1e-5, atol=FLOAT32)


def test_the_optimum_obeys_its_conditions() -> None:
    done = fit("model=svm", "data.classes=[3,8]", "model.features=pca", "model.C=2")
    model = done.model
    strength = model.coefficients.abs().numpy()[:, 0]
    assert (strength <= 2 * (1 + 1e-6)).all()
    assert abs(float(model.coefficients.sum())) < 1e-3
    signs = np.where(done.labels == 1, 1, -1)
    margins = signs * score_with_model(model, done.features.train)[:, 1]
    inside = {tuple(row) for row, value in zip(model.vectors.numpy().tolist(), strength, strict=True) if value < 1.999}
    free = [tuple(row) in inside for row in done.features.train.tolist()]
    np.testing.assert_allclose(margins[free], 1, atol=1e-2)  # libsvm stops at 1e-3
    kept = {tuple(row) for row in model.vectors.numpy().tolist()}
    others = [tuple(row) not in kept for row in done.features.train.tolist()]
    assert margins[others].min() > 1 - 1e-2


def test_reaches_on_digits_what_is_to_be_expected() -> None:
    assert fit("model=svm").accuracy() > 99
    assert fit("model=svm", "data.classes=[0,1,2,3,4,5,6,7,8,9]", "model.C=10").accuracy() > 95


def test_some_training_images_are_those_that_a_quantum_kernel_sees() -> None:
    machine = fit("model=svm", "model.features=pca", "model.kernel=linear", "model.max_train=20").model
    all_support = ("model.bandwidth=30", "num_qubits=4")  # states so far apart that none can be left out
    quantum = fit("model=quantum_kernel", "model.max_train=20", *all_support).model
    kept, seen = ({tuple(row) for row in model.vectors.tolist()} for model in (machine, quantum))
    assert len(seen) == 20
    assert kept < seen


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (("model.C=-1",), "Argument `model.C` must be greater than 0, but is -1."),
        (
            ("model.kernel=linear", "model.gamma=0.1"),
            "Argument `model.gamma` must be left out with model.kernel=linear, but is 0.1.",
        ),
        (("model.gamma=0",), f"{GAMMA}0."),
        (("model.gamma=auto",), f"{GAMMA}'auto'."),
        (("model.gamma=true",), f"{GAMMA}True."),
        (("model.gamma=[1]",), f"{GAMMA}[1]."),
        (("model.gamma=1e300",), f"{GAMMA}1e+300."),
        (("model.gamma=nan",), f"{GAMMA}nan."),
        (
            ("model.neighbours=3",),
            "There is no configuration key `model.neighbours` here. `model.neighbours` belongs to model=k_nearest. "
            "Choose that model, or leave `model.neighbours` out.",
        ),
    ],
)
def test_bad_settings_are_refused(overrides: tuple[str, ...], sentence: str) -> None:
    with refused(sentence):
        load_config("model=svm", *overrides)
