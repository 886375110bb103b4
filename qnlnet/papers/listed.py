"""All claims that the tables in a folder can judge."""

from pathlib import Path

from qnlnet.papers.claims import Claim
from qnlnet.papers.convolutions import RULE, TABLE
from qnlnet.papers.gupta2024.claims import CLAIMS as GUPTA
from qnlnet.papers.gupta2024.finished import FINISHED_RULE
from qnlnet.papers.kashif2024.claims import CLAIMS as KASHIF
from qnlnet.papers.ning2024.claims import CLAIMS as NING
from qnlnet.papers.senokosov2023.claims import CLAIMS as SENOKOSOV


def list_claims(results: Path) -> tuple[tuple[Claim, ...], str]:
    """Returns the claims, and the rules that stand below their table.

    Those of circuits in place of convolutions are among them where `results` has their table's folder.
    """
    if not (results / TABLE).is_dir():
        return GUPTA, FINISHED_RULE
    return (*GUPTA, *SENOKOSOV, *NING, *KASHIF), f"{FINISHED_RULE} {RULE}"
