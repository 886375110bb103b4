"""From the content of an image file to pixels of one shape.

What is done, in this order: the first frame is taken and turned as its EXIF orientation says; 16-bit grey is divided by
257, so that 65535 becomes 255; transparent pixels are laid on white; palettes, CMYK and the like become RGB, without
colour profiles; colour becomes grey, where it is asked for, with the weights of ITU-R 601; and the whole image is
stretched or shrunk to the shape with a triangle filter (bilinear, averaging when it shrinks), whatever its proportions.
"""

import io
from typing import Any, Literal

import numpy as np

from qnlnet.data.dataset import Images

# Neither EPS, which would run Ghostscript, nor other formats that are more than pixels.
_FORMATS = (
    *("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "TIFF", "WEBP"),
    *("AVIF", "JPEG2000", "PPM", "QOI", "PCX", "SGI", "TGA"),
)
_GREY_MODES = {"1", "L", "LA", "La"}
_LARGEST_GREY = 65535  # of 16 bits
_OVERSAMPLING = 4

Kind = Literal["grey", "colour", "either"]


class UnusableImageError(Exception):
    """An image that Pillow reads and we do not; the message completes "it must be readable, but …"."""


def decode_image(content: bytes, image_shape: tuple[int, int, int]) -> tuple[Images, Kind]:
    """Returns an image in the shape that is asked for, and what it was.

    Args:
        content: The file.
        image_shape: (channels, height, width) of the result; one channel is grey, three are red, green, blue.

    Returns:
        Pixels of shape `image_shape`, uint8 in [0, 255]; and ``grey`` for files with one channel, ``colour`` for
        others, or ``either`` where all pixels of these are grey, so that nothing is lost or invented.

    Raises:
        UnusableImageError: The pixels are of a kind that has no agreed brightness.
        Exception: Whatever Pillow raises for a file that is damaged or no image.
    """
    from PIL import Image

    channels, height, width = image_shape
    reduced = _OVERSAMPLING * max(height, width)
    with Image.open(io.BytesIO(content), formats=_formats()) as file:
        file.draft(None, (reduced, reduced))  # JPEG only: large photographs are decoded at a half, fourth or eighth
        image = _to_eight_bits(_turn(file))
    kind: Kind = "grey" if image.mode in _GREY_MODES else "colour"
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    if kind == "colour" and _has_only_grey(np.asarray(image)):
        kind = "either"
    image = image.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(image).reshape(height, width, channels)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)), kind


def _formats() -> list[str]:
    from PIL import Image

    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]  # some are left out of some builds of Pillow


def _turn(file: Any) -> Any:
    from PIL import ImageOps

    file.load()  # a damaged file shows here
    try:
        return ImageOps.exif_transpose(file)
    except Exception:  # noqa: BLE001 - damaged EXIF can raise anything, and says nothing about the orientation
        return file.copy()


def _to_eight_bits(image: Any) -> Any:
    """Returns an image whose grey values have at most 8 bits; all others are returned as they are."""
    from PIL import Image

    if image.mode == "F":
        raise UnusableImageError("has floating-point numbers for pixels; save it with 8 or 16 bits")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > _LARGEST_GREY:
        raise UnusableImageError("has grey values of 32 bits; save it with 8 or 16 bits")
    return Image.fromarray(((255 * values + _LARGEST_GREY // 2) // _LARGEST_GREY).astype(np.uint8))


def _has_only_grey(pixels: Images) -> bool:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.array_equal(red, green) and np.array_equal(green, blue)
