"""The page's colours can be told from what they stand on: WCAG 2.2, level AA."""

import re
from pathlib import Path

import pytest

import qnlnet.evidence.page
from qnlnet.evidence.page.palette import DARK, LIGHT, SHAPE_PAIRS, SHAPE_RATIO, TEXT_PAIRS, TEXT_RATIO

STYLE = (Path(qnlnet.evidence.page.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey that just fails


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "back"), TEXT_PAIRS)
def test_text_can_be_read(colours: dict[str, str], text: str, back: str) -> None:
    assert contrast(colours[text], colours[back]) >= TEXT_RATIO


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "back"), SHAPE_PAIRS)
def test_shapes_can_be_seen(colours: dict[str, str], shape: str, back: str) -> None:
    assert contrast(colours[shape], colours[back]) >= SHAPE_RATIO


def test_the_style_sheet_has_no_other_colours() -> None:
    named = set(re.findall(r"var\(--([a-z-]+)\)", STYLE))
    own = set(re.findall(r"--([a-z-]+):", STYLE)) | {"points"}
    assert named <= LIGHT.keys() | own
    assert LIGHT.keys() == DARK.keys()
    assert LIGHT.keys() <= named, "a colour that nothing has"
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLE)) <= {"#ffffff"}  # paper
