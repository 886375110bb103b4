"""The verdicts on the claims: do they follow from the tables beside them?"""

from pathlib import Path

from qnlnet.evidence.checking.derived import check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.papers.claims import judge_claims, write_claims
from qnlnet.papers.gupta2024.claims import CLAIMS
from qnlnet.papers.gupta2024.finished import FINISHED_RULE


def check_claims(folder: Path, finding: Finding) -> None:
    """Checks claims.csv and claims.md in one folder and notes what was found."""
    results = folder.resolve().parent
    finding.problems += check_texts(
        folder, lambda target: write_claims(judge_claims(results, CLAIMS), target, FINISHED_RULE), "the tables"
    )
    finding.problems += check_strays(folder, ["claims.csv", "claims.md"])
    finding.facts.append(f"{count(len(CLAIMS), 'claim')} judged again")
