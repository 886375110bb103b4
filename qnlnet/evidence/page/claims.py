"""The claims of the paper as entries of a list: a claim, its verdict, and all else that its row says."""

from dataclasses import dataclass
from pathlib import Path

from qnlnet.errors import ResultsError
from qnlnet.evidence.page.tables import read_texts
from qnlnet.evidence.page.verdicts import tone_of

_NEEDED = ("claim", "verdict")
_CODE = "command"


@dataclass(frozen=True)
class Claim:
    """A claim.

    Attributes:
        text: What the paper says.
        verdict: Whether it holds.
        tone: What that word means: good, bad or open.
        details: The other columns that say something: heading, text, and whether it is a command.
    """

    text: str
    verdict: str
    tone: str
    details: tuple[tuple[str, str, bool], ...]


def read_claims(path: Path) -> list[Claim]:
    """Returns the claims of claims.csv.

    Raises:
        ResultsError: The file is damaged, or has no column `claim` or `verdict`.
    """
    rows = read_texts(path)
    if missing := [name for name in _NEEDED if name not in rows]:
        raise ResultsError(f"{path.name} must have the columns {', '.join(_NEEDED)}, but lacks {', '.join(missing)}.")
    others = [name for name in rows.columns if name not in _NEEDED]
    return [
        Claim(
            row["claim"],
            row["verdict"],
            tone_of(row["verdict"]),
            tuple((name.replace("_", " ").capitalize(), row[name], name == _CODE) for name in others if row[name]),
        )
        for row in rows.to_dict("records")
    ]
