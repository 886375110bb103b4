"""The table of light cones and its drawings, which follow from the circuits: all of it is made again and compared."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from qnlnet.audit.light_cones.drawings import choose_drawn, write_drawing
from qnlnet.audit.light_cones.page import NAME, write_page
from qnlnet.audit.light_cones.rows import DEAD_BELOW, GRADIENTS, SHAPE_COLUMNS, Shape, make_table, read_shapes
from qnlnet.errors import QNLNetError, ResultsError
from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.records import read_csv

CSV = f"{NAME}.csv"
_ROUNDING = 0.02  # of a gradient with two digits or more, where another processor rounds the last one differently


def check_light_cones(folder: Path, finding: Finding) -> None:
    """Checks rows, page and drawings of one folder, and notes what was found."""
    rows = read_table(_read_rows, folder / CSV, finding)
    if rows is None:
        return
    try:
        shapes = read_shapes(rows)
        expected = make_table(shapes).astype(str)
    except (QNLNetError, KeyError, ValueError) as error:
        finding.problems.append(f"{CSV} must name circuits, but does not: {error}")
        return
    finding.problems += _compare(rows, expected)
    finding.facts.append(f"{count(len(rows), 'circuit')} analysed again")
    finding.problems += check_texts(folder, lambda target: [write_page(rows, target)], CSV)
    drawn = list(dict.fromkeys(shapes))
    needed = set(choose_drawn(drawn))
    drawn = [shape for shape in drawn if shape in needed or _is_there(folder, shape)]
    for shape in drawn:
        fact, problems = check_figures(folder, shape.stem, partial(write_drawing, shape), "the circuit")
        finding.facts += [fact] if "compared" in fact else []
        finding.problems += problems
    finding.facts.append(count(len(drawn), "drawing"))
    images = [f"{shape.stem}.{ending}" for shape in drawn for ending in ("png", "svg")]
    finding.problems += check_strays(folder, [CSV, f"{NAME}.md", *images])


def _is_there(folder: Path, shape: Shape) -> bool:
    return any((folder / f"{shape.stem}.{ending}").exists() for ending in ("png", "svg"))


def _read_rows(path: Path) -> pd.DataFrame:
    """Returns the rows, all columns as text.

    Raises:
        ResultsError: It is no table.
    """
    rows = read_csv(path, dtype=str, keep_default_na=False)
    if not path.read_bytes().endswith(b"\n"):
        raise ResultsError(f"{path.name} must end with a line break, but its last line is cut off.")
    return rows


def _compare(rows: pd.DataFrame, expected: pd.DataFrame) -> Iterator[str]:
    """Yields what differs from what the circuits give, and circuits that are there twice."""
    if list(rows.columns) != list(expected.columns):
        yield f"{CSV} must have the columns {', '.join(expected.columns)}, but has {', '.join(rows.columns)}."
        return
    for number in rows.index[rows.duplicated(list(SHAPE_COLUMNS))]:
        yield f"Line {number + 2} of {CSV} must be another circuit, but is one of those above."
    for number, (row, other) in enumerate(zip(rows.to_dict("records"), expected.to_dict("records"), strict=True), 2):
        for column, value in row.items():
            agrees = _is_same_gradient if column in GRADIENTS else str.__eq__
            if not agrees(value, other[column]):
                yield f"Line {number} of {CSV}: `{column}` must be {other[column]!r}, but is {value!r}."
        if row["agrees"] != "yes":
            yield f"Line {number} of {CSV}: gates and sampled gradients must agree, but do not."


def _is_same_gradient(stored: str, expected: str) -> bool:
    """Returns whether two gradients are equal within rounding; those that are zero but for rounding all are."""
    if "" in (stored, expected):
        return stored == expected
    try:
        ours, theirs = float(stored), float(expected)
    except ValueError:
        return False
    return max(ours, theirs) < DEAD_BELOW or abs(ours - theirs) <= _ROUNDING * theirs
