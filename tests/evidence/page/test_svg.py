"""Drawings become parts of a page: smaller, without ids that clash, and refused where that cannot be."""

import re
from pathlib import Path

import pytest

from qnlnet.evidence.page.svg import read_drawing, read_labels

RESULTS = Path(__file__).resolve().parents[3] / "results"
TEXT = (RESULTS / "table1" / "table1.svg").read_text(encoding="utf-8")
SMALL = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 72 36">'
    '<defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>'
    '<g id="unused"><defs><path id="m1" d="M 0.123456 1.999999 \nL -0.001 3"/></defs>'
    '<g clip-path="url(#c1)"><use xlink:href="#m1" x="1.23456" y="2" transform="translate(1.23456 2) scale(0.015625)"/>'
    '</g><g id="empty"/></g><defs><clipPath id="c1"><rect x="0" y="0" width="9" height="9"/></clipPath></defs></svg>'
)


def test_numbers_are_rounded_but_scales_are_not() -> None:
    drawing = read_drawing(SMALL, "f")
    assert drawing
    (name,) = drawing.shared
    assert drawing.shared[name] == f'<path id="{name}" d="m.12 2l-.12 1"/>'
    assert drawing.content == (
        f'<g clip-path="url(#f-c1)"><use href="#{name}" x="1.23" y="2" '
        'transform="translate(1.23 2) scale(0.015625)"/>'
        '</g><defs><clipPath id="f-c1"><rect x="0" y="0" width="9" height="9"/></clipPath></defs>'
    )
    assert (drawing.width, drawing.view_box) == (72, "0 0 72 36")


def test_equal_glyphs_of_two_figures_have_one_name() -> None:
    one, other = read_drawing(SMALL, "f"), read_drawing(SMALL.replace("m1", "m2"), "g")
    assert one
    assert other
    assert one.shared == other.shared
    assert not set(re.findall(r'id="([^"]+)"', one.content)) & set(re.findall(r'id="([^"]+)"', other.content))


def test_a_figure_of_the_suite_keeps_all_that_is_drawn() -> None:
    drawing = read_drawing(TEXT, "f")
    assert drawing
    glyphs = {name: max(1, definition.count("<use")) for name, definition in drawing.shared.items()}
    used = re.findall(r'<use href="#([^"]+)"', drawing.content)
    assert sum(glyphs[name] for name in used) == TEXT.count("<use")
    in_defs = sum(len(re.findall(r"<path", found)) for found in re.findall(r"<defs>.*?</defs>", TEXT, re.DOTALL))
    assert drawing.content.count("<path") == TEXT.count("<path") - in_defs
    assert len(drawing.content) < 0.8 * len(TEXT)


GROUP = '<g id="empty"/>'  # what takes its place here


def test_a_word_is_shared_and_stands_where_it_stood() -> None:
    glyphs = '<use xlink:href="#m1"/><use xlink:href="#m1" transform="translate(63.618 0)"/>'
    word = f'<g transform="scale(0.1 -0.1)">{glyphs}</g>'
    drawing = read_drawing(SMALL.replace(GROUP, word), "f")
    assert drawing
    glyph, name = drawing.shared
    assert drawing.shared[name] == f'<g id="{name}"><use href="#{glyph}"/><use href="#{glyph}" x="63.62"/></g>'
    assert f'<g transform="scale(0.1 -0.1)"><use href="#{name}"/></g>' in drawing.content


@pytest.mark.parametrize(("style", "shared"), [("fill-opacity: 0.5", True), ("opacity: 0.5", False)])
def test_neighbours_share_a_look_unless_a_group_would_look_different(style: str, shared: bool) -> None:
    line = f'<path d="M 0 0 \nL 1 1" clip-path="url(#c1)" style="{style}"/>'
    drawing = read_drawing(SMALL.replace(GROUP, 3 * line), "f")
    assert drawing
    look = f'clip-path="url(#f-c1)" style="{style.replace(": ", ":")}"'
    assert drawing.content.count(look) == (1 if shared else 3)
    assert (f"<g {look}>" + 3 * '<path d="m0 0l1 1"/>' in drawing.content) == shared


def test_words_in_a_figure_are_read() -> None:
    labels = read_labels(TEXT)
    assert "test accuracy (%)" in labels
    assert "published mean ± std" in labels
    assert not [label for label in labels if re.fullmatch(r"[\d.−-]+", label)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("*{stroke-linejoin: round; stroke-linecap: butt}", "path{fill: red}"),
        ('<g id="empty"/>', "<script>alert(1)</script>"),
        ('<g id="empty"/>', "<text>a font of its own</text>"),
        ('viewBox="0 0 72 36"', 'width="72"'),
    ],
)
def test_what_can_not_be_part_of_a_page_is_refused(old: str, new: str) -> None:
    assert read_drawing(SMALL, "f") is not None
    assert read_drawing(SMALL.replace(old, new), "f") is None
