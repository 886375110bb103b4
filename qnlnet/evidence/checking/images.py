"""Is an image whole, and is it the same drawing as another one?"""

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.image import imread

_CREATOR = re.compile(rb"Matplotlib v([\w.]+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_NAMED_AFTER_CONTENT = re.compile(r"\b[a-z][0-9a-f]{10}\b|data:image/png;base64,[^\"]*")
_POINTS = 0.01  # 1/7200 inch: what another processor may round differently, and far less than anyone can see
_BRIGHTNESS = 0.1  # of full brightness, for the same reason


def check_image(path: Path) -> str | None:
    """Returns what is wrong with an .svg or .png file by itself, or None."""
    if not path.is_file():
        return f"{path.name} must be there, but is not."
    try:
        if path.suffix == ".svg":
            ElementTree.fromstring(path.read_bytes())
        else:
            imread(path)
    except (ElementTree.ParseError, SyntaxError, OSError, ValueError) as error:
        return f"{path.name} must be a whole image, but is not: {error}."
    return None


def drawn_with(svg: Path) -> str:
    """Returns the version of Matplotlib that drew an .svg file."""
    match = _CREATOR.search(svg.read_bytes())
    return match.group(1).decode() if match else "unknown"


def installed() -> str:
    """Returns the version of Matplotlib here."""
    return str(matplotlib.__version__)


def is_same_image(stored: bytes, drawn: bytes, suffix: str) -> bool:
    """Returns whether two images that the same version has drawn show the same."""
    if stored == drawn:
        return True
    if suffix == ".svg":
        return _is_same_svg(*(_NAMED_AFTER_CONTENT.sub("", data.decode("utf-8")) for data in (stored, drawn)))
    ours, theirs = (imread(io.BytesIO(data), format="png") for data in (stored, drawn))
    return ours.shape == theirs.shape and bool(np.abs(ours - theirs).max() <= _BRIGHTNESS)


def _is_same_svg(ours: str, theirs: str) -> bool:
    if _NUMBER.split(ours) != _NUMBER.split(theirs):
        return False
    pairs = zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    return all(one == other or abs(float(one) - float(other)) <= _POINTS for one, other in pairs)
