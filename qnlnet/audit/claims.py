"""The claims of the paper, and what the committed results say about each.

The claims are typed once, with where they stand; what was measured, and the verdict, is computed from the tables.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.files import write_file
from qnlnet.published import SOURCE, SOURCE_2, quoted_for_cell
from qnlnet.records import write_table
from qnlnet.tables.formats import markdown_table

_COLUMNS = ("claim", "source", "measured", "verdict", "reason", "command")
HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be decided"
_SLIDES = "slides of arXiv:2407.18906"
_IMPLIED = f"{_SLIDES}, implied by the model and by Table 1"


@dataclass(frozen=True)
class Finding:
    """What the results say about a claim.

    Attributes:
        measured: The numbers, in a few words.
        verdict: HOLDS, FAILS or OPEN.
        reason: Why, in a sentence.
    """

    measured: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes:
        text: The claim, in our words.
        source: Where it stands.
        table: The folder in results/ that it is judged by.
        command: What makes that folder.
        judge: Gets the folder's table, NAME.csv; returns None if that lacks the rows.
    """

    text: str
    source: str
    table: str
    command: str
    judge: Callable[[pd.DataFrame], Finding | None]


def judge_claims(results: Path) -> pd.DataFrame:
    """Returns one row per claim: claim, source, measured, verdict, reason, command.

    A claim whose table is not there can not be decided yet.
    """
    rows = []
    for claim in CLAIMS:
        path = results / claim.table / f"{claim.table}.csv"
        table = pd.read_csv(path, dtype={"ansatz": str, "classes": str}) if path.is_file() else None
        found = None if table is None else claim.judge(table)
        found = found or Finding("not measured", OPEN, f"Its rows are not there: {claim.command}.")
        rows.append({"claim": claim.text, "source": claim.source, **vars(found), "command": claim.command})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def write_claims(claims: pd.DataFrame, directory: Path) -> list[Path]:
    """Writes claims.csv and claims.md and returns the paths.

    Raises:
        ResultsError: The folder can not be written.
    """
    header = ["Claim", "Source", "Measured here", "Verdict", "Why", "Command"]
    rows = [list(map(str, row)) for row in claims[list(_COLUMNS)].itertuples(index=False)]
    page = (
        f"<!-- Generated from the tables in results/; do not edit. -->\n\n{markdown_table(header, rows, len(header))}"
    )
    return [write_table(claims, directory / "claims.csv"), write_file(directory / "claims.md", page.encode("utf-8"))]


def _cells(dataset: str, reducer: str) -> Callable[[pd.DataFrame], Finding | None]:
    """Judges the three rows of Table 1 for a dataset and a reducer by the verdicts and the converged seeds."""

    def judge(table: pd.DataFrame) -> Finding | None:
        rows = table[(table.dataset == dataset) & (table.reducer == reducer)]
        if rows.empty:
            return None
        agree = rows.agrees.astype(str) == "True"
        converged, seeds = int(rows.n_converged.sum()), int(rows.n_seeds.sum())
        measured = f"{_range(rows.test_accuracy_mean)} %; {converged} of {seeds} seeds converge"
        published = f"published {_range(rows.published_test_accuracy)} %"
        if agree.all() and converged >= 0.95 * seeds:
            return Finding(measured, HOLDS, f"All three ansätze lie within two standard errors ({published}).")
        if not agree.all():
            which = ", ".join(rows[~agree].ansatz)
            return Finding(measured, FAILS, f"Ansatz {which}: more than two standard errors away ({published}).")
        return Finding(
            measured, OPEN, f"Within two standard errors, but only because seeds differ so much ({published})."
        )

    return judge


def _pair_of_digits(classes: str) -> Callable[[pd.DataFrame], Finding | None]:
    """Judges the rows of Table 2 for a pair of digits: does any, do all ansätze reach the published mean?"""

    def judge(table: pd.DataFrame) -> Finding | None:
        rows = table[(table.dataset == "mnist") & (table.classes == classes) & table.n_seeds.notna()]
        if rows.empty:
            return None
        quoted = quoted_for_cell(
            {"dataset": "mnist", "classes": classes, "reducer": "cnn", "r": 1, "D": 1, "num_qubits": 4}
        )
        agree = rows.agrees.astype(str) == "True"
        means = ", ".join(f"ansatz {row.ansatz}: {row.test_accuracy_mean:.2f} %" for row in rows.itertuples())
        published = f"published {quoted.test_mean:.2f} ± {quoted.test_std:.2f} %" if quoted else "published"
        if agree.all():
            return Finding(means, HOLDS, f"All ansätze lie within two standard errors ({published}).")
        if not agree.any():
            return Finding(means, FAILS, f"No ansatz lies within two standard errors ({published}).")
        return Finding(
            means, OPEN, f"Some ansätze agree and some do not; the paper does not say which it used ({published})."
        )

    return judge


def _readout_0(cones: pd.DataFrame) -> Finding | None:
    rows = cones[(cones.r == 1) & (cones.D == 1) & (cones.readout_qubit == 0)]
    if rows.empty:
        return None
    constant = int((rows.constant == "yes").sum())
    measured = f"the output is constant for {constant} of {len(rows)} ansätze"
    if constant == len(rows):
        return Finding(
            measured, FAILS, "With r = D = 1 no input and no weight reaches qubit 0; the code reads qubit 3."
        )
    return Finding(measured, HOLDS, "Inputs and weights reach qubit 0.")


def _all_weights_act(cones: pd.DataFrame) -> Finding | None:
    rows = cones[(cones.r == 1) & (cones.D == 1) & (cones.readout_qubit == 3)].sort_values("ansatz")
    if rows.empty:
        return None
    live = ", ".join(
        f"ansatz {row.ansatz}: {row.num_live_inputs} of {row.num_inputs} inputs and {row.num_live_weights} of "
        f"{row.num_weights} weights"
        for row in rows.itertuples()
    )
    all_live = bool(
        (rows.num_live_weights == rows.num_weights).all() and (rows.num_live_inputs == rows.num_inputs).all()
    )
    if all_live:
        return Finding(live, HOLDS, "All of them reach the output.")
    return Finding(live, FAILS, "The others can not reach the measured qubit, whatever their values.")


def _contributes(comparisons: pd.DataFrame) -> Finding | None:
    rows = comparisons[comparisons.change.str.startswith("Removed")]
    if rows.empty:
        return None
    lost = rows[(rows.high < 0) & (rows.p_adjusted < 0.05)]
    gained = rows[(rows.low > 0) & (rows.p_adjusted < 0.05)]
    measured = (
        f"removing the layer changes the accuracy by {_range(rows.difference, signed=True)} points; it is clearly "
        f"worse in {len(lost)} and clearly better in {len(gained)} of {len(rows)} cells"
    )
    if len(lost) == len(rows):
        return Finding(measured, HOLDS, "Without the layer every cell is worse.")
    reason = "In the other cells a linear unit in its place does as well, or better."
    return Finding(measured, FAILS, reason)


def _r_and_d(ablation: pd.DataFrame) -> Finding | None:
    rows = ablation[(ablation.readout_qubit == 3)]
    first = rows[(rows.r == 1) & (rows.D == 1)].set_index(["dataset", "reducer", "ansatz"]).test_accuracy_mean
    best = rows.groupby(["dataset", "reducer", "ansatz"]).test_accuracy_mean.max()
    gain = (best - first).dropna()
    if gain.empty:
        return None
    by_reducer = gain.groupby("reducer").max()
    measured = ", ".join(f"{name.upper()}: up to {value:+.2f} points" for name, value in by_reducer.items())
    if gain.max() < 1:
        return Finding(measured, HOLDS, "No other r and D is better by a point.")
    return Finding(measured, FAILS, "The best r and D of a row is better than r = D = 1 by more than a point.")


def _range(values: Iterable[float], *, signed: bool = False) -> str:
    numbers = sorted(values)
    low, high = (f"{number:+.2f}" if signed else f"{number:.2f}" for number in (numbers[0], numbers[-1]))
    return low if low == high else f"{low} to {high}"


CLAIMS = (
    Claim(
        "CNN-QNL-Net reaches 99.95 to 99.96 % on MNIST 0/1.",
        SOURCE,
        "table1",
        "make reproduce-table1",
        _cells("mnist", "cnn"),
    ),
    Claim(
        "CNN-QNL-Net reaches 93.5 to 94.0 % on CIFAR-10 2/8.",
        SOURCE,
        "table1",
        "make reproduce-table1",
        _cells("cifar10", "cnn"),
    ),
    Claim(
        "PCA-QNL-Net reaches 99.2 to 99.6 % on MNIST 0/1, ± 0.16 to 0.34.",
        SOURCE,
        "table1",
        "make reproduce-table1",
        _cells("mnist", "pca"),
    ),
    Claim(
        "PCA-QNL-Net reaches 80.9 to 81.2 % on CIFAR-10 2/8.",
        SOURCE,
        "table1",
        "make reproduce-table1",
        _cells("cifar10", "pca"),
    ),
    Claim(
        "CNN-QNL-Net reaches 99.96 % on MNIST 0/1 beside its competitors.",
        SOURCE_2,
        "table2",
        "make reproduce-table2",
        _pair_of_digits("0/1"),
    ),
    Claim(
        "CNN-QNL-Net reaches 99.94 % on MNIST 3/6.", SOURCE_2, "table2", "make reproduce-table2", _pair_of_digits("3/6")
    ),
    Claim("The output is read out on qubit 0.", _SLIDES, "light_cones", "make light-cones", _readout_0),
    Claim(
        "All features and all five rotations of a repetition take part.",
        _IMPLIED,
        "light_cones",
        "make light-cones",
        _all_weights_act,
    ),
    Claim("One repetition of encoder and ansatz is enough.", SOURCE, "ablation", "make ablation", _r_and_d),
    Claim(
        "The quantum layer contributes to the accuracy.",
        _IMPLIED,
        "contribution",
        "make contribution",
        _contributes,
    ),
)
