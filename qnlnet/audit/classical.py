"""Classical models on the features of PCA-QNL-Net: hyperparameters by cross-validation, then a fit to all images."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC

from qnlnet.config import BaselinesConfig
from qnlnet.errors import argument_error
from qnlnet.models import Features
from qnlnet.seeding import integer_seed

_STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)  # C: the larger, the closer the fit


@dataclass(frozen=True)
class ClassicalModel:
    """A classifier of scikit-learn and what is tried of it.

    Attributes:
        label: Its name to a reader.
        build: Makes it, with everything that is not tried.
        grid: The values that are tried of each hyperparameter; of equally good ones the first is taken.
        size: What is counted of a fitted one.
    """

    label: str
    build: Callable[[], Any]
    grid: Mapping[str, Sequence[Any]]
    size: str


MODELS: Mapping[str, ClassicalModel] = {
    "logistic": ClassicalModel(
        "Logistic regression", lambda: LogisticRegression(max_iter=1000), {"C": _STRENGTHS}, "parameters"
    ),
    "linear_svm": ClassicalModel("Linear SVM", lambda: LinearSVC(dual=False), {"C": _STRENGTHS}, "parameters"),
    "rbf_svm": ClassicalModel(
        "SVM with RBF kernel",
        lambda: SVC(kernel="rbf"),
        {"C": _STRENGTHS[1:], "gamma": (0.01, 0.1, 1.0, 10.0)},
        "support vectors",
    ),
    "k_nearest": ClassicalModel(
        "k nearest neighbours", KNeighborsClassifier, {"n_neighbors": (1, 5, 15, 45, 135)}, "training images"
    ),
}


@dataclass(frozen=True)
class Fit:
    """A classifier with its best hyperparameters.

    Attributes:
        classifier: Fitted to all training images.
        hyperparameters: Those that the cross-validation has chosen.
        validated_accuracy: Their mean accuracy over the folds, in percent.
        searched_images: How many training images took part in the search.
        size: How many of what `ClassicalModel.size` says.
        search_seconds: Wall time of the search.
        fit_seconds: Wall time of the fit to all training images.
    """

    classifier: Any
    hyperparameters: Mapping[str, Any]
    validated_accuracy: float
    searched_images: int
    size: int
    search_seconds: float
    fit_seconds: float

    def accuracy(self, inputs: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
        """Returns the share of right labels, in percent."""
        return 100 * float((self.classifier.predict(inputs) == labels).mean())


def fit_classical(model: ClassicalModel, features: Features, config: BaselinesConfig) -> Fit:
    """Chooses hyperparameters by cross-validation on training images, and fits to all of them.

    Test images are not looked at.

    Raises:
        ArgumentError: A class has fewer images than there are folds.
    """
    inputs, labels = draw_for_search(features, config)
    folds = StratifiedKFold(config.folds, shuffle=True, random_state=_random_state(config))
    search = GridSearchCV(model.build(), _possible(model, inputs, config), cv=folds, refit=False, error_score="raise")
    started = time.perf_counter()
    search.fit(inputs, labels)
    searched = time.perf_counter()
    classifier = model.build().set_params(**search.best_params_)
    classifier.fit(features.train, features.train_labels)
    return Fit(
        classifier=classifier,
        hyperparameters=dict(search.best_params_),
        validated_accuracy=100 * float(search.best_score_),
        searched_images=len(labels),
        size=_size(classifier),
        search_seconds=searched - started,
        fit_seconds=time.perf_counter() - searched,
    )


def draw_for_search(features: Features, config: BaselinesConfig) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Returns inputs and labels of the training images that take part in the search, every class with its share.

    Raises:
        ArgumentError: A class has fewer images there than there are folds.
    """
    inputs, labels = features.train, features.train_labels
    num_classes = len(np.unique(labels))
    if len(labels) - config.search_images >= num_classes:  # scikit-learn wants one of each class on both sides
        if config.search_images < num_classes:
            raise argument_error("search_images", f"be at least {num_classes}", config.search_images)
        state = _random_state(config)
        inputs, _, labels, _ = train_test_split(
            inputs, labels, train_size=config.search_images, stratify=labels, random_state=state
        )
    fewest = int(np.bincount(labels).min())
    if config.folds > fewest:
        advice = "Let the search see more images, or divide them into fewer parts."
        raise argument_error("folds", f"be at most {fewest}, the images of the smallest class", config.folds, advice)
    return inputs, labels


def _possible(model: ClassicalModel, inputs: NDArray[np.float32], config: BaselinesConfig) -> dict[str, list[Any]]:
    """Returns the grid without more neighbours than a search has images to learn from."""
    fewest = len(inputs) - -(-len(inputs) // config.folds)
    return {
        name: [value for value in values if name != "n_neighbors" or value <= fewest]
        for name, values in model.grid.items()
    }


def _random_state(config: BaselinesConfig) -> int:
    return integer_seed(config.search_seed, "folds")


def _size(classifier: Any) -> int:
    if isinstance(classifier, SVC):
        return int(classifier.n_support_.sum())
    if isinstance(classifier, KNeighborsClassifier):
        return int(classifier.n_samples_fit_)
    return int(classifier.coef_.size + classifier.intercept_.size)
