"""All claims that the tables in a folder can judge."""

from pathlib import Path

from qnlnet.papers import attacks, competitors, concentration, convolutions, field
from qnlnet.papers.claims import Claim
from qnlnet.papers.gupta2024.claims import CLAIMS as GUPTA
from qnlnet.papers.gupta2024.finished import FINISHED_RULE
from qnlnet.papers.kashif2024.claims import CLAIMS as KASHIF
from qnlnet.papers.ning2024.claims import CLAIMS as NING
from qnlnet.papers.senokosov2023.claims import CLAIMS as SENOKOSOV


def list_claims(results: Path) -> tuple[tuple[Claim, ...], str]:
    """Returns the claims, and the rules that stand below their table.

    Those of QNL-Net always; others where `results` has the folder of the table that judges them.
    """
    claims, rules = list(GUPTA), [FINISHED_RULE]
    if (results / convolutions.TABLE).is_dir():
        claims += (*SENOKOSOV, *NING, *KASHIF)
        rules.append(convolutions.RULE)
    if (results / competitors.TABLE).is_dir():
        claims += competitors.list_competitors()
        rules.append(competitors.RULE)
    if (results / concentration.TABLE).is_dir():
        claims += concentration.CLAIMS
        rules.append(concentration.RULE)
    if (results / field.TABLE).is_dir():
        claims += field.list_field()
        rules.append(field.RULE)
    if (results / attacks.TABLE).is_dir():
        claims += attacks.CLAIMS
        rules.append(attacks.RULE)
    return tuple(claims), " ".join(rules)
