"""The verdicts on the claims: do they follow from the tables beside them?"""

from pathlib import Path

from qnlnet.evidence.checking.derived import check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.papers.claims import judge_claims, write_claims
from qnlnet.papers.listed import list_claims


def check_claims(folder: Path, finding: Finding) -> None:
    """Checks claims.csv and claims.md in one folder and notes what was found."""
    results = folder.resolve().parent
    claims, rules = list_claims(results)
    finding.problems += check_texts(
        folder, lambda target: write_claims(judge_claims(results, claims), target, rules), "the tables"
    )
    finding.problems += check_strays(folder, ["claims.csv", "claims.md"])
    finding.facts.append(f"{count(len(claims), 'claim')} judged again")
