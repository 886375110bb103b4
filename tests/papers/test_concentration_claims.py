"""The claim about the concentration of kernels, on made-up variances."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, judge_claims
from qnlnet.papers.concentration import CLAIMS, RULE, judge_rate
from qnlnet.papers.listed import list_claims


def rows(**factors: float) -> pd.DataFrame:
    """Returns variances that fall by a factor for each qubit, a little more for each draw."""
    return pd.DataFrame(
        {
            **{"feature_map": name, "kernel": kernel, "bandwidth": 1.0, "num_qubits": qubits, "seed": seed},
            "variance": (factor - 0.001 * seed * len(name)) ** qubits if kernel == "fidelity" else 1.0,
        }
        for name, factor in factors.items()
        for kernel in ("fidelity", "projected")
        for seed in range(3)
        for qubits in (2, 4, 6)
    )


@pytest.mark.parametrize(
    ("cp", "zz", "z", "ending"),
    [(0.6, 0.3, 0.5, HOLDS), (0.6, 0.3, 0.8, PARTLY), (0.3, 0.6, 0.8, FAILS), (0.6, 0.6, 0.5, OPEN)],
)
def test_slower_is_slower_than_both_other_maps(cp: float, zz: float, z: float, ending: str) -> None:
    found = judge_rate(rows(cp=cp, zz=zz, z=z))
    assert found
    assert found.verdict == ending


def test_without_all_maps_nothing_was_measured() -> None:
    assert judge_rate(rows(cp=0.5, zz=0.5)) is None


def test_the_committed_rows_give_the_factors_of_their_page(tmp_path: Path) -> None:
    project = Path(__file__).resolve().parents[2]
    (row,) = judge_claims(project / "results", CLAIMS).itertuples()
    page = (project / "results/concentration/concentration.md").read_text(encoding="utf-8")
    (line,) = (line for line in page.split("Bandwidth 0.1")[0].splitlines() if line.startswith("| cp | fidelity"))
    told = float(row.measured.split("cp × ")[1].split(",")[0])
    assert told == pytest.approx(float(line.split("× ")[1].split(" ")[0]), abs=0.02)  # of means, and of single draws
    assert np.isfinite(told)
    listed, rules = list_claims(project / "results")
    assert CLAIMS[0] in listed
    assert RULE in rules
