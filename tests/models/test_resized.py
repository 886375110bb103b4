"""Images made small: TensorFlow's and Pillow's ways, and what is dropped as equal."""

from dataclasses import replace

import numpy as np
import pytest

from qnlnet.config import load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import DataError
from qnlnet.models import Resized, extract_features, prepare_features
from qnlnet.models.resized import Duplicates, find_unambiguous, interpolate, smooth

MNIST = load_config("data=digits").data


def digits(*classes: int) -> Dataset:
    return load_dataset(load_config("data=digits", f"data.classes={list(classes)}").data)


def test_four_by_four_picks_pixels() -> None:
    images = digits(3, 6).test_images
    picked = images[:, :, 3::7, 3::7].astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(interpolate(images, (4, 4)), picked)


def test_eight_by_eight_lies_between_the_four_nearest() -> None:
    images = digits(3, 6).test_images[:5]
    places = 3.5 * np.arange(8) + 1.25
    low, share = np.floor(places).astype(int), places % 1
    rows = images[:, :, low] * (1 - share)[:, None] + images[:, :, low + 1] * share[:, None]
    expected = (rows[..., low] * (1 - share) + rows[..., low + 1] * share) / 255
    np.testing.assert_allclose(interpolate(images, (8, 8)), expected, rtol=0, atol=1e-6)


def test_smoothing_weighs_all_that_a_pixel_covers_by_a_triangle() -> None:
    images = digits(3, 6).test_images[:5]
    centres = 7 * np.arange(4) + 3.5
    shares = np.clip(1 - abs(np.arange(28) + 0.5 - centres[:, None]) / 7, 0, None)
    shares /= shares.sum(axis=1, keepdims=True)
    expected = shares @ images[:, 0] @ shares.T
    small = smooth(images, (4, 4))[:, 0] * 255
    assert np.array_equal(small, small.round())
    np.testing.assert_allclose(small, expected, rtol=0, atol=1.01)  # each of two passes rounds
    assert abs(interpolate(images, (4, 4))[:, 0] * 255 - expected).max() > 30  # quite other images


def test_equal_images_leave_one_and_none_where_labels_differ() -> None:
    images = np.array([5, 1, 2, 1, 3, 2, 5, 5], np.float32).reshape(8, 1, 1, 1)
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 0])
    assert find_unambiguous(images, labels).tolist() == [0, 1, 4]
    assert find_unambiguous(images, 1 - labels).tolist() == [0, 1, 4]


def test_two_hundred_fifty_five_doubled_is_two_hundred_fifty_four() -> None:
    dataset = digits(3, 6)
    doubled = extract_features(dataset, MNIST, Resized((4, 4), doubled=True)).test
    picked = dataset.test_images[:, :, 3::7, 3::7]
    np.testing.assert_allclose(doubled, 2 * picked.astype(int) % 256 / 255, rtol=0, atol=1e-6)


def test_dropping_may_leave_the_test_images_alone() -> None:
    dataset = digits(3, 6)
    dark = replace(dataset, test_images=dataset.test_images // 100, train_images=dataset.train_images // 100)
    ways: tuple[Duplicates, ...] = ("keep", "drop_in_train", "drop")
    sizes = {
        way: tuple(map(len, (features.train, features.test)))
        for way in ways
        for features in [extract_features(dark, MNIST, Resized((2, 2), duplicates=way))]
    }
    assert sizes["keep"][0] > sizes["drop_in_train"][0] == sizes["drop"][0]
    assert sizes["keep"][1] == sizes["drop_in_train"][1] > sizes["drop"][1]


def test_a_class_must_have_an_image_left() -> None:
    dataset = digits(3, 6)
    one = replace(dataset, train_images=np.zeros_like(dataset.train_images))
    with pytest.raises(DataError, match=r"^Images of each class must be left at 4 × 4 pixels "):
        extract_features(one, MNIST, Resized((4, 4), duplicates="drop"))


def mnist(*overrides: str) -> tuple[int, ...]:
    """Returns how many images there are of training and test, and of each class in training."""
    config = load_config("data=mnist", "data.classes=[3,6]", "data.verify=false", *overrides)
    features = prepare_features(load_dataset(config.data), config)
    return len(features.train), len(features.test), *np.bincount(features.train_labels)


@pytest.mark.usefixtures("real_data_root")
def test_of_the_real_images_as_many_are_left_as_the_tutorial_has() -> None:
    assert mnist("model=farhi_neven", "protocol=common") == (12_049, 1_968, 6_131, 5_918)
    assert mnist("model=farhi_neven", "protocol=paper") == (10_338, 1_968, 4_912, 5_426)


@pytest.mark.usefixtures("real_data_root")
@pytest.mark.parametrize(
    ("factor", "kinds", "contradictory"), [(1, 10_387, 49), (2, 10_064, 70)], ids=["tutorial", "sqnn"]
)
def test_so_many_kinds_of_real_images_there_are_and_so_many_of_them_with_both_labels(
    factor: int, kinds: int, contradictory: int
) -> None:
    dataset = load_dataset(load_config("data=mnist", "data.classes=[3,6]", "data.verify=false").data)
    small = interpolate(dataset.train_images * np.uint8(factor), (4, 4))
    assert len(np.unique(small, axis=0)) == kinds
    assert kinds - len(find_unambiguous(small, dataset.train_labels)) == contradictory
