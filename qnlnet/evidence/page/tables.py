"""A table of the page: its cells, which of them name their row, and which are verdicts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from qnlnet.evidence.page.verdicts import COLUMN, tone_of
from qnlnet.records import read_csv

_TAG = re.compile(r"<[^>]*>")
_MOST_NAMING = 6  # columns; a table whose rows differ later on names them by its first column
_DIGITS = 4
_WIDE = 12  # columns that fit on an upright sheet
_SHORT = 20  # letters of a cell that stay on one line
_LONG = 24  # rows that are shown without a scroll bar of their own


@dataclass(frozen=True)
class Column:
    """A column: its heading as HTML and as text, and whether it is flushed right."""

    html: Markup
    text: str
    is_number: bool

    @property
    def is_verdict(self) -> bool:
        """Whether its cells are verdicts."""
        return self.text.casefold() == COLUMN


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: Unique on the page.
        source: The file that it shows, relative to results/.
        caption: What it shows.
        is_titled: Whether a heading right above says the caption already.
        columns: Its columns.
        rows: Its cells, as HTML.
    """

    name: str
    source: str
    caption: Markup
    is_titled: bool
    columns: tuple[Column, ...]
    rows: tuple[tuple[Markup, ...], ...]

    @cached_property
    def naming(self) -> int:
        """How many columns, from the left, it takes to tell all rows apart; they are the rows' headers."""
        for number in range(1, min(_MOST_NAMING, len(self.columns) - 1) + 1):
            if len({row[:number] for row in self.rows}) == len(self.rows):
                return number
        return 1

    @property
    def is_wide(self) -> bool:
        """Whether it needs a sheet on its side."""
        return len(self.columns) > _WIDE

    @property
    def is_long(self) -> bool:
        """Whether it gets a scroll bar of its own."""
        return len(self.rows) > _LONG

    @cached_property
    def short(self) -> set[int]:
        """The columns whose cells are short enough to stay on one line."""
        return {
            place
            for place, column in enumerate(self.columns)
            if all(len(plain(html)) <= _SHORT for html in (column.html, *(row[place] for row in self.rows)))
        }

    @property
    def verdicts(self) -> list[str]:
        """The verdicts, row by row; none if there is no such column."""
        places = [place for place, column in enumerate(self.columns) if column.is_verdict]
        return [plain(row[places[0]]) for row in self.rows] if places else []

    def tone(self, row: Sequence[Markup], place: int) -> str:
        """Returns what a cell's verdict means, or '' if it is none."""
        text = plain(row[place])
        return tone_of(text) if self.columns[place].is_verdict and text not in {"", "–"} else ""


def plain(html: str) -> str:
    """Returns HTML as text."""
    return Markup(_TAG.sub("", html)).unescape().strip()


def read_texts(path: Path) -> pd.DataFrame:
    """Returns the rows of a table, every value as the text that stands there.

    Raises:
        ResultsError: The file is damaged.
    """
    return read_csv(path, dtype=str, keep_default_na=False)


def table_from_csv(path: Path, name: str, caption: str) -> Table:
    """Returns a table of a file for which no program has made a table for readers.

    Raises:
        ResultsError: The file is damaged.
    """
    rows = read_texts(path)
    titles = [title.replace("_", " ") for title in rows.columns]
    columns = tuple(
        Column(escape(f"{title[:1].upper()}{title[1:]}"), title, _is_number(rows.iloc[:, place]))
        for place, title in enumerate(titles)
    )
    cells = tuple(tuple(escape(_shorten(value)) for value in row) for row in rows.itertuples(index=False))
    return Table(name, f"{path.parent.name}/{path.name}", escape(caption), False, columns, cells)


def _is_number(values: "pd.Series[str]") -> bool:
    filled = values[values != ""]
    return bool(len(filled)) and bool(pd.to_numeric(filled, errors="coerce").notna().all())


def _shorten(value: str) -> str:
    """Returns a number with a fraction to four digits, and anything else as it is."""
    return f"{float(value):.{_DIGITS}g}" if re.fullmatch(r"-?\d+\.\d+(e[-+]?\d+)?", value) else value
