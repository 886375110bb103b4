"""Classical models on digits: against other implementations, and only training images decide."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp

from qnlnet.audit.classical import MODELS, draw_for_search, fit_classical
from qnlnet.audit.classical_report import write_baselines
from qnlnet.audit.classical_rows import baseline_frame, check_baselines, measure_baselines, read_baseline_rows
from qnlnet.config import BaselinesConfig, RunConfig, load_config
from qnlnet.data import load_dataset
from qnlnet.errors import ArgumentError
from qnlnet.models import Features, prepare_features

CONFIG = BaselinesConfig(models=tuple(MODELS), folds=4, search_images=150)


def cell(classes: str = "[3,8]") -> RunConfig:
    return load_config("data=digits", "reducer=pca", "protocol=corrected", f"data.classes={classes}")


def features(classes: str = "[3,8]") -> Features:
    config = cell(classes)
    return prepare_features(load_dataset(config.data), config)


def regress(inputs: np.ndarray, labels: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Another implementation: minimises ½‖w‖² + C Σ log(1 + exp(−s(w·x + b))) for two classes."""
    signs = np.where(labels == 1, 1.0, -1.0)

    def loss(own: np.ndarray) -> float:
        margins = signs * (inputs @ own[:-1] + own[-1])
        return float(own[:-1] @ own[:-1] / 2 + strength * logsumexp([np.zeros_like(margins), -margins], axis=0).sum())

    found = minimize(loss, np.zeros(inputs.shape[1] + 1), method="BFGS", options={"gtol": 1e-4})
    return found.x[:-1], found.x[-1]


def test_logistic_regression_is_that_of_a_general_optimiser() -> None:
    known = features()
    fit = fit_classical(MODELS["logistic"], known, CONFIG)
    weights, bias = regress(known.train.astype(float), known.train_labels, fit.hyperparameters["C"])
    # Both stop at gradients of 10⁻⁴, scikit-learn of this loss divided by C times the images; the curvature is at
    # least that of ½‖w‖², 1.
    scale = fit.hyperparameters["C"] * len(known.train)
    assert scale < 100
    np.testing.assert_allclose(fit.classifier.coef_[0], weights, rtol=0, atol=1e-4 * (1 + scale))
    scores = known.test @ weights + bias
    clear = np.abs(scores) > 0.1
    assert clear.mean() > 0.8
    assert (fit.classifier.predict(known.test)[clear] == (scores[clear] > 0)).all()
    assert fit.size == 4 + 1


def test_nearest_neighbours_are_those_of_all_distances() -> None:
    known = features()
    fit = fit_classical(MODELS["k_nearest"], known, CONFIG)
    count = fit.hyperparameters["n_neighbors"]
    distances = np.linalg.norm(known.test[:, None] - known.train[None], axis=-1)
    votes = known.train_labels[np.argsort(distances, axis=1, kind="stable")[:, :count]].mean(axis=1)
    assert count % 2 == 1  # no vote is a draw
    np.testing.assert_array_equal(fit.classifier.predict(known.test), votes > 0.5)
    assert fit.accuracy(known.test, known.test_labels) == 100 * ((votes > 0.5) == known.test_labels).mean()
    assert fit.size == len(known.train)


def test_the_kernel_machine_decides_by_its_support_vectors_and_fulfils_its_optimality_conditions() -> None:
    known = features()
    fit = fit_classical(MODELS["rbf_svm"], known, CONFIG)
    machine, gamma, strength = fit.classifier, fit.hyperparameters["gamma"], fit.hyperparameters["C"]
    assert fit.size == len(machine.support_)

    def decide(inputs: np.ndarray) -> np.ndarray:
        squares = ((inputs[:, None] - known.train[machine.support_][None]) ** 2).sum(axis=-1)
        return np.exp(-gamma * squares) @ machine.dual_coef_[0] + machine.intercept_[0]

    np.testing.assert_array_equal(machine.predict(known.test), decide(known.test) > 0)
    signs = np.where(known.train_labels == 1, 1.0, -1.0)
    multipliers = np.zeros(len(signs))
    multipliers[machine.support_] = np.abs(machine.dual_coef_[0])
    margins = signs * decide(known.train.astype(float))
    tolerance = 2e-3  # libsvm stops at 10⁻³ between the two sides
    assert multipliers.max() <= strength + 1e-9
    assert abs((signs * multipliers).sum()) < 1e-6
    assert margins[multipliers == 0].min() >= 1 - tolerance
    free = (multipliers > 0) & (multipliers < strength)
    np.testing.assert_allclose(margins[free], 1, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", list(MODELS))
def test_the_search_scores_folds_of_training_images_and_takes_the_best(name: str) -> None:
    known = features()
    fit = fit_classical(MODELS[name], known, CONFIG)
    inputs, labels = draw_for_search(known, CONFIG)
    assert fit.searched_images == len(labels) == 150
    rows = {row.tobytes() for row in known.train}
    assert all(row.tobytes() in rows for row in inputs)
    # Shares of the classes: 150 of a few hundred, rounded.
    shares = [np.bincount(part) / len(part) for part in (labels, known.train_labels)]
    np.testing.assert_allclose(*shares, atol=1 / 150)
    ((only, values),) = [pair for pair in MODELS[name].grid.items() if pair[0] in ("C", "n_neighbors")]
    assert fit.hyperparameters[only] in values
    assert 50 < fit.validated_accuracy <= 100


@pytest.mark.parametrize("name", list(MODELS))
def test_test_images_decide_nothing_and_the_same_seed_gives_the_same(name: str) -> None:
    known = features()
    blind = replace(known, test=known.test[:1] * 0, test_labels=known.test_labels[:1])
    first, second = (fit_classical(MODELS[name], one, CONFIG) for one in (known, blind))
    assert first.hyperparameters == second.hyperparameters
    assert first.validated_accuracy == second.validated_accuracy
    np.testing.assert_array_equal(first.classifier.predict(known.test), second.classifier.predict(known.test))


@pytest.mark.slow
@pytest.mark.parametrize(("classes", "number"), [("[0,1,2,3]", 4), ("[0,1,2,3,4,5,6,7,8,9]", 10)])
def test_several_classes_are_fitted_too(classes: str, number: int, tmp_path: Path) -> None:
    config = BaselinesConfig(models=tuple(MODELS), search_images=400)
    rows = list(measure_baselines([cell(classes)], config, tmp_path))
    assert {row["classes"] for row in rows} == {"/".join(map(str, range(number)))}
    assert all(row["test_accuracy"] > 3 * 100 / number / 2 for row in rows)
    sizes = {row["model"]: row["size"] for row in rows}
    assert sizes["logistic"] == sizes["linear_svm"] == number * (4 + 1)


def test_rows_are_kept_and_written_as_they_come(tmp_path: Path) -> None:
    some = CONFIG.model_copy(update={"models": ("logistic", "k_nearest")})
    measured = measure_baselines([cell()], some, tmp_path)
    first = next(measured)
    measured.close()
    assert read_baseline_rows(tmp_path / "baselines.csv").to_dict("records") == [first]
    rows = list(measure_baselines([cell()], some, tmp_path))
    assert rows[0] == first  # to the last digit of its seconds: it was not computed again
    stored = read_baseline_rows(tmp_path / "baselines.csv")
    assert stored.model.tolist() == ["logistic", "k_nearest"]
    before = (tmp_path / "baselines.csv").read_bytes()
    assert list(measure_baselines([cell()], some, tmp_path)) == rows
    assert (tmp_path / "baselines.csv").read_bytes() == before
    text = write_baselines(tmp_path, baseline_frame(rows)).read_text(encoding="utf-8")
    assert f"| {rows[0]['validated_accuracy']:.2f} | {rows[0]['train_accuracy']:.2f} |" in text
    assert "Digits 3/8 150 of " in text


@pytest.mark.parametrize(
    ("words", "changes", "message"),
    [
        ("reducer=pca", {"models": ("forest",)}, "Argument `models` must be one of logistic, .*, but is 'forest'"),
        ("reducer=cnn", {}, "Argument `reducer` must be pca: classical models get its components, but is 'cnn'."),
    ],
)
def test_what_can_not_be_fitted_is_refused(words: str, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        check_baselines([load_config("data=digits", words)], CONFIG.model_copy(update=changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"folds": 76, "search_images": 150}, "Argument `folds` must be at most 7., the images of the smallest"),
        ({"search_images": 1}, "Argument `search_images` must be at least 2, but is 1"),
    ],
)
def test_a_search_without_enough_images_is_refused(changes: dict[str, int], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        draw_for_search(features(), CONFIG.model_copy(update=changes))


def test_few_images_limit_the_neighbours_that_are_tried() -> None:
    known = features()
    few = slice(0, None, len(known.train) // 40)
    small = replace(known, train=known.train[few], train_labels=known.train_labels[few])
    fit = fit_classical(MODELS["k_nearest"], small, CONFIG)
    assert fit.hyperparameters["n_neighbors"] <= len(small.train) * 3 // 4
