"""Reads many image files side by side; all of them are tried before the first that cannot be read is named."""

import hashlib
import os
import stat
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from qnlnet.cores import available_cores
from qnlnet.data.dataset import Images
from qnlnet.data.image_decoding import Kind, decode_image
from qnlnet.data.image_depth import UnusableImageError
from qnlnet.errors import DataError

_SHOW_PROGRESS_AFTER = 2.0  # seconds


@dataclass(frozen=True, eq=False)
class ReadImage:
    """An image file.

    Attributes:
        path: The file.
        pixels: Shape (channels, height, width), uint8 in [0, 255].
        kind: Whether the file is in colour.
        digest: Hexadecimal SHA-256 of the file.
        brightest: Of a file with 16 bits its largest value, in [0, 65535]; None for others.
    """

    path: Path
    pixels: Images
    kind: Kind
    digest: str
    brightest: int | None = None

    @cached_property
    def look(self) -> str:
        """Hexadecimal SHA-256 of the pixels, the same for copies however they were saved."""
        return hashlib.sha256(self.pixels.tobytes()).hexdigest()


def read_images(paths: Sequence[Path], image_shape: tuple[int, int, int]) -> list[ReadImage]:
    """Returns the images in `image_shape`, in the order of their files; a terminal gets a bar if it takes long.

    Raises:
        DataError: Images cannot be read; the first of them is named, with the reason.
    """
    from PIL import Image
    from tqdm import tqdm

    results: list[ReadImage | str] = []
    with warnings.catch_warnings(), ThreadPoolExecutor(available_cores()) as pool:
        warnings.simplefilter("ignore")  # what Pillow thinks of a file's metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            reading = pool.map(partial(_read, image_shape=image_shape), paths)
            bar = {"desc": "Reading images", "unit": "", "delay": _SHOW_PROGRESS_AFTER, "leave": False}
            results.extend(tqdm(reading, total=len(paths), file=sys.stderr, disable=None, **bar))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # Ctrl-C is not to wait for thousands of images
            raise
    failures = [(path, result) for path, result in zip(paths, results, strict=True) if isinstance(result, str)]
    if failures:
        path, reason = failures[0]
        others = f" It is the first of {len(failures):,} such files among {len(paths):,}." if len(failures) > 1 else ""
        raise DataError(f"Image {path} must be readable, but {reason}.{others} Repair or remove what cannot be read.")
    return [result for result in results if isinstance(result, ReadImage)]


def _read(path: Path, image_shape: tuple[int, int, int]) -> ReadImage | str:
    """Returns the image, or why it cannot be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnusableImageError("is no regular file")  # reading a pipe would never end
        content = path.read_bytes()
        if not content:
            raise UnusableImageError("is empty")
        decoded = decode_image(content, image_shape)
    except Exception as error:  # noqa: BLE001 - a damaged file can raise anything; nothing of ours runs in there
        return _explain(error, path)
    return ReadImage(path, decoded.pixels, decoded.kind, hashlib.sha256(content).hexdigest(), decoded.brightest)


def _explain(error: Exception, path: Path) -> str:
    """Returns what completes "it must be readable, but …"."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, UnusableImageError):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return "is a link to a file that is not there" if path.is_symlink() else "is gone"
    if isinstance(error, UnidentifiedImageError):
        return "is no image in a format that we can read, such as PNG or JPEG"
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        return f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels, which may be a trap that fills the memory; shrink it"
    if isinstance(error, OSError) and error.strerror:
        return f"is not: {error.strerror}"
    return f"is cut off or damaged ({str(error).rstrip('.') or type(error).__name__})"
