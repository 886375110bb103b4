"""Generated Markdown becomes parts of a page."""

from qnlnet.evidence.page.markdown import Heading, Prose, read_parts
from qnlnet.evidence.page.tables import Table

TEXT = """<!-- Generated; do not edit. -->

# All of it

A paragraph with [rows](seeds.csv), [a page](../../docs/runs.md), [a place](https://example.org/x) and <b>HTML</b>.

It is not short: it goes on and on, for so many words that nobody would take it for the caption of the table that stands
below it, even though it stands right above it, and that is the point.

| Who | n | Verdict |
| :-- | --: | --: |
| a \\| b | 1 | agrees |
| `c` & d | 2 | – |

† a note

Second table:

| Who | n |
| --- | --: |
| a | 1 |

## Part

| Who | n |
| --- | --: |
| a | 1 |
| a | 2 |
"""


def test_all_parts_are_there_in_order() -> None:
    parts = read_parts(TEXT, "x/x.md", "t", "Title", "../x")
    kinds = [type(part) for part in parts]
    assert kinds == [Heading, Prose, Prose, Table, Prose, Table, Heading, Table]
    first, second, third = (part for part in parts if isinstance(part, Table))
    assert [part.level for part in parts if isinstance(part, Heading)] == [3, 4]
    assert [part.is_note for part in parts if isinstance(part, Prose)] == [False, False, True]
    assert [table.name for table in (first, second, third)] == ["t-1", "t-2", "t-3"]
    assert (first.caption, second.caption, third.caption) == ("All of it", "Second table:", "Part")
    assert [table.is_titled for table in (first, second, third)] == [True, False, True]
    assert [table.naming for table in (first, second, third)] == [1, 1, 1]
    assert first.rows[0] == ("a | b", "1", "agrees")
    assert first.rows[1] == ("<code>c</code> &amp; d", "2", "–")
    assert first.verdicts == ["agrees", "–"]
    assert [column.is_number for column in first.columns] == [False, True, True]


def test_tables_without_a_caption_are_told_apart_by_their_first_column() -> None:
    text = "| MNIST | n |\n| - | - |\n| x | 0 |\n\n| CIFAR | n |\n| - | - |\n| x | 0 |\n"
    captions = [part.caption for part in read_parts(text, "x", "t", "Time & space", "..") if isinstance(part, Table)]
    assert captions == ["Time &amp; space: MNIST", "Time &amp; space: CIFAR"]


def test_links_start_at_the_page_and_html_is_left_out() -> None:
    html = read_parts(TEXT, "x/x.md", "t", "Title", "../x")[1].html
    assert '<a href="../x/seeds.csv">' in html
    assert '<a href="../../docs/runs.md">' in html
    assert '<a href="https://example.org/x">' in html
    assert "<b>" not in html
    assert "HTML" in html


def test_rows_are_named_by_as_many_columns_as_it_takes() -> None:
    text = "| D | A | n |\n| - | - | -: |\n| x | 0 | 1 |\n| x | 1 | 1 |\n| y | 0 | 1 |\n"
    (table,) = read_parts(text, "x", "t", "Title", "..")
    assert isinstance(table, Table)
    assert table.naming == 2
