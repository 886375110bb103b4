"""Images that are turned, shifted and mirrored: by hand, and the same again where a replica goes on."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError
from qnlnet.models import Features
from qnlnet.training import TorchReplica
from qnlnet.training.augmentation import Augmentation, build_augmentation, mirror_and_shift, turn_and_shift

FILL = torch.tensor([-1.0, -2.0, -3.0]).view(3, 1, 1)
IMAGES = torch.rand(4, 3, 6, 8, generator=torch.Generator().manual_seed(0))
DOWN, RIGHT = np.array([0, 1, -2, 3]), np.array([0, -3, 2, 0])


def shift_by_hand(images: torch.Tensor) -> torch.Tensor:
    shifted = FILL.expand_as(images).clone()
    height, width = images.shape[-2:]
    for place, (down, right) in enumerate(zip(DOWN, RIGHT, strict=True)):
        for row in range(max(0, down), min(height, height + down)):
            for column in range(max(0, right), min(width, width + right)):
                shifted[place, :, row, column] = images[place, :, row - down, column - right]
    return shifted


def test_shifts_are_those_by_hand() -> None:
    expected = shift_by_hand(IMAGES)
    assert torch.equal(turn_and_shift(IMAGES, np.zeros(4), DOWN, RIGHT, FILL), expected)
    assert torch.equal(mirror_and_shift(IMAGES, np.zeros(4, bool), DOWN, RIGHT, FILL), expected)


def test_mirrors_come_before_shifts() -> None:
    mirrored = np.array([True, True, False, True])
    before = torch.stack([image.flip(-1) if flip else image for image, flip in zip(IMAGES, mirrored, strict=True)])
    assert torch.equal(mirror_and_shift(IMAGES, mirrored, DOWN, RIGHT, FILL), shift_by_hand(before))


def test_turns_are_clockwise_and_before_shifts() -> None:
    images = IMAGES[..., :6]
    turned = turn_and_shift(images, np.full(4, 90.0), DOWN, RIGHT, FILL)
    assert torch.equal(turned, shift_by_hand(images.rot90(-1, (-2, -1))))


@pytest.mark.parametrize(
    ("words", "fill"),
    [
        (("model=quantum_pointwise", "train.augmentation_fill=mean"), 0.0),  # it sees normalised pixels
        (("model=quantum_pointwise",), -0.1307 / 0.3081),
        (("model=hqnn_parallel", "train.augmentation_fill=mean"), 0.1307),
        (("model=hqnn_parallel",), 0.0),
    ],
)
def test_what_comes_in_from_beyond_the_edges(words: tuple[str, ...], fill: float) -> None:
    augmentation = build_augmentation(load_config("data=digits", "train.augmentation=flip_crop", *words), 0)
    assert augmentation is not None
    changed = augmentation.apply(torch.full((50, 1, 28, 28), 9.0))
    assert changed.unique().tolist() == pytest.approx([fill, 9.0], abs=1e-6)


@pytest.mark.parametrize(("kind", "most"), [("affine", 3), ("flip_crop", 4)])
def test_draws_stay_in_their_range(kind: str, most: int) -> None:
    augmentation = Augmentation(kind, np.zeros((1, 1, 1), np.float32), np.random.default_rng(0))
    images = torch.zeros(400, 1, 28, 28)
    images[:, :, 13:15, 13:15] = 1
    changed = augmentation.apply(images)
    rows, columns = (changed.amax(dim=(1, axis)).argmax(dim=1) - 13 for axis in (3, 2))
    assert {*rows.tolist()} == {*columns.tolist()} == {*range(-most, most + 1)}


def test_a_model_that_sees_no_pixels_is_refused() -> None:
    with pytest.raises(ArgumentError, match="and this one does not"):
        build_augmentation(load_config("reducer=pca", "train.augmentation=affine"), 0)


@pytest.mark.parametrize("kind", ["affine", "flip_crop"])
def test_a_replica_goes_on_with_the_same_images(kind: str, make_features: Callable[..., Features]) -> None:
    words = ("data=digits", f"train.augmentation={kind}", "train.batch_size=4", "train.epochs=2", "layer=none")
    config = load_config("reducer=cnn", *words)
    features = make_features(config, 10)
    whole = TorchReplica(config, 0, features)
    states = []
    whole.on_step = lambda: states.append(whole.state())
    while not whole.finished:
        whole.advance()
    for state in (states[1], states[2], states[4]):  # in the middle of an epoch, and between two
        again = TorchReplica(config, 0, features)
        again.restore(state)
        while not again.finished:
            again.advance()
        assert again.epochs == whole.epochs
    plain = TorchReplica(config.override("train.augmentation=none"), 0, features)
    plain.advance()
    assert plain.epochs[0] != whole.epochs[0]
