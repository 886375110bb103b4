"""A folder of own images that cannot be used: what is said about it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from qnlnet.data import Dataset
from qnlnet.errors import ArgumentError, DataError

WriteImages = Callable[..., list[Path]]
Load = Callable[..., Dataset]


def test_unknown_class_is_refused_with_those_that_exist(pets: Path, load: Load) -> None:
    message = r"`data.classes` must name folders in .*, which are cats, dogs, but is \['cats', 'birds'\]\.$"
    with pytest.raises(ArgumentError, match=message):
        load(classes=("cats", "birds"))


def test_a_misspelt_class_is_answered_with_the_nearest(pets: Path, load: Load) -> None:
    with pytest.raises(ArgumentError, match=r"but is \['cats', 'dgs'\]\. Did you mean dogs\?$"):
        load(classes=("cats", "dgs"))


def test_class_without_images_in_one_split_is_refused(divided_pets: Path, load: Load) -> None:
    shutil.rmtree(divided_pets / "test" / "dogs")
    with pytest.raises(ArgumentError, match=r"must name folders in .*/test, which are cats, but is \['cats', 'dogs'\]"):
        load()


def test_folder_that_is_gone_is_refused(pets: Path, load: Load) -> None:
    shutil.rmtree(pets)
    with pytest.raises(
        ArgumentError, match=r"`data.root` must be a folder .* but is '.*'\. There is no such folder: /"
    ):
        load(classes=("cats", "dogs"))


@pytest.mark.parametrize(("count", "has"), [(0, "none"), (9, "9")])
def test_too_few_images_are_counted(
    count: int, has: str, pets: Path, load: Load, write_images: WriteImages, tmp_path: Path
) -> None:
    write_images(tmp_path / "birds", count)
    with pytest.raises(DataError, match=rf"^Folder .*/birds must have at least 10 images, but has {has}\.$"):
        load(classes=("cats", "birds"))


def test_other_files_in_a_class_with_too_few_images_are_listed(pets: Path, load: Load) -> None:
    shutil.rmtree(pets / "dogs")
    (pets / "dogs").mkdir()
    for name in ("a.mp4", "b.MP4", "c.npy", "d"):
        (pets / "dogs" / name).touch()
    message = r"but has none\. Other files are not read as images: 2 \.mp4, 1 (\.npy|without a suffix), 1 "
    with pytest.raises(DataError, match=message):
        load()


@pytest.mark.parametrize(("split", "fewest"), [("train", 8), ("test", 2)])
def test_too_few_images_in_a_given_split_are_counted(split: str, fewest: int, divided_pets: Path, load: Load) -> None:
    dogs = divided_pets / split / "dogs"
    next(dogs.iterdir()).unlink()
    with pytest.raises(DataError, match=rf"^Folder {dogs} must have at least {fewest} images, but has {fewest - 1}\.$"):
        load()


def test_copies_do_not_count_as_images(pets: Path, load: Load) -> None:
    first, *others = sorted((pets / "dogs").iterdir())
    for path in others[:6]:
        shutil.copyfile(first, path)
    message = r"^Folder .*/dogs must have at least 10 images, but has 9\. 6 more are copies of these\.$"
    with pytest.raises(DataError, match=message):
        load()


def test_images_that_are_all_the_same_once_they_are_shrunk_are_refused(load: Load, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for size in range(10):  # white drawings on nothing
            Image.new("RGBA", (20 + size, 20), (255, 255, 255, 9 * size)).save(tmp_path / name / f"{size}.png")
    message = r"training images in .* must differ, but with 16 × 16 pixels all of them are the same\. .* laid on white"
    with pytest.raises(DataError, match=message):
        load(image_shape=(1, 16, 16))


def test_one_split_without_the_other_is_refused(divided_pets: Path, load: Load) -> None:
    (divided_pets / "test").rename(divided_pets / "val")
    with pytest.raises(DataError, match=r"^Folder .* must have a folder test beside train, but has none\. Call the"):
        load()
