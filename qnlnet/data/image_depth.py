"""From however many bits a file has for a pixel to eight.

What Pillow leaves to its callers is done here: it takes tags of TIFF that say what white is for 8 bits only, and PNG's
transparent value as it stands in the file, whatever has become of the pixels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

_LARGEST = 65535  # of 16 bits
_BITS, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0  # tags of TIFF
_SCALES = {"L;2": 85, "L;4": 17}  # Pillow's pixels by the file's


class UnusableImageError(Exception):
    """An image that Pillow reads and we do not; the message completes "it must be readable, but …"."""


@dataclass(frozen=True)
class Storage:
    """How a file holds its pixels.

    Attributes:
        format: Pillow's name of the format.
        raw_mode: Pillow's name of the layout of its first pixels, such as ``RGB;16B``; '' where it has none.
        bits: Of a value, where a TIFF says so; else 16, the most that any other format has for values that stay whole.
        white_is_zero: Whether 0 is white and the largest value black.
    """

    format: str
    raw_mode: str
    bits: int
    white_is_zero: bool

    @property
    def is_deep(self) -> bool:
        """Whether pixels in colour, or with opacity, have 16 bits; of those Pillow keeps the upper eight."""
        return ";16" in self.raw_mode


def read_storage(file: Any) -> Storage:
    """Returns how an image file that Pillow has opened, and not loaded yet, holds its pixels."""
    arguments = file.tile[0][3] if file.tile else ""
    raw_mode = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    tags = file.tag_v2 if file.format == "TIFF" else {}
    bits = tags.get(_BITS, (16,))[0]
    return Storage(file.format or "", raw_mode if isinstance(raw_mode, str) else "", bits, _is_inverted(tags))


def _is_inverted(tags: Any) -> bool:
    return bool(tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO)


def to_eight_bits(image: Any, storage: Storage) -> tuple[Any, int | None]:
    """Returns an image whose values have 8 bits, and the brightest grey or colour in units of 16 bits.

    Args:
        image: As Pillow gives it.
        storage: How its file held it.

    Returns:
        The image; and its brightest value in [0, 65535], None where the file had 8 bits or fewer.

    Raises:
        UnusableImageError: The pixels are of a kind that has no agreed brightness.
    """
    if image.mode == "F":
        raise UnusableImageError("has floating-point numbers for pixels; save it with 8 or 16 bits")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        _mend_transparency(image, storage)
        return image, 257 * _find_brightest(image) if storage.is_deep else None
    if image.mode == "I" and storage.format == "TIFF":
        kind = "with a sign" if storage.bits == 16 else "of 32 bits"
        raise UnusableImageError(f"has grey values {kind}; save it with 8 or 16 bits")
    return _shorten(image, storage)


def _find_brightest(image: Any) -> int:
    """Returns the largest value, of opacity as well where something is not opaque: black on nothing is fine."""
    pixels = np.asarray(image)
    is_opaque = pixels.ndim == 3 and pixels.shape[2] == 4 and pixels[..., 3].min() == 255
    return int((pixels[..., :3] if is_opaque else pixels).max())


def _shorten(image: Any, storage: Storage) -> tuple[Any, int]:
    from PIL import Image

    values = np.asarray(image).astype(np.int64)
    largest = 2**storage.bits - 1
    if values.min() < 0 or values.max() > largest:
        raise UnusableImageError("has grey values of 32 bits; save it with 8 or 16 bits")
    scaled = largest - values if storage.white_is_zero else values
    grey = Image.fromarray(((255 * scaled + largest // 2) // largest).astype(np.uint8))
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        opacity = np.where(values == transparent, 0, 255).astype(np.uint8)
        grey = Image.merge("LA", (grey, Image.fromarray(opacity)))
    return grey, _LARGEST * int(scaled.max()) // largest


def _mend_transparency(image: Any, storage: Storage) -> None:
    """Gives the transparent value that a PNG names the scale that Pillow has given to its pixels."""
    transparent = image.info.get("transparency")
    if isinstance(transparent, tuple) and storage.is_deep:
        raise UnusableImageError(
            "names one of its 16-bit colours as transparent, and only the upper 8 bits can be read; save it with an "
            "alpha channel"
        )
    if isinstance(transparent, int) and storage.raw_mode in _SCALES:
        image.info["transparency"] = transparent * _SCALES[storage.raw_mode]
