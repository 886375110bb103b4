"""Images are compared as drawings: rounding does not count, a moved point does."""

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imsave

from qnlnet.evidence.checking.images import is_same_image

SVG = b'<svg><path id="m0123456789" d="M 1.5 -20.25 L 3e-05 7"/><!-- 99.96 --></svg>'


def moved(text: bytes, by: float) -> bytes:
    return re.sub(rb"20\.25", str(20.25 + by).encode(), text)


def test_rounding_is_no_difference_and_a_move_is() -> None:
    assert is_same_image(SVG, SVG, ".svg")
    assert is_same_image(SVG, moved(SVG, 0.001), ".svg")
    assert not is_same_image(SVG, moved(SVG, 0.1), ".svg")


@pytest.mark.parametrize(
    ("old", "new"), [(b"99.96", b"99.98"), (b"path", b"line"), (b"-20", b"20"), (b"M 1.5 ", b""), (b"3e-05", b"3")]
)
def test_every_other_change_of_a_drawing_counts(old: bytes, new: bytes) -> None:
    assert old in SVG
    assert not is_same_image(SVG, SVG.replace(old, new), ".svg")


def test_names_made_from_coordinates_do_not_count() -> None:
    assert is_same_image(SVG, SVG.replace(b"m0123456789", b"mabcdefabcd"), ".svg")


def test_pixels_may_differ_by_rounding_only() -> None:
    pixels = np.full((20, 30, 4), 128, np.uint8)

    def png(change: Callable[[np.ndarray], None] = lambda pixels: None) -> bytes:
        copy, buffer = pixels.copy(), io.BytesIO()
        change(copy)
        imsave(buffer, copy, format="png")
        return buffer.getvalue()

    def shade(value: int) -> Callable[[np.ndarray], None]:
        return lambda pixels: pixels.__setitem__((3, 4, 0), value)

    assert is_same_image(png(), png(shade(130)), ".png")
    assert not is_same_image(png(), png(shade(255)), ".png")
    buffer = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(buffer, format="png")
    assert not is_same_image(png(), buffer.getvalue(), ".png")
