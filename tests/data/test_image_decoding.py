"""One image: every kind of file that Pillow reads becomes the pixels that its documentation promises."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qnlnet.data.image_decoding import decode_image
from qnlnet.data.image_depth import UnusableImageError

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)
CORNERS = np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8)  # one pixel each


def encode(image: Image.Image | np.ndarray, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def decode_grey(content: bytes, height: int = 2, width: int = 2) -> list[list[int]]:
    pixels = decode_image(content, (1, height, width)).pixels
    return pixels[0].tolist()


def decode_colours(content: bytes, height: int = 2, width: int = 2) -> list[list[tuple[int, ...]]]:
    pixels = decode_image(content, (3, height, width)).pixels
    return [[tuple(pixel) for pixel in row] for row in pixels.transpose(1, 2, 0).tolist()]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "TGA", "PCX", "SGI", "QOI", "GIF"])
def test_lossless_formats_give_their_pixels(kind: str) -> None:
    assert decode_colours(encode(CORNERS, kind)) == [[RED, GREEN], [BLUE, WHITE]]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("WEBP", {"lossless": True}),
        ("JPEG2000", {"irreversible": False}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
def test_newer_formats_give_their_pixels(kind: str, options: dict[str, Any]) -> None:
    large = CORNERS.repeat(16, 0).repeat(16, 1)
    pixels = np.array(decode_colours(encode(large, kind, **options), 32, 32))
    assert np.abs(pixels - large.astype(int)).max() <= (3 if kind == "AVIF" else 0)  # AVIF stores YCbCr in 8 bits


def test_result_is_uint8_in_the_shape_that_is_asked_for() -> None:
    for shape in [(1, 5, 9), (3, 5, 9)]:
        pixels = decode_image(encode(CORNERS), shape).pixels
        assert pixels.shape == shape
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous


def test_the_whole_image_is_stretched_whatever_its_proportions() -> None:
    wide = np.zeros((2, 8), np.uint8)
    wide[:, 4:] = 210  # the right half
    # The triangle of the left one of two new pixels has its top between the old pixels 1 and 2 and is four pixels wide
    # to either side: pixels 0 to 3 weigh 5 + 7 + 7 + 5 eighths, pixels 4 and 5 weigh 3 + 1 eighths, so 4/28 is bright.
    assert decode_grey(encode(wide)) == [[30, 180], [30, 180]]
    assert decode_grey(encode(np.ascontiguousarray(wide.T))) == [[30, 30], [180, 180]]


def test_shrinking_averages_all_pixels() -> None:
    board = np.indices((64, 64)).sum(axis=0) % 2 * 254  # a filter that skips pixels would see one colour
    values = np.array(decode_grey(encode(board.astype(np.uint8)), 4, 4))
    # Each of the two passes rounds once; a triangle filter weighs black and white the same, up to the borders.
    assert np.abs(values - 127).max() <= 2


def test_enlarging_interpolates() -> None:
    values = decode_grey(encode(np.array([[0, 100]], np.uint8)), 1, 4)
    assert values == [[0, 25, 75, 100]]  # new pixels lie at −1/4, 1/4, 3/4, 5/4 among the old ones


@pytest.mark.parametrize(("orientation", "expected"), [
    (1, [[RED, GREEN], [BLUE, WHITE]]),
    (2, [[GREEN, RED], [WHITE, BLUE]]),
    (3, [[WHITE, BLUE], [GREEN, RED]]),
    (6, [[BLUE, RED], [WHITE, GREEN]]),  # shown after a quarter turn clockwise
    (8, [[GREEN, WHITE], [RED, BLUE]]),
])  # fmt: skip
def test_exif_orientation_is_honoured(orientation: int, expected: list[Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert decode_colours(encode(CORNERS, exif=exif)) == expected
    large = encode(CORNERS.repeat(64, 0).repeat(64, 1), "JPEG", quality=95, subsampling=0, exif=exif)
    corners = np.array(decode_colours(large, 8, 8))[::7, ::7]
    # JPEG of plain areas is off by rounding in YCbCr and its coefficients: a few of 255, far from another colour.
    assert np.abs(corners - np.array(expected)).max() <= 8


def test_damaged_exif_is_no_obstacle() -> None:
    content = encode(CORNERS, exif=b"Exif\x00\x00garbage")
    with pytest.raises(SyntaxError, match="not a TIFF file"):
        Image.open(io.BytesIO(content)).getexif()
    assert decode_colours(content) == [[RED, GREEN], [BLUE, WHITE]]


def test_transparency_is_laid_on_white() -> None:
    pixels = np.array([[(*RED, 255), (*RED, 0)], [(*BLACK, 128), (*GREEN, 255)]], np.uint8)
    assert decode_colours(encode(pixels)) == [[RED, WHITE], [(127, 127, 127), GREEN]]
    grey = np.array([[(0, 255), (0, 0)], [(9, 255), (255, 0)]], np.uint8)
    bands = [Image.fromarray(np.ascontiguousarray(grey[..., channel])) for channel in (0, 1)]
    assert decode_grey(encode(Image.merge("LA", bands))) == [[0, 255], [9, 255]]


def test_transparent_palette_entry_is_laid_on_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *GREEN])
    image.putdata([0, 1])
    for kind in ("PNG", "GIF"):
        assert decode_colours(encode(image, kind), 1, 2) == [[RED, GREEN]]
        assert decode_colours(encode(image, kind, transparency=1), 1, 2) == [[RED, WHITE]]


def test_transparent_grey_value_is_laid_on_white() -> None:
    assert decode_grey(encode(np.array([[0, 7]], np.uint8), transparency=0), 1, 2) == [[255, 7]]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_16_bits_are_scaled_so_that_the_largest_value_is_white(kind: str) -> None:
    values = np.array([[0, 128, 129], [257, 32768, 65535]], np.uint16)
    assert decode_grey(encode(values, kind), 2, 3) == [[0, 0, 1], [1, 128, 255]]  # v / 257, rounded


def test_one_bit_is_black_and_white() -> None:
    assert decode_grey(encode(np.array([[False, True]])), 1, 2) == [[0, 255]]


def test_numbers_without_an_agreed_brightness_are_refused() -> None:
    with pytest.raises(UnusableImageError, match=r"^has floating-point numbers for pixels; save it with 8 or 16 bits$"):
        decode_grey(encode(np.array([[0.5, 1.5]], np.float32), "TIFF"))
    for values in ([[0, 65536]], [[-1, 0]]):
        with pytest.raises(UnusableImageError, match=r"^has grey values of 32 bits; save it with 8 or 16 bits$"):
            decode_grey(encode(np.array(values, np.int32), "TIFF"))


def test_cmyk_becomes_rgb() -> None:
    image = Image.fromarray(CORNERS).convert("CMYK")
    assert decode_colours(encode(image, "TIFF")) == [[RED, GREEN], [BLUE, WHITE]]


def test_colour_becomes_grey_with_the_weights_of_itu_r_601() -> None:
    # 0.299, 0.587 and 0.114 of 255
    assert decode_grey(encode(CORNERS)) == [[76, 150], [29, 255]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_of_several_frames_the_first_is_taken(kind: str) -> None:
    first, second = (Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN))
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encode(first, kind, save_all=True, append_images=[second], **options)
    assert decode_colours(content) == [[RED, RED], [RED, RED]]


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (Image.new("L", (2, 2), 9), "grey"),
        (Image.new("1", (2, 2)), "grey"),
        (Image.new("LA", (2, 2), (9, 50)), "grey"),
        (Image.fromarray(np.full((2, 2), 999, np.uint16)), "grey"),
        (Image.new("RGB", (2, 2), (9, 9, 9)), "either"),
        (Image.new("RGBA", (2, 2), (9, 9, 9, 0)), "either"),
        (Image.new("P", (2, 2)), "either"),
        (Image.new("RGB", (2, 2), (9, 9, 8)), "colour"),
        (Image.new("RGB", (2, 2), RED).convert("P"), "colour"),
        (Image.new("RGBA", (2, 2), (*RED, 3)), "colour"),
    ],
)
def test_kind_is_that_of_the_file_unless_all_its_pixels_are_grey(image: Image.Image, kind: str) -> None:
    for channels in (1, 3):
        assert decode_image(encode(image), (channels, 2, 2)).kind == kind


def test_grey_in_a_colour_file_is_the_same_grey() -> None:
    values = np.random.default_rng(0).integers(0, 256, (9, 7), dtype=np.uint8)
    as_grey, as_colour = encode(values), encode(values[..., None].repeat(3, axis=2))
    assert decode_grey(as_grey, 5, 6) == decode_grey(as_colour, 5, 6)


def test_large_jpegs_are_decoded_at_a_fraction_with_nearly_the_same_result() -> None:
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    large = coarse.resize((1600, 1200), Image.Resampling.BICUBIC)
    content = encode(large, "JPEG", quality=95)
    pixels = decode_image(content, (3, 12, 16)).pixels
    file = Image.open(io.BytesIO(content))
    exact = np.asarray(file.convert("RGB").resize((16, 12), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    # An eighth of the size gives the means of blocks of 8 × 8 pixels, rounded: a half more than the rounding of
    # resizing, in each of the three channels of YCbCr, of which blue takes 1.8 times the second.
    assert np.abs(pixels.astype(int) - exact).max() <= 3
    np.testing.assert_array_equal(pixels, decode_image(content, (3, 12, 16)).pixels)


def test_eps_is_not_run_whatever_it_is_called() -> None:
    with pytest.raises(Image.UnidentifiedImageError):
        decode_grey(encode(Image.new("RGB", (2, 2)), "EPS"))
