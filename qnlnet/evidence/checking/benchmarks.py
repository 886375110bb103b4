"""The benchmarks' rows, and what is made of them."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from qnlnet.errors import ResultsError
from qnlnet.evidence.benchmarks import plots, report
from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.evidence.checking.origins import NOTES, check_origins, describe_origins
from qnlnet.figures import write_figure
from qnlnet.files import write_file
from qnlnet.records import read_csv

NAMES = tuple(report.TABLES)
_APART = ("workloads", "kernels", "networks", "depth")  # measured apart, and checked where they are there
_ORIGIN = ("machine", "commit", "versions")


def check_benchmarks(folder: Path, finding: Finding) -> None:
    """Checks the benchmarks of one folder, which have to come from one run, and notes what was found."""
    tables = {}
    names = [name for name in NAMES if name not in _APART or (folder / f"{name}.csv").is_file()]
    for name in names:
        try:
            tables[name] = read_rows(folder / f"{name}.csv")
        except ResultsError as error:
            finding.problems.append(str(error))
    for name, rows in tables.items():
        _check_table(name, rows, folder, finding)
    endings = ("csv", "md", "png", "svg")
    finding.problems += check_strays(folder, [NOTES, *(f"{name}.{ending}" for name in names for ending in endings)])
    if tables:
        together = pd.concat([rows.assign(table=name)[["table", *_ORIGIN]] for name, rows in tables.items()])
        together = together.reset_index(drop=True)
        ids = "a row of " + together.table
        finding.problems += check_origins(together, ids, folder)
        finding.facts += [*sorted(together.machine.unique()), *describe_origins(together)]


def _check_table(name: str, rows: pd.DataFrame, folder: Path, finding: Finding) -> None:
    """Checks the rows of one benchmark, its page and its figure, and notes what was found."""
    finding.problems += _check_times(name, rows)
    finding.facts.append(f"{count(len(rows), 'row')} of {name}")
    source = f"{name}.csv"
    finding.problems += check_texts(folder, lambda target: [_write(name, rows, target)], source)
    if name in plots.FIGURES:
        fact, problems = check_figures(
            folder, name, lambda target: write_figure(plots.FIGURES[name](rows), target, name), source
        )
        finding.facts.append(fact)
        finding.problems += problems


def read_rows(path: Path) -> pd.DataFrame:
    """Returns the rows of a benchmark.

    Raises:
        ResultsError: The file is missing or damaged, or a row does not say where it comes from.
    """
    if not path.exists():
        raise ResultsError(f"{path.name} must be there, but is not.")
    rows = read_csv(path)
    if not path.read_bytes().endswith(b"\n"):
        raise ResultsError(f"{path.name} must end with a line break, but its last line is cut off.")
    missing = [name for name in _ORIGIN if name not in rows or rows[name].isna().any()]
    if missing or rows.empty:
        raise ResultsError(f"Each row of {path.name} must have {', '.join(missing or _ORIGIN)}, but not all have.")
    return rows


def _write(name: str, rows: pd.DataFrame, target: Path) -> Path:
    return write_file(target / f"{name}.md", report.TABLES[name](rows).encode("utf-8"))


def _check_times(name: str, rows: pd.DataFrame) -> Iterator[str]:
    """Yields the rows whose times cannot be times."""
    times = [column for column in ("fastest_seconds", "median_seconds", "slowest_seconds", "seconds") if column in rows]
    for number, row in enumerate(rows[times].to_dict("records"), start=2):
        values = list(row.values())
        try:
            ordered = all(value > 0 for value in values) and values == sorted(values)
        except TypeError:
            ordered = False
        if not ordered:
            yield f"Line {number} of {name}.csv must hold times, the fastest first, but holds {values}."
