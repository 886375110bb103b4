"""What a model sees: pixels, principal components, a code or an eigenbasis, as its family asks for them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qnlnet.config import DataConfig
from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError, DataError, argument_error
from qnlnet.models.autoencoder import AutoencoderCode, encode_images
from qnlnet.models.eigenbases import SymmetricEigenbases, find_eigenbases
from qnlnet.models.resized import Resized, resize_splits

_ROUNDING = 1e-9  # of components, as a share of their deviation


@dataclass(frozen=True)
class Pixels:
    """Images as they are, with other numbers for their pixels and perhaps smaller.

    Attributes:
        scaling: ``standard``: in [0, 1], then normalised by the mean and deviation of the dataset; ``unit``: in [0, 1].
        size: Height and width to which blocks of pixels are averaged; None leaves them.
    """

    scaling: Literal["standard", "unit"] = "standard"
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class PrincipalComponents:
    """The first principal components of the raw pixels, scaled by numbers that are the same for all of them.

    Attributes:
        count: How many.
        scaling: ``each_split``: standardised by the mean and deviation of each split itself, as QNL-Net's released
            script does; ``train_split``: by those of the training split for both; ``range``: to [0, 1], by the least
            and the greatest value of the training split; test values beyond these become 0 or 1.
        setting: What `count` is called on the command line, for errors.
    """

    count: int
    scaling: Literal["each_split", "train_split", "range"] = "train_split"
    setting: str = field(default="num_qubits", compare=False)


# What a family asks for; with the settings of the images it is the key under which features are kept.
FeatureSpec = Pixels | Resized | PrincipalComponents | AutoencoderCode | SymmetricEigenbases


@dataclass(frozen=True)
class Features:
    """Model inputs of both splits.

    Attributes:
        train: float32, shape (count, channels, height, width) for pixels, (count, 1 + side, side) for eigenbases, or
            (count, numbers).
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


def extract_features(dataset: Dataset, data: DataConfig, spec: FeatureSpec) -> Features:
    """Turns images into what the trained part of a model takes as input.

    Args:
        dataset: The images.
        data: Their settings: mean and deviation of the pixels.
        spec: What is made of them. PCA is fitted on the raw pixels (0 to 255) of the training split.

    Raises:
        ArgumentError: PCA is to find more components than there are training images or pixels, images cannot be
            averaged to a size, or `data` normalises to numbers that are not finite.
        DataError: All training images are the same, so that there are no principal components, or all components of
            the test images are; or a number of their code is; or of those that a spec drops as equal none is left.
    """
    if isinstance(spec, Resized):
        small, small_test = resize_splits(dataset, spec)
        return Features(small.images, small.labels, small_test.images, small_test.labels)
    if isinstance(spec, PrincipalComponents):
        train, test = _principal_components(dataset, spec)
    elif isinstance(spec, AutoencoderCode):
        train, test = encode_images(dataset, spec)
    elif isinstance(spec, SymmetricEigenbases):
        train, test = (find_eigenbases(images, spec) for images in (dataset.train_images, dataset.test_images))
    else:
        train, test = (_scale(images, data, spec) for images in (dataset.train_images, dataset.test_images))
    return Features(train, dataset.train_labels, test, dataset.test_labels)


def _scale(images: NDArray[np.uint8], data: DataConfig, spec: Pixels) -> NDArray[np.float32]:
    pixels = images.astype(np.float32) / np.float32(255)
    if spec.scaling == "standard":
        with np.errstate(all="ignore"):  # `Features` refuses what comes of an absurd mean or deviation
            pixels -= np.array(data.mean, np.float32).reshape(-1, 1, 1)
            pixels /= np.array(data.std, np.float32).reshape(-1, 1, 1)
    return pixels if spec.size is None else _average_blocks(pixels, spec.size)


def _average_blocks(pixels: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    count, channels, height, width = pixels.shape
    if height % size[0] or width % size[1]:
        requirement = f"divide the {height} × {width} pixels of the images"
        raise argument_error("size", requirement, list(size), "Blocks of pixels are averaged.")
    blocks = pixels.reshape(count, channels, size[0], height // size[0], size[1], width // size[1])
    return np.ascontiguousarray(blocks.mean(axis=(3, 5), dtype=np.float32))


def _principal_components(
    dataset: Dataset, spec: PrincipalComponents
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.decomposition import PCA  # imports for a second, and pixels do without

    train_pixels = dataset.train_images.reshape(len(dataset.train_images), -1)
    test_pixels = dataset.test_images.reshape(len(dataset.test_images), -1)
    if spec.count > min(train_pixels.shape):
        count, pixels = train_pixels.shape
        requirement = f"be at most {min(count, pixels)} with PCA of {count} training images of {pixels} values each"
        raise argument_error(spec.setting, requirement, spec.count)
    if np.array_equal(train_pixels, np.broadcast_to(train_pixels[:1], train_pixels.shape)):
        raise DataError(
            f"The training images must differ to have principal components, but all {len(train_pixels):,} are the "
            "same. Have a look at some of them."
        )
    pca = PCA(n_components=spec.count, random_state=0)  # many pixels make its solver randomised
    train, test = pca.fit_transform(train_pixels), pca.transform(test_pixels)
    if spec.scaling == "range":
        least, greatest = train.min(), train.max()
        train, test = ((split - least) / (greatest - least) for split in (train, test.clip(least, greatest)))
        return np.ascontiguousarray(train, np.float32), np.ascontiguousarray(test, np.float32)
    test_reference = train if spec.scaling == "train_split" else test
    if test_reference.std() <= _ROUNDING * train.std():
        raise DataError(
            "The test images must differ to be standardised by their own deviation, but all their principal components "
            "are equal. Choose train.pca_scaling=train_split, or have a look at some of them."
        )
    test = (test - test_reference.mean()) / test_reference.std()
    train = (train - train.mean()) / train.std()
    # The solvers return one order in memory or another, by the shape of the data; the compiled loop reads row by row.
    return np.ascontiguousarray(train, np.float32), np.ascontiguousarray(test, np.float32)
