"""Values of any number of bits get the brightness that their format says, or are refused; all values are by hand."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from data.written_images import (
    COLOUR,
    COLOUR_AND_ALPHA,
    GREY,
    GREY_AND_ALPHA,
    PALETTE,
    write_grey_tiff,
    write_png,
)
from PIL import Image

from qnlnet.data.image_decoding import decode_image
from qnlnet.data.image_depth import UnusableImageError
from qnlnet.data.image_folder import read_image_folder
from qnlnet.errors import DataError


def decode(content: bytes, channels: int = 1) -> list[list[int]]:
    """Returns the pixels of an image of one row, channel by channel; its width stays."""
    with Image.open(io.BytesIO(content)) as file:
        width = file.width
    return decode_image(content, (channels, 1, width)).pixels[:, 0].tolist()


def values(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}H", *numbers)


@pytest.mark.parametrize(
    ("depth", "row", "transparent", "expected"),
    [
        (16, (0, 65535, 32768), 0, [255, 255, 128]),
        (16, (1000, 1001, 65535), 1000, [255, 4, 255]),  # 1001 / 257 = 3.89, beside a value that differs in one bit
        (8, (0, 7, 255), 0, [255, 7, 255]),
        (4, (1, 2, 15), 1, [255, 34, 255]),  # 17 times 2
        (2, (1, 2, 3), 1, [255, 170, 255]),  # 85 times 2
        (1, (0, 1, 0), 0, [255, 255, 255]),
        (1, (0, 1, 0), 1, [0, 255, 0]),
    ],
)
def test_a_transparent_grey_value_is_white_whatever_the_depth(
    depth: int, row: tuple[int, ...], transparent: int, expected: list[int]
) -> None:
    content = write_png(depth, GREY, [[value] for value in row], tRNS=values(transparent))
    assert decode(content) == [expected]
    assert decode_image(content, (1, 1, 3)).kind == "grey"


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_a_picture_is_the_same_whatever_its_depth(depth: int) -> None:
    largest = 2**depth - 1
    assert decode(write_png(depth, GREY, [[largest], [0], [largest]])) == [[255, 0, 255]]
    transparent = write_png(depth, GREY, [[largest], [0], [largest]], tRNS=values(0))
    assert decode(transparent) == [[255, 255, 255]]


def test_16_bit_grey_with_alpha_is_grey_laid_on_white() -> None:
    content = write_png(16, GREY_AND_ALPHA, [[0, 65535], [0x1234, 65535], [0, 0], [0, 0x8000]])
    assert decode(content) == [[0, 0x12, 255, 127]]  # the upper 8 bits; black of 128/255 on white is 127
    assert decode_image(content, (1, 1, 4)).kind == "grey"


def test_of_16_bit_colours_the_upper_bits_are_taken() -> None:
    row = [[0x12FF, 0x34FF, 0x56FF], [65535, 0, 0x8000]]
    assert decode(write_png(16, COLOUR, row), 3) == [[0x12, 255], [0x34, 0], [0x56, 128]]
    with_alpha = [[*row[0], 65535], [*row[1], 0]]
    assert decode(write_png(16, COLOUR_AND_ALPHA, with_alpha), 3) == [[0x12, 255], [0x34, 255], [0x56, 255]]


def test_a_transparent_colour_is_white_or_refused_where_its_lower_bits_are_lost() -> None:
    row = [[1, 2, 3], [1, 2, 4]]
    assert decode(write_png(8, COLOUR, row, tRNS=values(1, 2, 3)), 3) == [[255, 1], [255, 2], [255, 4]]
    with pytest.raises(UnusableImageError, match=r"^names one of its 16-bit colours as transparent, .* alpha channel$"):
        decode(write_png(16, COLOUR, row, tRNS=values(1, 2, 3)), 3)


def test_palettes_may_be_transparent_in_part() -> None:
    palette = {"PLTE": bytes([255, 0, 0, 0, 0, 0, 0, 255, 0]), "tRNS": bytes([255, 128, 0])}
    assert decode(write_png(2, PALETTE, [[0], [1], [2]], **palette), 3) == [
        [255, 127, 255],
        [0, 127, 255],
        [0, 127, 255],
    ]


@pytest.mark.parametrize("depth", [1, 4, 8, 16])
def test_white_is_zero_where_a_tiff_says_so(depth: int) -> None:
    largest = 2**depth - 1
    assert decode(write_grey_tiff(depth, [0, largest])) == [[0, 255]]
    assert decode(write_grey_tiff(depth, [0, largest], white_is_zero=True)) == [[255, 0]]


def test_a_tiff_of_12_bits_says_what_white_is() -> None:
    assert decode(write_grey_tiff(12, [4095, 2048, 0, 16])) == [[255, 128, 0, 1]]  # v · 255 / 4095


def test_the_order_of_bytes_changes_nothing() -> None:
    row = [0, 257, 32768, 65535]
    assert decode(write_grey_tiff(16, row, big_endian=True)) == decode(write_grey_tiff(16, row)) == [[0, 1, 128, 255]]


def test_a_pgm_says_what_white_is() -> None:
    assert decode(b"P5 3 1 4095\n" + values(4095, 2048, 0)) == [[255, 128, 0]]


@pytest.mark.parametrize(
    ("depth", "signed", "kind"), [(16, True, "with a sign"), (32, True, "of 32"), (32, False, "of 32")]
)
def test_values_that_could_be_anything_are_refused_even_where_they_are_small(
    depth: int, signed: bool, kind: str
) -> None:
    with pytest.raises(UnusableImageError, match=f"has grey values {kind}.*; save it with 8 or 16 bits"):
        decode(write_grey_tiff(depth, [0, 200], signed=signed))


def test_inverted_cmyk_of_photo_software_becomes_rgb() -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, :] = (200, 100, 50)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("CMYK").save(buffer, "JPEG", quality=100)  # Pillow writes Adobe's inverted values
    result = decode_image(buffer.getvalue(), (3, 16, 16)).pixels
    assert np.abs(result[:, 8, 8].astype(int) - (200, 100, 50)).max() <= 3


def write_folder(root: Path, write: Callable[[int], bytes], suffix: str = ".png", count: int = 12) -> Path:
    for name in ("cats", "dogs"):
        (root / name).mkdir()
        for number in range(count):
            largest = number + (100 if name == "dogs" else 0)
            (root / name / f"{number:02d}{suffix}").write_bytes(write(largest))
    return root


@pytest.mark.parametrize(("bits", "factor"), [(8, 257), (10, 64), (12, 16), (14, 4)])
def test_few_bits_in_files_of_16_are_refused_with_what_to_do(bits: int, factor: int, tmp_path: Path) -> None:
    white = 2**bits - 1
    step = white // 255
    root = write_folder(tmp_path, lambda number: write_png(16, GREY, [[step * number], [white - step * number]]))
    with pytest.raises(DataError) as caught:
        read_image_folder(root, ["cats", "dogs"], (1, 1, 2))
    assert str(caught.value) == (
        f"The 16-bit images in {root / 'cats'} must use their 65,536 values, but the largest in all 12 is {white:,}, "
        f"in 00.png: of 256 levels {255 * white // 65535 + 1} would be left. If they have {bits} bits, multiply their "
        f"values by {factor}; if they are that dark, save them with 8 bits as they are to look."
    )
    for name in ("cats", "dogs"):
        for path in (root / name).iterdir():
            with Image.open(path) as file:
                Image.fromarray(np.asarray(file) * np.uint16(factor)).save(path)
    pixels = read_image_folder(root, ["cats", "dogs"], (1, 1, 2)).train[0].images
    assert pixels.max() == 255


def test_few_bits_in_colours_are_refused_too(tmp_path: Path) -> None:
    root = write_folder(tmp_path, lambda number: write_png(16, COLOUR, [[4095, 0, 16 * number], [0, 9, 9]]))
    with pytest.raises(DataError, match=r"If they have 12 bits, multiply their values by 16"):
        read_image_folder(root, ["cats", "dogs"], (3, 1, 2))


@pytest.mark.parametrize(
    "write",
    [
        lambda number: write_png(16, GREY, [[0], [300 * number + 10_000]]),  # one of the class is bright
        lambda number: write_png(8, GREY, [[0], [number]]),
    ],
)
def test_dark_images_are_accepted_where_their_scale_is_known(write: Callable[[int], bytes], tmp_path: Path) -> None:
    root = write_folder(tmp_path, write, count=25)
    assert len(read_image_folder(root, ["cats", "dogs"], (1, 1, 2)).train[0].images) == 40


def test_black_strokes_on_nothing_are_no_dark_images(tmp_path: Path) -> None:
    def write(number: int) -> bytes:
        return write_png(16, COLOUR_AND_ALPHA, [[0, 0, 256 * number, 65535], [0, 0, 0, 0], [0, 0, 0, 300 * number]])

    root = write_folder(tmp_path, write)
    assert read_image_folder(root, ["cats", "dogs"], (3, 1, 3)).train[0].images.max() == 255
