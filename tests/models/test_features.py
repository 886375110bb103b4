"""Features: normalisation against arithmetic by hand, principal components against a singular value decomposition."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from qnlnet.config import RunConfig, load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import ArgumentError, DataError
from qnlnet.models import Features, PrincipalComponents, extract_features, prepare_features

MakeDataset = Callable[..., Dataset]


@pytest.fixture
def make_dataset() -> MakeDataset:
    """Returns a function that makes random images with four strong directions; half of each split is class 0."""

    def make(train: int, test: int, shape: tuple[int, int, int]) -> Dataset:
        random = np.random.default_rng(0)
        directions = random.normal(size=(4, int(np.prod(shape))))

        def images(count: int) -> np.ndarray:
            strengths = random.normal(loc=0.2, size=(count, 4)) * [30, 20, 13, 9]
            pixels = 128 + strengths @ directions + random.normal(size=(count, directions.shape[1]))
            return pixels.clip(0, 255).astype(np.uint8).reshape(count, *shape)

        def labels(count: int) -> np.ndarray:
            return np.repeat(np.array([0, 1]), [count // 2, count - count // 2])

        return Dataset("mnist", (0, 1), images(train), labels(train), images(test), labels(test), official=True)

    return make


@pytest.mark.slow
def test_more_components_than_training_images_are_refused() -> None:
    config = load_config("data=digits", "reducer=pca", "num_qubits=12", "ansatz=0")
    full = load_dataset(config.data)
    few = np.concatenate([np.flatnonzero(full.train_labels == label)[:5] for label in (0, 1)])
    dataset = replace(full, train_images=full.train_images[few], train_labels=full.train_labels[few])
    with pytest.raises(ArgumentError, match=r"`num_qubits` must be at most 10 with PCA of 10 training images"):
        prepare_features(dataset, config)


def test_normalised_pixels_agree_with_arithmetic_by_hand(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(4, 2, (1, 28, 28))
    dataset.train_images[0, 0, 3, :3] = 0, 51, 255
    features = prepare_features(dataset, load_config("data=mnist"))
    assert features.train.dtype == np.float32
    assert features.train.shape == (4, 1, 28, 28)
    # (0 − 0.1307)/0.3081, (0.2 − 0.1307)/0.3081, (1 − 0.1307)/0.3081
    np.testing.assert_allclose(features.train[0, 0, 3, :3], [-0.4242129, 0.2249270, 2.8214865], rtol=1e-6)


def test_each_colour_has_its_own_normalisation(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(4, 2, (3, 32, 32))
    dataset.test_images[1, :, 5, 6] = 51, 102, 204
    features = prepare_features(dataset, load_config("data=cifar10"))
    # (0.2 − 0.4915)/0.2470, (0.4 − 0.4823)/0.2435, (0.8 − 0.4468)/0.2616
    np.testing.assert_allclose(features.test[1, :, 5, 6], [-1.1801619, -0.3379877, 1.3501529], rtol=1e-6)


def test_labels_and_images_stay_as_they_are(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(20, 8, (1, 28, 28))
    before = dataset.train_images.copy()
    for reducer in ("cnn", "pca"):
        features = prepare_features(dataset, load_config(f"reducer={reducer}"))
        np.testing.assert_array_equal(features.train_labels, dataset.train_labels)
        np.testing.assert_array_equal(features.test_labels, dataset.test_labels)
        np.testing.assert_array_equal(dataset.train_images, before)


def principal_components(dataset: Dataset, like: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both splits along the first four right singular vectors of the centred training pixels, with signs as `like`."""
    train = dataset.train_images.reshape(len(dataset.train_images), -1).astype(np.float64)
    test = dataset.test_images.reshape(len(dataset.test_images), -1).astype(np.float64)
    mean = train.mean(axis=0)
    _, _, directions = np.linalg.svd(train - mean, full_matrices=False)
    projections = (train - mean) @ directions[:4].T, (test - mean) @ directions[:4].T
    signs = np.sign((projections[0] * like).sum(axis=0))
    return projections[0] * signs, projections[1] * signs


def check_principal_components(dataset: Dataset, scaling: str, tolerance: float) -> None:
    features = prepare_features(dataset, load_config("reducer=pca", f"train.pca_scaling={scaling}"))
    train, test = principal_components(dataset, features.train)
    reference = test if scaling == "each_split" else train
    assert features.train.dtype == features.test.dtype == np.float32
    assert features.train.flags.c_contiguous
    assert features.test.flags.c_contiguous
    np.testing.assert_allclose(features.train, (train - train.mean()) / train.std(), rtol=0, atol=tolerance)
    np.testing.assert_allclose(features.test, (test - reference.mean()) / reference.std(), rtol=0, atol=tolerance)


@pytest.mark.parametrize("scaling", ["each_split", "train_split"])
@pytest.mark.parametrize(
    ("train", "shape"),
    [(40, (1, 8, 8)), (700, (1, 8, 8)), (30, (3, 16, 16))],
    ids=["full solver", "covariance solver", "randomised solver"],
)
def test_principal_components_agree_with_a_singular_value_decomposition(
    make_dataset: MakeDataset, train: int, shape: tuple[int, int, int], scaling: str
) -> None:
    # The values are below 8, where neighbouring float32 lie 2^-21 apart; the solvers are far more exact than that.
    check_principal_components(make_dataset(train, 25, shape), scaling, tolerance=2.0**-21)


def test_principal_components_of_the_digits_agree_too() -> None:
    dataset = load_dataset(load_config("data=digits").data)
    # The randomised solver stops after seven iterations; the spectrum of real images falls slowly.
    check_principal_components(dataset, "each_split", tolerance=1e-5)


def prepare(dataset: Dataset, *overrides: str) -> tuple[RunConfig, Features]:
    config = load_config("reducer=pca", *overrides)
    return config, prepare_features(dataset, config)


def test_one_mean_and_one_deviation_serve_all_components(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(60, 25, (1, 10, 10))
    _, each = prepare(dataset, "train.pca_scaling=each_split")
    _, by_train = prepare(dataset, "train.pca_scaling=train_split")
    for split in (each.train, each.test, by_train.train):
        # Rounding of n float32 values of size ~1 moves their mean and deviation by less than 2^-24.
        assert abs(split.mean(dtype=np.float64)) < 2.0**-24
        assert abs(split.std(dtype=np.float64) - 1) < 2.0**-24
    assert np.ptp(each.train.std(axis=0)) > 0.5  # no component is scaled by itself
    np.testing.assert_array_equal(each.train, by_train.train)
    assert abs(by_train.test.mean(dtype=np.float64)) > 1e-3


def test_a_range_is_that_of_the_training_components(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(60, 25, (1, 10, 10))
    config = load_config("reducer=pca")
    standardised = extract_features(dataset, config.data, PrincipalComponents(4, "train_split"))
    least, greatest = standardised.train.min(), standardised.train.max()
    features = extract_features(dataset, config.data, PrincipalComponents(4, "range"))
    assert (features.train.min(), features.train.max()) == (0, 1)
    assert np.ptp(features.train, axis=0).min() < 0.9  # no component is scaled by itself
    for split, components in ((features.train, standardised.train), (features.test, standardised.test)):
        assert split.dtype == np.float32
        assert split.flags.c_contiguous
        expected = ((components - least) / (greatest - least)).clip(0, 1)
        np.testing.assert_allclose(split, expected, rtol=0, atol=2.0**-22)


def test_components_beyond_the_range_are_clipped(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(60, 25, (1, 10, 10))
    dataset.test_images[:] = (4 * dataset.test_images.astype(int) - 384).clip(0, 255)  # four times the contrast
    features = extract_features(dataset, load_config("reducer=pca").data, PrincipalComponents(4, "range"))
    assert (features.test.min(), features.test.max()) == (0, 1)
    assert np.isin(features.test, [0, 1]).any(axis=0).sum() > 1


def test_the_test_split_never_shapes_the_training_features(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(60, 25, (1, 10, 10))
    _, before = prepare(dataset)
    dataset.test_images[:] = 255 - dataset.test_images
    _, after = prepare(dataset)
    np.testing.assert_array_equal(before.train, after.train)
    assert not np.array_equal(before.test, after.test)


def test_there_are_as_many_components_as_qubits(make_dataset: MakeDataset) -> None:
    _, features = prepare(make_dataset(40, 20, (1, 8, 8)), "num_qubits=6", "readout_qubit=5")
    assert features.train.shape == (40, 6)
    assert features.test.shape == (20, 6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("split", ["train", "test"])
def test_features_that_are_not_finite_are_refused(split: str, value: float, make_dataset: MakeDataset) -> None:
    features = prepare_features(make_dataset(9, 9, (1, 28, 28)), load_config("reducer=pca"))
    inputs = getattr(features, split).copy()
    inputs[5, 1], inputs[7, 2] = value, value
    with pytest.raises(ArgumentError) as caught:
        replace(features, **{split: inputs})
    assert str(caught.value) == (
        f"Argument `{split}` must be finite, but is nan or infinite in 2 of 36 values, first in input 5. Look at the "
        "images, and at data.mean and data.std."
    )


@pytest.mark.parametrize("override", ["data.mean=[1e60]", "data.std=[1e-60]"])
def test_a_normalisation_that_gives_no_numbers_is_refused(override: str, make_dataset: MakeDataset) -> None:
    with pytest.raises(ArgumentError, match=r"`train` must be finite, .* at data\.mean and data\.std"):
        prepare_features(make_dataset(4, 4, (1, 28, 28)), load_config("reducer=cnn", override))


def test_features_of_another_type_or_number_are_refused(make_dataset: MakeDataset) -> None:
    features = prepare_features(make_dataset(9, 9, (1, 28, 28)), load_config("reducer=pca"))
    with pytest.raises(ArgumentError, match=r"`train` must be float32, but is 'float64'"):
        replace(features, train=features.train.astype(np.float64))
    with pytest.raises(ArgumentError, match=r"`test_labels` must have one label for each of the 9 inputs, but is 8"):
        replace(features, test_labels=features.test_labels[1:])


def test_images_that_are_all_the_same_have_no_principal_components(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(9, 9, (1, 28, 28))
    constant = np.full_like(dataset.train_images, 7)
    with pytest.raises(DataError, match=r"^The training images must differ .*, but all 9 are the same\. Have a look"):
        prepare_features(replace(dataset, train_images=constant), load_config("reducer=pca"))


def test_test_images_without_a_deviation_are_refused_where_it_is_needed(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(8, 4, (1, 28, 28))
    train = dataset.train_images.astype(int)
    train[4:] = 255 - train[:4]  # the mean is 127.5, whatever the images are
    doubled = np.stack([train // 2 * 2, 254 - train // 2 * 2]).reshape(-1, 1, 28, 28).astype(np.uint8)  # of these 127
    labels = np.repeat([0, 1], 8)
    means = np.full((4, 1, 28, 28), 127, np.uint8)
    dataset = replace(dataset, train_images=doubled, train_labels=labels, test_images=means)
    with pytest.raises(DataError, match=r"^The test images must differ .* Choose train\.pca_scaling=train_split"):
        prepare_features(dataset, load_config("reducer=pca", "train.pca_scaling=each_split"))
    by_train = prepare_features(dataset, load_config("reducer=pca", "train.pca_scaling=train_split"))
    np.testing.assert_allclose(by_train.test, by_train.test[:1].repeat(4, axis=0))
