"""The verdicts on the claims: do they follow from the tables beside them?"""

from pathlib import Path

from checking.derived import check_strays, check_texts
from checking.finding import Finding, count
from qnlnet.audit.claims import judge_claims, write_claims
from qnlnet.audit.paper_claims import CLAIMS


def check_claims(folder: Path, finding: Finding) -> None:
    """Checks claims.csv and claims.md in one folder and notes what was found."""
    results = folder.resolve().parent
    finding.problems += check_texts(
        folder, lambda target: write_claims(judge_claims(results, CLAIMS), target), "the tables"
    )
    finding.problems += check_strays(folder, ["claims.csv", "claims.md"])
    finding.facts.append(f"{count(len(CLAIMS), 'claim')} judged again")
