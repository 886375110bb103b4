"""The same picture in two classes, or to train and to test on, is found however it was saved."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qnlnet.data import Dataset
from qnlnet.errors import DataError

Load = Callable[..., Dataset]


def refuse(load: Load, root: Path) -> str:
    with pytest.raises(DataError) as caught:
        load()
    assert load(accept_copies=True).train_images.shape[1:] == (3, 16, 16)
    return str(caught.value).replace(str(root), "ROOT")


def save_again(path: Path, target: Path) -> None:
    """Saves a picture in a file of another kind with the same pixels."""
    with Image.open(path) as image:
        image.save(target.with_suffix(".bmp"))


def overlap(images: Dataset) -> int:
    trains = {image.tobytes() for image in images.train_images}
    return sum(image.tobytes() in trains for image in images.test_images)


@pytest.mark.parametrize(("copy", "suffix"), [(shutil.copyfile, ".png"), (save_again, ".bmp")])
def test_a_picture_in_two_classes_is_refused_with_both_names(
    copy: Callable[[Path, Path], object], suffix: str, pets: Path, load: Load
) -> None:
    copy(pets / "cats" / "003.png", pets / "dogs" / "a.png")
    assert refuse(load, pets) == (
        f"A picture in ROOT must be in one class only, but 1 is in several: cats/003.png and dogs/a{suffix}. Keep each "
        "where it belongs; data.accept_copies=true accepts them as they are."
    )


def test_of_many_the_first_are_named_and_the_others_counted(pets: Path, load: Load) -> None:
    for number in range(10):
        shutil.copyfile(pets / "cats" / f"{number:03d}.png", pets / "dogs" / f"c{number}.png")
    message = refuse(load, pets)
    assert "but 10 are in several: cats/000.png and dogs/c0.png; cats/001.png and dogs/c1.png; " in message
    assert "cats/002.png and dogs/c2.png; 7 more. Keep" in message


@pytest.mark.parametrize("copy", [shutil.copyfile, save_again])
def test_a_test_image_that_also_trains_is_refused(
    copy: Callable[[Path, Path], object], divided_pets: Path, load: Load
) -> None:
    for number in (1, 2):
        target = divided_pets / "test" / "cats" / f"z{number}.png"
        copy(divided_pets / "train" / "cats" / f"00{number}.png", target)
    suffix = next((divided_pets / "test" / "cats").glob("z1.*")).suffix
    assert refuse(load, divided_pets) == (
        "A picture in ROOT must either train or test, but 2 of 8 test images are training images as well: "
        f"test/cats/z1{suffix} and train/cats/001.png; test/cats/z2{suffix} and train/cats/002.png. What was learnt by "
        "heart would count as right. Remove them from one of both; data.accept_copies=true accepts them as they are."
    )


def test_test_folder_that_is_a_copy_of_the_training_folder_is_refused(divided_pets: Path, load: Load) -> None:
    shutil.rmtree(divided_pets / "test")
    shutil.copytree(divided_pets / "train", divided_pets / "test")
    assert "17 of 17 test images are training images as well" in refuse(load, divided_pets)


def test_copies_that_fool_nobody_are_accepted(pets: Path, load: Load) -> None:
    for number in range(20):  # of one class, in a folder that is divided here
        save_again(pets / "cats" / f"{number:03d}.png", pets / "cats" / f"again {number}.png")
    dataset = load()
    assert np.bincount(dataset.test_labels).tolist() == [8, 3]
    assert overlap(dataset) == 0


def test_copies_within_the_training_images_stay_together_in_validation(divided_pets: Path, load: Load) -> None:
    for path in list((divided_pets / "train" / "cats").iterdir()):
        save_again(path, path.with_name(f"again {path.name}"))
    dataset = load(evaluate_on="validation")
    assert overlap(dataset) == 0
    assert len(dataset.test_images) + len(dataset.train_images) == 26
