"""A figure of results/ as part of the page: its .svg, or its .png where that is smaller."""

import base64
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from qnlnet.errors import ResultsError
from qnlnet.evidence.page.svg import Drawing, read_drawing, read_labels

_SMALL = 560  # points
_POINTS_PER_PIXEL = 72 / 200  # all PNG files of the project have 200 dots per inch


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes:
        name: Unique on the page.
        caption: What it shows.
        description: The words in it, for those who do not see it.
        width: In points.
        drawing: The .svg file, or None.
        png: The .png file as base64; used if there is no drawing.
        height: In points; of the .png file only.
        files: The files, for links.
    """

    name: str
    caption: str
    description: str
    width: float
    drawing: Drawing | None
    png: str
    height: float
    files: tuple[Path, ...]

    @property
    def is_small(self) -> bool:
        """Whether it can share a line with another figure."""
        return self.width <= _SMALL

    @property
    def ratio(self) -> str:
        """Width and height as CSS wants them."""
        return f"{self.width:g} / {self.height:g}"


def read_figure(folder: Path, stem: str, name: str, caption: str) -> Figure:
    """Returns the figure `stem`.svg or `stem`.png of `folder`.

    Raises:
        ResultsError: A file is not a whole image.
    """
    files = tuple(path for ending in ("svg", "png") if (path := folder / f"{stem}.{ending}").is_file())
    by_ending = {path.suffix: path for path in files}
    text = by_ending[".svg"].read_text(encoding="utf-8") if ".svg" in by_ending else ""
    try:
        prefix = f"f{zlib.crc32(name.encode()):x}"  # short, as it stands on thousands of lines
        drawing = read_drawing(text, prefix) if text else None
        png, width, height = _read_png(by_ending[".png"]) if ".png" in by_ending else ("", 0.0, 0.0)
    except (ElementTree.ParseError, UnidentifiedImageError, OSError) as error:
        raise ResultsError(f"The figure {folder / stem} must be a whole image, but is not: {error}.") from error
    if drawing and png and len(drawing.content) > len(png):
        drawing = None
    if drawing:
        png, width = "", drawing.width
    elif not png:
        raise ResultsError(
            f"The drawing {files[0]} must be Matplotlib’s, with its letters as paths, or have a .png beside it, but "
            "is not and has none."
        )
    labels = "; ".join(read_labels(text))
    description = f"Words in the figure: {labels}." if labels else "The table of this section has its numbers."
    return Figure(name, caption, description, width, drawing, png, height, files)


def _read_png(path: Path) -> tuple[str, float, float]:
    data = path.read_bytes()
    with Image.open(path) as image:
        width, height = image.size
        image.verify()
    encoded = base64.b64encode(data).decode("ascii")
    return encoded, round(width * _POINTS_PER_PIXEL, 1), round(height * _POINTS_PER_PIXEL, 1)
