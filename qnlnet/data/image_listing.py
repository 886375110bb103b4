"""Which files of a class folder are images, in an order that every machine agrees on."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qnlnet.errors import DataError

_READABLE = (
    ".apng .avif .bmp .dib .gif .j2c .j2k .jfif .jp2 .jpe .jpeg .jpf .jpg .jpx .mpo .pbm .pcx .pgm .png .pnm .ppm "
    ".qoi .sgi .tga .tif .tiff .webp"
)
# Pictures, too, but not for Pillow: to pass them over in silence would leave a person's photographs out.
_UNREADABLE = ".arw .cr2 .cr3 .dng .eps .heic .heif .ico .jxl .nef .orf .psd .raf .rw2 .svg"
_SUFFIXES = frozenset(f"{_READABLE} {_UNREADABLE}".split())
_MOST_SUFFIXES = 5


@dataclass(frozen=True)
class ImageList:
    """The files of a class.

    Attributes:
        paths: The images, in the order of their names (with sub-folders) in Unicode's composed form.
        passed_over: How many files are no images, by their suffix; hidden files do not count.
    """

    paths: tuple[Path, ...]
    passed_over: Counter[str]

    def describe_passed_over(self) -> str:
        """Returns a sentence about the files that are no images, or nothing."""
        if not self.passed_over:
            return ""
        kinds = [f"{count} {suffix or 'without a suffix'}" for suffix, count in self.passed_over.most_common()]
        kinds[_MOST_SUFFIXES:] = ["…"] if len(kinds) > _MOST_SUFFIXES else []
        return f"Other files are not read as images: {', '.join(kinds)}."


def list_images(folder: Path) -> ImageList:
    """Returns the images in a folder and its sub-folders, found by their suffixes; hidden files are left out.

    Raises:
        DataError: A folder cannot be read.
    """
    images: dict[str, Path] = {}
    passed_over: Counter[str] = Counter()
    for path in _walk(folder, ()):
        suffix = path.suffix.lower()
        if suffix in _SUFFIXES:
            images[unicodedata.normalize("NFC", path.relative_to(folder).as_posix())] = path
        else:
            passed_over[suffix] += 1
    return ImageList(tuple(images[name] for name in sorted(images)), passed_over)


def _walk(folder: Path, above: tuple[tuple[int, int], ...]) -> Iterator[Path]:
    """Yields all that is no folder; a link back to a folder above it is not followed."""
    try:
        status = os.stat(folder)
        here = (status.st_dev, status.st_ino)
        with os.scandir(folder) as found:
            entries = [] if here in above else [(entry.is_dir(), Path(entry.path)) for entry in found]
    except OSError as error:
        raise DataError(f"Folder {folder} must be readable, but is not: {error.strerror}.") from None
    for is_folder, path in entries:
        if path.name.startswith("."):
            continue
        if is_folder:
            yield from _walk(path, (*above, here))
        else:
            yield path
