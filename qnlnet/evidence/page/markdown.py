"""Generated Markdown as parts of a page: headings, paragraphs, and tables that can be read by a program."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from qnlnet.evidence.page.tables import Column, Table, plain

_READER = MarkdownIt("commonmark").enable("table")
_FIRST_LEVEL = 3  # of headings inside of a section
_LAST_LEVEL = 6
_LONGEST_CAPTION = 160  # letters; a longer paragraph above a table is a paragraph
_MARKS = ("†", "‡", "*")  # of footnotes
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#)", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """A heading: its level on the page, and its HTML."""

    level: int
    html: Markup


@dataclass(frozen=True)
class Prose:
    """A paragraph, a list, or code.

    Attributes:
        html: Its HTML.
        is_note: Whether it stands below a table and so belongs to it.
    """

    html: Markup
    is_note: bool


Part = Heading | Prose | Table


def read_parts(text: str, source: str, name: str, title: str, base: str) -> list[Part]:
    """Returns the parts of a Markdown file; comments and images are left out.

    Args:
        text: The file.
        source: Its path relative to results/.
        name: Begins the names of its tables.
        title: The caption of a table that has no other.
        base: The way from the page to the file's folder, for links.
    """
    tokens = [token for token in _READER.parse(text) if token.type != "html_block"]
    levels = sorted({int(token.tag[1]) for token in tokens if token.type == "heading_open"})
    parts: list[Part] = []
    for group in _groups(tokens):
        for token in group:
            _clean(token, base)
        if group[0].type == "heading_open":
            level = min(_FIRST_LEVEL + levels.index(int(group[0].tag[1])), _LAST_LEVEL)
            parts.append(Heading(level, _render(group[1:-1])))
        elif group[0].type == "table_open":
            caption, is_titled = _take_caption(parts, title)
            number = sum(isinstance(part, Table) for part in parts) + 1
            columns, rows = _read_table(group)
            if caption == escape(title) and sum(token.type == "table_open" for token in tokens) > 1:
                caption = Markup("{}: {}").format(caption, columns[0].html)
            parts.append(Table(f"{name}-{number}", source, caption, is_titled, columns, rows))
        elif html := _render(group).strip():
            below = any(isinstance(part, Table) for part in parts[-1:]) or bool(
                parts and isinstance(parts[-1], Prose) and parts[-1].is_note
            )
            parts.append(Prose(html, below))
    return parts


def _groups(tokens: Sequence[Token]) -> list[list[Token]]:
    """Returns the tokens of each part of the file's top level."""
    groups: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        groups[-1].append(token)
        depth += token.nesting
        if depth == 0:
            groups.append([])
    return groups[:-1]


def _clean(token: Token, base: str) -> None:
    """Leaves out HTML within text and images, and makes relative links start at the page."""
    if not token.children:
        return
    token.children = [child for child in token.children if child.type not in {"html_inline", "image"}]
    for child in token.children:
        target = str(child.attrGet("href") or "")
        if child.type == "link_open" and target and not _SCHEME.match(target):
            child.attrSet("href", posixpath.normpath(posixpath.join(base, target)))


def _render(tokens: Sequence[Token]) -> Markup:
    html = Markup(_READER.renderer.render(tokens, _READER.options, {}))  # of our own files, with all HTML left out
    return Markup("") if not plain(html) else html


def _take_caption(parts: list[Part], title: str) -> tuple[Markup, bool]:
    """Returns the caption of the table that follows, and whether a heading says it already.

    It is a short paragraph right above the table, which is taken from the parts, or else the heading of this
    and no other table, or else `title`.
    """
    last = parts[-1] if parts else None
    if isinstance(last, Prose) and len(text := plain(last.html)) <= _LONGEST_CAPTION and not text.startswith(_MARKS):
        parts.pop()
        return Markup(last.html.strip().removeprefix("<p>").removesuffix("</p>")), False
    for part in reversed(parts):
        if isinstance(part, Heading):
            return part.html, True
        if isinstance(part, Table):
            break
    return escape(title), False


def _read_table(tokens: Sequence[Token]) -> tuple[tuple[Column, ...], tuple[tuple[Markup, ...], ...]]:
    columns: list[Column] = []
    rows: list[list[Markup]] = []
    for place, token in enumerate(tokens):
        if token.type in {"th_open", "td_open"}:
            html = _render([tokens[place + 1]])
            if token.type == "th_open":
                columns.append(Column(html, plain(html), "right" in str(token.attrGet("style") or "")))
            else:
                rows[-1].append(html)
        elif token.type == "tr_open":
            rows.append([])
    return tuple(columns), tuple(tuple(row) for row in rows[1:])
