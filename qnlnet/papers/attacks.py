"""How it is judged whether a model with a circuit keeps more accuracy under attack than one without."""

import pandas as pd

from qnlnet.config import flat_identity
from qnlnet.papers.circuits import TEN
from qnlnet.papers.claims import Claim, Finding
from qnlnet.papers.reached import conclude, lead_of
from qnlnet.records.configurations import recall
from qnlnet.records.published import family_in
from qnlnet.tables.protocols import OWN

TABLE, COMMAND = "attacks", "make attacks"
RULE = (
    "Of attacks: a model keeps more accuracy if the mean over its seeds is higher by more than two standard errors of "
    "the difference, attacked as published; it does so in part if that ends where pixels are attacked as such and both "
    "models are trained alike."
)
_PAPER = "shahzad2025"


def judge_attack(rows: pd.DataFrame) -> Finding | None:
    """Judges the hybrid beside its classical network under PGD, as published and on pixels with one recipe for both.

    Args:
        rows: As `qnlnet.audit.attacked_runs.attack_runs` returns them.
    """
    family = family_in(_PAPER, "hybrid")
    own = rows[(rows.model == family) & (rows.dataset == "mnist") & (rows.classes == TEN) & (rows.protocol == OWN)]
    kinds = {digest: _kind(digest) for digest in own.config_hash.unique()}
    found = {kind: own[own.config_hash.map(kinds) == kind] for kind in set(kinds.values())}
    if not {"hybrid", "classical"} <= found.keys():
        return None
    hybrid, classical = found["hybrid"], found["classical"]
    published = [_accuracies(some, "pgd", raw=True) for some in (hybrid, classical)]
    if any(some.empty for some in published):
        return None
    measured = f"as published {_say(published[0])} against {_say(published[1])}"
    clipped = [_accuracies(some, "none", raw=True) for some in (hybrid, classical)]
    if not any(some.empty for some in clipped):
        measured += f", without any attack {_say(clipped[0])} against {_say(clipped[1])}"
    alike = found.get("classical, the hybrid's recipe", classical)
    fair = [_accuracies(some, "pgd", raw=False) for some in (hybrid, alike)]
    if any(some.empty for some in fair):
        return conclude(lead_of(*published), measured)
    measured += f", pixels {_say(fair[0])} against {_say(fair[1])}"
    same = "pixels attacked" if alike is classical else "pixels attacked and one recipe for both"
    return conclude(lead_of(*published), measured, lead_of(*fair), same)


def _kind(digest: str) -> str:
    """Returns what stands in a cell, and by which of the paper's two recipes it is trained."""
    settings = flat_identity(recall(digest))
    layer = str(settings.get("model.layer", "quantum"))
    usual = layer if layer == "classical" else "hybrid"
    recipe = str(settings.get("model.recipe", "hybrid"))
    name = "hybrid" if layer == "quantum" else layer
    return name if recipe == usual else f"{name}, the {recipe}'s recipe"


def _accuracies(rows: pd.DataFrame, method: str, *, raw: bool) -> pd.Series:
    return rows[(rows.method == method) & (rows.raw == raw)].accuracy


def _say(accuracies: pd.Series) -> str:
    return f"{accuracies.mean():.2f} %"


CLAIMS = (
    Claim(
        "Under attack with ε = 0.1 Shahzad's hybrid keeps 45.27 % on MNIST, and its classical network 10.80 %.",
        "arXiv:2509.13353, abstract",
        TABLE,
        COMMAND,
        judge_attack,
    ),
)
