"""From the content of an image file to pixels of one shape.

What is done, in this order: the first frame is taken and turned as its EXIF orientation says; 16-bit grey is divided by
257, so that 65535 becomes 255, and of 16-bit colour the upper 8 bits are taken (`image_depth`); transparent pixels are
laid on white; palettes, CMYK and the like become RGB, without colour profiles; colour becomes grey, where it is asked
for, with the weights of ITU-R 601; and the whole image is stretched or shrunk to the shape with a triangle filter
(bilinear, averaging when it shrinks), whatever its proportions.
"""

import io
from typing import Any, Literal, NamedTuple

import numpy as np

from qnlnet.data.dataset import Images
from qnlnet.data.image_depth import read_storage, to_eight_bits

# Neither EPS, which would run Ghostscript, nor other formats that are more than pixels.
_FORMATS = (
    *("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "TIFF", "WEBP"),
    *("AVIF", "JPEG2000", "PPM", "QOI", "PCX", "SGI", "TGA"),
)
_GREY_MODES = {"1", "L", "LA", "La"}
_OVERSAMPLING = 4

Kind = Literal["grey", "colour", "either"]


class DecodedImage(NamedTuple):
    """An image in the shape that is asked for, and what its file was.

    Attributes:
        pixels: Shape (channels, height, width), uint8 in [0, 255].
        kind: ``grey`` for files with one channel, ``colour`` for others, or ``either`` where all pixels of these are
            grey, so that nothing is lost or invented.
        brightest: Of a file with 16 bits its largest value, in [0, 65535]; None for others.
    """

    pixels: Images
    kind: Kind
    brightest: int | None


def decode_image(content: bytes, image_shape: tuple[int, int, int]) -> DecodedImage:
    """Returns an image in the shape that is asked for, and what it was.

    Args:
        content: The file.
        image_shape: (channels, height, width) of the result; one channel is grey, three are red, green, blue.

    Raises:
        UnusableImageError: The pixels are of a kind that has no agreed brightness.
        Exception: Whatever Pillow raises for a file that is damaged or no image.
    """
    from PIL import Image

    channels, height, width = image_shape
    reduced = _OVERSAMPLING * max(height, width)
    with Image.open(io.BytesIO(content), formats=_formats()) as file:
        file.draft(None, (reduced, reduced))  # JPEG only: large photographs are decoded at a half, fourth or eighth
        storage = read_storage(file)
        image, brightest = to_eight_bits(_turn(file), storage)
    kind: Kind = "grey" if image.mode in _GREY_MODES or storage.raw_mode.startswith("LA;") else "colour"
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    if kind == "colour" and _has_only_grey(np.asarray(image)):
        kind = "either"
    image = image.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(image).reshape(height, width, channels)
    return DecodedImage(np.ascontiguousarray(pixels.transpose(2, 0, 1)), kind, brightest)


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


def _has_only_grey(pixels: Images) -> bool:
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return np.array_equal(red, green) and np.array_equal(green, blue)
