"""What a check has found: facts for one line, and problems, a sentence each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qnlnet.errors import ResultsError


@dataclass
class Finding:
    """What is known about one folder after its check.

    Attributes:
        name: The folder, as it is shown.
        facts: What it holds and what was checked.
        problems: What is wrong; none if all is well.
    """

    name: str
    facts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Returns the line of the folder and one more for each problem."""
        verdict = "ok" if not self.problems else f"{count(len(self.problems), 'problem')}"
        line = f"{self.name}: {verdict}" + "".join(f"; {fact}" for fact in self.facts)
        return [line, *(f"  {problem}" for problem in self.problems)]


def read_table(read: Callable[[Path], pd.DataFrame], path: Path, finding: Finding) -> pd.DataFrame | None:
    """Returns the rows of a table; None, and a problem more, if it has none that can be read."""
    try:
        rows = read(path)
    except ResultsError as error:
        finding.problems.append(str(error))
        return None
    if rows.empty:
        finding.problems.append(f"{path.name} must have rows, but has none.")
        return None
    return rows


def count(number: int, noun: str) -> str:
    """Returns for example ``1 row`` or ``1,500 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
