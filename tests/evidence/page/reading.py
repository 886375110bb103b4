"""Reads a page with Python's own parser, and tables with none: the page is held to something else than itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from qnlnet.evidence.page.content import find_files
from qnlnet.evidence.page.manifest import SECTIONS

# Tables of which each row is one of the file beside it; others sum up, or have several rows in a line.
EVERY_ROW_SHOWN = {"table1", "corrected", "select_protocol", "hardware", "robustness"}
VOID = {"meta", "link", "img", "br", "hr", "input"}


@dataclass
class Element:
    """An element of a page, with what is inside of it."""

    tag: str
    attributes: dict[str, str]
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [part for part in self.content if isinstance(part, Element)]

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, tag: str) -> list["Element"]:
        return [element for element in self.walk() if element.tag == tag]

    def by_id(self, name: str) -> "Element":
        (found,) = (element for element in self.walk() if element.attributes.get("id") == name)
        return found

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.content:
            yield from part._texts() if isinstance(part, Element) else (part,)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].content.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def read_page(text: str) -> Element:
    """Returns the page; every element must be closed where it should be."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]


def count_markdown_rows(path: Path) -> list[int]:
    """Returns the number of rows of each table in a Markdown file."""
    counts: list[int] = []
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            counts = [*counts[:-1], counts[-1] + 1] if inside else [*counts, 1]
        inside = line.startswith("|")
    return [count - 2 for count in counts]  # without the header and the rule below it


def list_tables(results: Path) -> list[Path]:
    """Returns the Markdown files that the page shows as tables; claims are a list of their own."""
    files = {path for section in SECTIONS for path in find_files(section, results) if path.suffix == ".md"}
    return sorted(path for path in files if path.stem not in {"provenance", "claims"})
