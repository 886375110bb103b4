"""What a model sees: normalised images for the CNN, principal components for PCA."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qnlnet.config import RunConfig
from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError, DataError, argument_error

_ROUNDING = 1e-9  # of components, as a share of their deviation


@dataclass(frozen=True)
class Features:
    """Model inputs of both splits.

    Attributes:
        train: float32, shape (count, channels, height, width) for the CNN or (count, num_qubits) for PCA.
        train_labels: int64, shape (count,): places of the classes in `data.classes`.
        test: Like `train`, of the test split.
        test_labels: Like `train_labels`, of the test split.

    Raises:
        ArgumentError: Inputs are not finite or not float32, or there is not one label for each.
    """

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test: NDArray[np.float32]
    test_labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Checks what training would turn into wrong numbers without an error."""
        _check_inputs("train", self.train, self.train_labels)
        _check_inputs("test", self.test, self.test_labels)


def _check_inputs(name: str, inputs: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
    if inputs.dtype != np.float32:
        raise argument_error(name, "be float32", inputs.dtype.name)
    if len(inputs) != len(labels):
        raise argument_error(f"{name}_labels", f"have one label for each of the {len(inputs)} inputs", len(labels))
    wrong = np.argwhere(~np.isfinite(inputs))
    if len(wrong):
        actual = f"nan or infinite in {len(wrong):,} of {inputs.size:,} values, first in input {wrong[0][0]}"
        advice = "Look at the images, and at data.mean and data.std."
        raise ArgumentError(f"Argument `{name}` must be finite, but is {actual}. {advice}")


def prepare_features(dataset: Dataset, config: RunConfig) -> Features:
    """Turns images into what the reducer's trained part takes as input.

    The CNN gets pixels in [0, 1], normalised by the mean and standard deviation of `config.data`. PCA is fitted on
    the raw pixels (0 to 255) of the training split; its components are standardised by one mean and one standard
    deviation over all of them, taken from each split itself (``pca_scaling="each_split"``, as the released script
    does) or from the training split for both (``"train_split"``).

    Raises:
        ArgumentError: PCA is to find more components than there are training images or pixels, or `config.data`
            normalises to numbers that are not finite.
        DataError: All training images are the same, so that there are no principal components, or all components of
            the test images are.
    """
    if config.reducer.name != "pca":
        train, test = (_normalise(images, config) for images in (dataset.train_images, dataset.test_images))
    else:
        train, test = _principal_components(dataset, config)
    return Features(train, dataset.train_labels, test, dataset.test_labels)


def _normalise(images: NDArray[np.uint8], config: RunConfig) -> NDArray[np.float32]:
    pixels = images.astype(np.float32) / np.float32(255)
    with np.errstate(all="ignore"):  # `Features` refuses what comes of an absurd mean or deviation
        pixels -= np.array(config.data.mean, np.float32).reshape(-1, 1, 1)
        pixels /= np.array(config.data.std, np.float32).reshape(-1, 1, 1)
    return pixels


def _principal_components(dataset: Dataset, config: RunConfig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.decomposition import PCA  # imports for a second, and the CNN does without

    train_pixels = dataset.train_images.reshape(len(dataset.train_images), -1)
    test_pixels = dataset.test_images.reshape(len(dataset.test_images), -1)
    if config.num_qubits > min(train_pixels.shape):
        count, pixels = train_pixels.shape
        requirement = f"be at most {min(count, pixels)} with PCA of {count} training images of {pixels} values each"
        raise argument_error("num_qubits", requirement, config.num_qubits)
    if np.array_equal(train_pixels, np.broadcast_to(train_pixels[:1], train_pixels.shape)):
        raise DataError(
            f"The training images must differ to have principal components, but all {len(train_pixels):,} are the "
            "same. Have a look at some of them."
        )
    pca = PCA(n_components=config.num_qubits, random_state=0)  # many pixels make its solver randomised
    train, test = pca.fit_transform(train_pixels), pca.transform(test_pixels)
    by_train = config.train.pca_scaling == "train_split"
    test_reference = train if by_train else test
    if test_reference.std() <= _ROUNDING * train.std():
        raise DataError(
            "The test images must differ to be standardised by their own deviation, but all their principal components "
            "are equal. Choose train.pca_scaling=train_split, or have a look at some of them."
        )
    test = (test - test_reference.mean()) / test_reference.std()
    train = (train - train.mean()) / train.std()
    # The solvers return one order in memory or another, by the shape of the data; the compiled loop reads row by row.
    return np.ascontiguousarray(train, np.float32), np.ascontiguousarray(test, np.float32)
