"""Several ledgers as one: new submissions go to the first, and all of them are looked into."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qnlnet.errors import LedgerError, ResultsError
from qnlnet.hardware.ledger import Submission, find_submission, list_keys, submission_exists
from qnlnet.hardware.results import read_rows
from qnlnet.runtime import Patience

# A person's own submissions, and those that are committed; scripts/ibm_jobs.py names both in its help.
OWN, COMMITTED = Path("outputs/hardware"), Path("results/hardware")


@dataclass(frozen=True)
class Ledgers:
    """Where submissions lie.

    Attributes:
        own: Gets new submissions, and the rows of what is collected.
        others: Are looked into only, so that nothing is submitted that one of them holds. The submissions there stay
            there, with their answers.
    """

    own: Path
    others: tuple[Path, ...] = ()

    @property
    def roots(self) -> tuple[Path, ...]:
        """All ledgers, the own one first."""
        return (self.own, *self.others)

    def __str__(self) -> str:
        return " or ".join(map(str, self.roots))

    def home(self, key: str) -> Path | None:
        """Returns the first ledger that holds the submission; None where none does."""
        return next((root for root in self.roots if submission_exists(root, key)), None)

    def submissions(self) -> Iterator[tuple[Path, str]]:
        """Yields every submission once, as its ledger and its key, the own ones first."""
        known: set[str] = set()
        for root in self.roots:
            keys = [key for key in list_keys(root) if key not in known]
            known.update(keys)
            yield from ((root, key) for key in keys)

    def find(self, key: str, patience: Patience | None = None) -> Submission:
        """Returns the submission whose key is, or starts with, `key`.

        Raises:
            LedgerError: There is none, there are several, or it is damaged.
        """
        matching = {one: root for root, one in self.submissions() if key and one.startswith(key)}
        if len(matching) != 1:
            there = f"Several start like that: {', '.join(matching)}." if matching else f"Look at the list of {self}."
            raise LedgerError(f"Argument `key` must name a submission, but is {key!r}. {there}")
        ((full, root),) = matching.items()
        return find_submission(root, full, patience)

    def keys_of_rows(self) -> set[str]:
        """Returns the keys in all tables; a damaged one is reported later, when a row is added: answers come first."""
        keys: set[str] = set()
        for root in self.roots:
            try:
                keys.update(read_rows(root).key)
            except ResultsError:
                continue
        return keys

    def row_elsewhere(self, submission: Submission) -> dict[str, Any] | None:
        """Returns the row that stands beside a submission of another ledger; None where it must be made.

        Raises:
            ResultsError: The table there is damaged.
        """
        home = submission.directory.parent
        if home == self.own:
            return None
        rows = read_rows(home)
        known: list[dict[str, Any]] = rows[rows.key == submission.key].to_dict("records")
        return known[0] if known else None
