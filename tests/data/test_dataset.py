"""The invariants of a dataset, and what its fingerprint sees."""

from typing import Any

import numpy as np
import pytest

from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError


def _values() -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {
        "name": "mnist",
        "classes": (3, 6),
        "train_images": random.integers(0, 256, (5, 1, 4, 4), dtype=np.uint8),
        "train_labels": np.array([0, 0, 0, 1, 1]),
        "test_images": random.integers(0, 256, (2, 1, 4, 4), dtype=np.uint8),
        "test_labels": np.array([0, 1]),
        "official": True,
    }


def test_fingerprint_is_12_hexadecimal_digits_and_repeatable() -> None:
    fingerprint = Dataset(**_values()).fingerprint
    assert len(fingerprint) == 12
    assert int(fingerprint, 16) >= 0
    assert Dataset(**_values()).fingerprint == fingerprint


@pytest.mark.parametrize("key", ["train_images", "test_images"])
def test_fingerprint_changes_with_one_pixel(key: str) -> None:
    values = _values()
    values[key][1, 0, 3, 2] ^= 1
    assert Dataset(**values).fingerprint != Dataset(**_values()).fingerprint


def test_fingerprint_changes_with_one_label_and_with_the_order_of_images() -> None:
    relabelled, reordered = _values(), _values()
    relabelled["train_labels"] = np.array([0, 0, 1, 1, 1])
    reordered["train_images"] = reordered["train_images"][[1, 0, 2, 3, 4]]
    assert len({Dataset(**values).fingerprint for values in (_values(), relabelled, reordered)}) == 3


def test_fingerprint_does_not_depend_on_memory_layout() -> None:
    values = _values()
    values["train_images"] = np.asfortranarray(values["train_images"])
    assert Dataset(**values).fingerprint == Dataset(**_values()).fingerprint


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("train_images", np.zeros((5, 1, 4, 4), np.float32), "be uint8, but is 'float32'"),
        ("test_images", np.zeros((2, 4, 4), np.uint8), r"but is \(2, 4, 4\)"),
        ("test_images", np.zeros((2, 3, 4, 4), np.uint8), r"as train_images, but is \(2, 3, 4, 4\)"),
        ("train_labels", np.array([0, 0, 0, 1, 1], np.int32), "be int64, but is 'int32'"),
        ("train_labels", np.array([0, 0, 1, 1]), "one label for each of the 5 images, but is 4"),
        ("train_labels", np.array([0, 1, 0, 1, 1]), r"ascending order, but is \[1, 0\]"),
        ("test_labels", np.array([0, 2]), r"every label from 0 to 1 and no other, but is \[0, 2\]"),
        ("test_labels", np.array([0, 0]), r"every label from 0 to 1 and no other, but is \[0\]"),
        ("test_labels", np.array([[0, 1]]), r"shape \(count,\), but is \(1, 2\)"),
    ],
)
def test_broken_invariants_are_refused(key: str, value: np.ndarray, complaint: str) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `{key}` must .*{complaint}"):
        Dataset(**{**_values(), key: value})
