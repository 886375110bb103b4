"""The embedded digits: their split, and their enlargement against a second implementation."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from qnlnet.data.digits import enlarge, read_digits
from qnlnet.data.labelled_images import select_classes


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 8, 8), (2, 9, 17)])
def test_enlargement_is_bilinear_interpolation(shape: tuple[int, int, int]) -> None:
    images = load_digits().images[:50]
    result = enlarge(images.astype(np.int64), shape)
    exact = torch.nn.functional.interpolate(
        torch.from_numpy(images[:, None]) * 255 / 16, shape[1:], mode="bilinear", align_corners=False
    ).numpy()
    assert result.shape == (50, *shape)
    assert result.dtype == np.uint8
    # Rounding to the nearest whole number is off by 1/2 at most; 1e-9 is for the float64 of the other implementation.
    assert np.abs(result - exact).max() <= 0.5 + 1e-9


def test_black_stays_black_and_white_stays_white() -> None:
    images = np.stack([np.zeros((8, 8), np.int64), np.full((8, 8), 16)])
    result = enlarge(images, (1, 28, 28))
    assert (result[0] == 0).all()
    assert (result[1] == 255).all()


def test_first_three_quarters_of_each_class_train_and_the_rest_test() -> None:
    digits = load_digits()
    splits = read_digits((1, 8, 8))
    for label in range(10):
        expected = enlarge(digits.images[digits.target == label].astype(np.int64), (1, 8, 8))
        train, _ = select_classes(splits.train, [label])
        test, _ = select_classes(splits.test, [label])
        np.testing.assert_array_equal(np.concatenate([train, test]), expected)
        assert len(train) == int(0.75 * len(expected))
