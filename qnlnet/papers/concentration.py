"""How it is judged whether the entries of one kernel crowd together more slowly than those of others."""

import numpy as np
import pandas as pd

from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Claim, Finding

TABLE, COMMAND = "concentration", "make concentration"
RULE = (
    "Of the concentration of kernels: a rate is the factor by which one more qubit multiplies the variance of the "
    "entries, of a straight line through its logarithms for each draw of images; it is slower where the means of the "
    "draws are apart by more than two standard errors, and so in part where a map without entanglement is no faster."
)
_MEASURED = {"kernel": "fidelity", "bandwidth": 1.0}


def judge_rate(rows: pd.DataFrame) -> Finding | None:
    """Judges the map of pairs, which a re-implementation tells, beside the ZZ map and beside the Z map.

    Args:
        rows: As `qnlnet.audit.concentration.rows.measure` returns them.
    """
    measured = rows[np.logical_and.reduce([rows[name] == value for name, value in _MEASURED.items()])]
    rates = {name: _rates(own) for name, own in measured.groupby("feature_map")}
    if not {"cp", "zz", "z"} <= rates.keys() or min(map(len, rates.values())) < 2:
        return None
    said = ", ".join(f"{name} × {np.exp(rate.mean()):.2f}" for name, rate in rates.items())
    draws = len(rates["cp"])
    text = f"variance with one more qubit: {said} ({draws} draws of images)"
    if not _is_slower(rates["cp"], rates["zz"]):
        verdict = FAILS if _is_slower(rates["zz"], rates["cp"]) else OPEN
        return Finding(text, verdict, "It is not slower than that of the ZZ map beyond chance.")
    if _is_slower(rates["cp"], rates["z"]):
        return Finding(text, HOLDS, "It is slower than that of both other maps.")
    reason = "It is slower than that of the ZZ map, but not than that of the Z map, which entangles nothing either."
    return Finding(text, PARTLY, reason)


def _rates(rows: pd.DataFrame) -> np.ndarray:
    """Returns the slope of the logarithm of the variance against the number of qubits for each draw of images."""
    slopes = [np.polyfit(own.num_qubits, np.log(own.variance), 1)[0] for _, own in rows.groupby("seed")]
    return np.array(slopes)


def _is_slower(one: np.ndarray, other: np.ndarray) -> bool:
    differences = one - other
    return bool(differences.mean() > 2 * differences.std(ddof=1) / np.sqrt(len(differences)))


CLAIMS = (
    Claim(
        "The kernel of a map of pairs of qubits (CP) concentrates at a slower rate than that of the ZZ map.",
        "arXiv:2507.03689, of which the circuit is a re-implementer's",
        TABLE,
        COMMAND,
        judge_rate,
    ),
)
