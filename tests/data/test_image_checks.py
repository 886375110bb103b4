"""Grey or colour: what does not suit the channels is an error that says what to set, unless it is asked for."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qnlnet.data.image_folder import read_image_folder
from qnlnet.errors import DataError

WriteImages = Callable[..., list[Path]]
GREY, COLOUR = (1, 8, 9), (3, 8, 9)


@pytest.fixture
def make(write_images: WriteImages, tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes two classes of ten images, one image of the second in another mode."""

    def make_folder(mode: str, odd: str | None = None) -> Path:
        write_images(tmp_path / "cats", 10, mode=mode)
        write_images(tmp_path / "dogs", 10, mode=mode)
        if odd is not None:
            write_images(tmp_path / "odd", 1, mode=odd)[0].rename(tmp_path / "dogs" / "odd.png")
            shutil.rmtree(tmp_path / "odd")
        return tmp_path

    return make_folder


def refuse(root: Path, shape: tuple[int, int, int]) -> str:
    with pytest.raises(DataError) as caught:
        read_image_folder(root, ["cats", "dogs"], shape)
    return str(caught.value).replace(str(root), "ROOT")


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_images_suit_one_channel_and_need_permission_for_three(mode: str, make: Callable[..., Path]) -> None:
    root = make(mode)
    assert read_image_folder(root, ["cats", "dogs"], GREY).train[0].images.shape == (16, *GREY)
    assert refuse(root, COLOUR) == (
        "The images in ROOT must be in colour with data.image_shape=[3, 8, 9], but all 20 are grey, such as "
        "cats/000.png. Set data.image_shape=[1,8,9], or data.convert_colours=true to turn grey into equal channels."
    )
    images = read_image_folder(root, ["cats", "dogs"], COLOUR, convert_colours=True).train[0].images
    np.testing.assert_array_equal(images[:, 0], images[:, 1])
    np.testing.assert_array_equal(images[:, 0], images[:, 2])


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_colour_images_suit_three_channels_and_need_permission_for_one(mode: str, make: Callable[..., Path]) -> None:
    root = make(mode)
    assert read_image_folder(root, ["cats", "dogs"], COLOUR).train[0].images.shape == (16, *COLOUR)
    assert refuse(root, GREY) == (
        "The images in ROOT must be grey with data.image_shape=[1, 8, 9], but all 20 are in colour, such as "
        "cats/000.png. Set data.image_shape=[3,8,9], or data.convert_colours=true to turn colour into grey."
    )
    assert read_image_folder(root, ["cats", "dogs"], GREY, convert_colours=True).train[0].images.shape == (16, *GREY)


def test_one_colour_image_among_grey_ones_is_named_beside_one_of_them(make: Callable[..., Path]) -> None:
    root = make("L", odd="RGB")
    assert refuse(root, GREY) == (
        "The images in ROOT must be grey with data.image_shape=[1, 8, 9], but 1 of 21 are in colour, such as "
        "dogs/odd.png, and the others grey, such as cats/000.png. Keep one kind only, or set "
        "data.convert_colours=true to turn colour into grey on purpose."
    )
    assert refuse(root, COLOUR) == (
        "The images in ROOT must be in colour with data.image_shape=[3, 8, 9], but 20 of 21 are grey, such as "
        "cats/000.png, and the others in colour, such as dogs/odd.png. Keep one kind only, or set "
        "data.convert_colours=true to turn grey into equal channels on purpose."
    )
    for shape in (GREY, COLOUR):
        splits = read_image_folder(root, ["cats", "dogs"], shape, convert_colours=True)
        assert len(splits.train[0].images) + len(splits.test[0].images) == 21


@pytest.mark.parametrize(("mode", "shape"), [("L", GREY), ("RGB", COLOUR)])
def test_a_grey_picture_in_a_colour_file_suits_both(
    mode: str, shape: tuple[int, int, int], make: Callable[..., Path], write_images: WriteImages, tmp_path: Path
) -> None:
    root = make(mode)
    grey = Image.open(write_images(tmp_path / "extra", 1, mode="L")[0])
    grey.convert("RGB").save(root / "dogs" / "photo.png")
    assert len(read_image_folder(root, ["cats", "dogs"], shape).test[0].images) == 4


def test_grey_pictures_in_colour_files_only_are_grey(make: Callable[..., Path]) -> None:
    root = make("L")
    for path in root.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    assert read_image_folder(root, ["cats", "dogs"], GREY).train[0].images.shape == (16, *GREY)
    assert "all 20 are grey, such as cats/000.png. Set data.image_shape=[1,8,9], or " in refuse(root, COLOUR)


def test_colour_images_with_a_grey_one_among_them_are_told_the_shape_that_suits(make: Callable[..., Path]) -> None:
    root = make("RGB")
    Image.open(root / "cats" / "000.png").convert("L").convert("RGB").save(root / "cats" / "000.png")
    assert "19 of 20 are in colour, such as cats/001.png. Set data.image_shape=[3,8,9], or " in refuse(root, GREY)
