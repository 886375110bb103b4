"""Is an accuracy better than that of always giving the same answer?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.data import Dataset

_LEVEL = 0.05  # of the one-sided binomial test
_LOPSIDED = 3  # so many times the images of the smallest class
_SHOWN = 10  # seeds


@dataclass(frozen=True)
class Majority:
    """The class with the most test images.

    Attributes:
        name: The class.
        right: How many test images are of it: so many are right where all get this label.
        images: The number of test images.
    """

    name: str
    right: int
    images: int

    @property
    def percent(self) -> float:
        """The accuracy of always giving its label, in percent."""
        return 100 * self.right / self.images

    def is_beaten_by(self, test_accuracy: float) -> bool:
        """Whether an accuracy, in percent, is above that by more than luck would explain (binomial test, 5 %)."""
        from scipy.stats import binomtest  # imports for a second

        right = round(test_accuracy * self.images / 100)
        share = self.right / self.images
        return right > self.right and bool(binomtest(right, self.images, share, "greater").pvalue < _LEVEL)


def find_majority(dataset: Dataset) -> Majority:
    """Returns the class with the most test images; the first of equal ones."""
    counts = np.bincount(dataset.test_labels)
    label = int(counts.argmax())
    return Majority(str(dataset.classes[label]), int(counts[label]), int(counts.sum()))


def has_converged(config: RunConfig, dataset: Dataset, test_accuracy: float) -> bool:
    """Whether an accuracy, in percent, is above `converged_above` and above that of always giving the same answer."""
    return test_accuracy > config.data.converged_above and test_accuracy > find_majority(dataset).percent


def describe_imbalance(config: RunConfig, dataset: Dataset) -> str:
    """Returns a sentence about classes of very different size; '' where they are not."""
    majority = find_majority(dataset)
    counts = [np.bincount(labels).astype(np.int64) for labels in (dataset.train_labels, dataset.test_labels)]
    is_lopsided = any(count.max() >= _LOPSIDED * count.min() for count in counts)
    if not is_lopsided and majority.percent <= config.data.converged_above:
        return ""
    train, test = (_list_counts(dataset.classes, count) for count in counts)
    return (
        f"always answering {majority.name} is right for {majority.percent:.2f} % of the test images ({test}; to train "
        f"there are {train}), so a seed counts as converged only above that"
    )


def describe_chance(dataset: Dataset, seed_rows: pd.DataFrame) -> str:
    """Returns a sentence about the seeds that are no better than always giving the same answer; '' if there are none.

    Args:
        dataset: The images.
        seed_rows: The per-seed rows of a cell.
    """
    majority = find_majority(dataset)
    by_chance = [
        int(seed)
        for seed, accuracy in zip(seed_rows.seed, seed_rows.test_accuracy, strict=True)
        if not majority.is_beaten_by(accuracy)
    ]
    if not by_chance:
        return ""
    some = f"{len(by_chance)} of {len(seed_rows)} seeds ({_list(by_chance)})"
    who = f"seed {by_chance[0]} is" if len(seed_rows) == 1 else f"{some} are"
    return (
        f"{who} not above {majority.percent:.2f} %, which always answering {majority.name} gives, by more than luck "
        f"explains (one-sided binomial test with {majority.images:,} test images, 5 %)"
    )


def _list_counts(classes: Sequence[int | str], counts: NDArray[np.int64]) -> str:
    return " : ".join(f"{count:,} {name}" for name, count in zip(classes, counts, strict=True))


def _list(seeds: Sequence[int]) -> str:
    more = [f"{len(seeds) - _SHOWN} more"] if len(seeds) > _SHOWN else []
    return ", ".join([*map(str, seeds[:_SHOWN]), *more])
