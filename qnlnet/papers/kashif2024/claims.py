"""The claims of the paper that rows can judge, typed once with where they stand."""

import pandas as pd

from qnlnet.papers.circuits import judge_circuits
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Claim, Finding
from qnlnet.papers.convolutions import COMMAND, TABLE
from qnlnet.records.configurations import recall
from qnlnet.records.published import family_in
from qnlnet.tables.gradients import say_norm

_SOURCE = "arXiv:2402.09146"
_FAMILY = family_in("kashif2024", "quanvolutions")
_FIRST = "layers.0."  # begins the names of the weights of the layer that sees the image


def judge_gradients(rows: pd.DataFrame) -> Finding | None:
    """Judges by the norms of gradients without skips whether any reaches the layer that sees the image.

    It is judged by models that differentiate through measured values. Those that take these as plain numbers have
    gradients of exactly zero by construction, and show only what such code does.
    """
    rows = rows[(rows.model == _FAMILY) & rows.parameter.str.startswith(_FIRST)]
    settings = {digest: recall(digest).model.model_dump() for digest in rows.config_hash.unique()}
    wanted = [d for d, model in settings.items() if model["layer"] == "quantum" and model["skip"] == "none"]
    cut = {digest for digest in wanted if settings[digest]["detach_between_layers"]}
    norms = rows.groupby("config_hash").gradient_norm.agg(["min", "max"])
    whole, plain = (norms.loc[[d for d in wanted if (d in cut) == is_cut]] for is_cut in (False, True))
    if whole.empty:
        return None
    measured = f"without skips its gradients are {_range(whole)} in {len(whole)} cells"
    if not plain.empty:
        measured += f", and {_range(plain)} in {len(plain)} cells whose code takes measured values as plain numbers"
    if (whole["max"] == 0).all():
        return Finding(measured, HOLDS, "No gradient has reached it in any epoch of any seed.")
    if (whole["max"] == 0).any():
        return Finding(measured, PARTLY, "In some cells no gradient has reached it in any epoch, in others one has.")
    if not (whole["min"] > 0).all():
        return Finding(measured, OPEN, "In each cell a gradient has reached it, but not in every epoch of every seed.")
    why = "A gradient has reached it in every epoch of every seed"
    if not plain.empty and (plain["max"] == 0).all():
        return Finding(measured, FAILS, f"{why}: it is that code, and not measurement, that stops gradients.")
    return Finding(measured, FAILS, f"{why}.")


def _range(norms: pd.DataFrame) -> str:
    low, high = say_norm(norms["min"].min()), say_norm(norms["max"].max())
    return low if low == high else f"{low} to {high}"


CLAIMS = (
    Claim(
        "Without skips no gradient reaches the earlier of two quanvolutions.",
        f"{_SOURCE}, text",
        TABLE,
        COMMAND,
        judge_gradients,
        file="gradients.csv.gz",
    ),
    Claim(
        "In ResQuNN trained circuits make the accuracy, not the classical head.",
        f"{_SOURCE}, implied by the model",
        TABLE,
        COMMAND,
        judge_circuits(_FAMILY),
    ),
)
