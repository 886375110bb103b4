"""What a claim is, and what the tables in results/ say about claims."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.files import write_file
from qnlnet.records import write_table
from qnlnet.records.configurations import read_configurations
from qnlnet.tables.formats import markdown_table

_COLUMNS = ("claim", "source", "measured", "verdict", "reason", "command")
HOLDS, PARTLY, FAILS, OPEN = "holds", "holds in part", "does not hold", "cannot be decided"


@dataclass(frozen=True)
class Finding:
    """What the results say about a claim.

    Attributes:
        measured: The numbers, in a few words.
        verdict: HOLDS; PARTLY, where it holds for some of what it is about; FAILS; OPEN, where the results do not
            decide, or could not have decided otherwise.
        reason: Why, in a sentence.
    """

    measured: str
    verdict: str
    reason: str


Judge = Callable[[pd.DataFrame], Finding | None]


@dataclass(frozen=True)
class Claim:
    """A claim of a paper.

    Attributes:
        text: The claim, in our words.
        source: Where it stands.
        table: The folder in results/ that it is judged by.
        command: What makes that folder.
        judge: Gets a table; returns None if that lacks the rows.
        file: The table in the folder; NAME.csv if empty.
    """

    text: str
    source: str
    table: str
    command: str
    judge: Judge
    file: str = ""


def judge_claims(results: Path, claims: Iterable[Claim]) -> pd.DataFrame:
    """Returns one row per claim: claim, source, measured, verdict, reason, command.

    A claim whose table is not there cannot be decided yet.
    """
    rows = []
    for claim in claims:
        path = results / claim.table / (claim.file or f"{claim.table}.csv")
        read_configurations(path.parent)  # what the hashes in the table stand for
        table = pd.read_csv(path, dtype={"ansatz": str, "classes": str}) if path.is_file() else None
        found = None if table is None else claim.judge(table)
        found = found or Finding("not measured", OPEN, f"Its rows are not there: {claim.command}.")
        rows.append({"claim": claim.text, "source": claim.source, **vars(found), "command": claim.command})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def write_claims(claims: pd.DataFrame, directory: Path, note: str) -> list[Path]:
    """Writes claims.csv and claims.md and returns the paths.

    Args:
        claims: What `judge_claims` returns.
        directory: The folder of the two files.
        note: A sentence or two below the table for readers.

    Raises:
        ResultsError: The folder cannot be written.
    """
    header = ["Claim", "Source", "Measured here", "Verdict", "Why", "Command"]
    rows = [list(map(str, row)) for row in claims[list(_COLUMNS)].itertuples(index=False)]
    table = markdown_table(header, rows, len(header))
    page = f"<!-- Generated from the tables in results/; do not edit. -->\n\n{table}\n{note}\n"
    return [write_table(claims, directory / "claims.csv"), write_file(directory / "claims.md", page.encode("utf-8"))]
