"""How each claim of the paper is judged: from the table of a folder in results/ to a finding.

Each function gets the table, or returns the function that does; that returns None if the table lacks the rows.
"""

from collections.abc import Callable, Iterable

import pandas as pd

from qnlnet.audit.claims import FAILS, HOLDS, OPEN, Finding
from qnlnet.audit.tables import signed
from qnlnet.published import quoted_for_cell
from qnlnet.records import dataset_label, reducer_label


def judge_cells(dataset: str, reducer: str) -> Callable[[pd.DataFrame], Finding | None]:
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


def judge_pair_of_digits(classes: str) -> Callable[[pd.DataFrame], Finding | None]:
    """Judges the rows of Table 2 for a pair of digits: does any, do all ansätze reach the published mean?"""

    def judge(table: pd.DataFrame) -> Finding | None:
        rows = table[(table.dataset == "mnist") & (table.classes == classes) & table.n_seeds.notna()]
        if rows.empty:
            return None
        quoted = quoted_for_cell(
            {"dataset": "mnist", "classes": classes, "reducer": "cnn", "r": 1, "D": 1, "num_qubits": 4}
        )
        agree = rows.agrees.astype(str) == "True"
        means = _say_each(rows, "{row.test_accuracy_mean:.2f} %")
        published = f"published {quoted.test_mean:.2f} ± {quoted.test_std:.2f} %" if quoted else "published"
        if agree.all():
            return Finding(means, HOLDS, f"All ansätze lie within two standard errors ({published}).")
        if not agree.any():
            return Finding(means, FAILS, f"No ansatz lies within two standard errors ({published}).")
        return Finding(
            means, OPEN, f"Some ansätze agree and some do not; the paper does not say which it used ({published})."
        )

    return judge


def judge_accuracy(table: pd.DataFrame) -> Finding | None:
    """Judges by Table 2 whether every mean of ours is above those that are quoted for other models of the task."""
    ours, others = table[table.n_seeds.notna()], _competitors(table)
    if ours.empty or others.empty:
        return None
    margins = ours.test_accuracy_mean - ours.classes.map(others.groupby("classes").test_accuracy_mean.max())
    measured = f"{_range(margins, with_sign=True)} points from the best quoted model of the task"
    if (margins > 0).all():
        reason = "Every mean is above all that are quoted, which were not run here. The CNN's share is judged below."
        return Finding(measured, HOLDS, reason)
    return Finding(measured, FAILS, "Not every mean is above all that are quoted.")


def judge_qubits(table: pd.DataFrame) -> Finding | None:
    """Judges by Table 2 whether all quoted models use more qubits."""
    ours, others = table[table.n_seeds.notna()], _competitors(table)
    if ours.empty or others.empty:
        return None
    qubits = int(ours.num_qubits.max())
    measured = f"{qubits} qubits against {', '.join(str(int(number)) for number in sorted(others.num_qubits))}"
    no_more = others[others.num_qubits <= qubits].model
    if no_more.empty:
        return Finding(measured, HOLDS, "Each of the others has more.")
    return Finding(measured, FAILS, f"{', '.join(no_more)} uses no more of them; the others do.")


def judge_readout_0(cones: pd.DataFrame) -> Finding | None:
    """Judges from the light cones of qubit 0, with r = D = 1, whether anything can be read there."""
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


def judge_weights(cones: pd.DataFrame) -> Finding | None:
    """Judges from the light cones of the circuits of Table 1 whether all inputs and weights act."""
    rows = _circuits_of_table_1(cones)
    if rows.empty:
        return None
    live = _say_each(
        rows,
        "{row.num_live_inputs} of {row.num_inputs} inputs and {row.num_live_weights} of {row.num_weights} weights",
    )
    all_live = bool(
        (rows.num_live_weights == rows.num_weights).all() and (rows.num_live_inputs == rows.num_inputs).all()
    )
    if all_live:
        return Finding(live, HOLDS, "All of them reach the output.")
    return Finding(live, FAILS, "The others can not reach the measured qubit, whatever their values.")


def judge_pairs_of_inputs(cones: pd.DataFrame) -> Finding | None:
    """Judges from the light cones of the circuits of Table 1 whether each can see two inputs at once."""
    rows = _circuits_of_table_1(cones)
    if rows.empty:
        return None
    inputs = _say_each(rows, "{row.num_live_inputs} of {row.num_inputs} inputs")
    alone = rows[rows.num_live_inputs < 2]
    if alone.empty:
        return Finding(inputs, HOLDS, "Two inputs or more reach the output, so that it can depend on pairs.")
    which = ", ".join(alone.ansatz)
    return Finding(inputs, FAILS, f"Ansatz {which}: the output is a function of one input, there are no pairs in it.")


def judge_layer(comparisons: pd.DataFrame) -> Finding | None:
    """Judges by what happens when Linear(4, 1) takes the place of the quantum layer."""
    rows = comparisons[comparisons.change.str.startswith("Removed")]
    if rows.empty:
        return None
    lost = rows[(rows.high < 0) & (rows.p_adjusted < 0.05)]
    gained = rows[(rows.low > 0) & (rows.p_adjusted < 0.05)]
    which = "; ".join(
        f"{reducer_label(reducer)} on {dataset_label(dataset, classes)}, ansatz {', '.join(cells.ansatz)}"
        for (reducer, dataset, classes), cells in lost.groupby(["reducer", "dataset", "classes"], sort=False)
    )
    measured = (
        f"Linear(4, 1) in its place changes the accuracy by {_range(rows.difference, with_sign=True)} points; clearly "
        f"worse in {len(lost)} of {len(rows)} cells{f' ({which})' if which else ''}, clearly better in {len(gained)}"
    )
    if len(lost) == len(rows):
        return Finding(measured, HOLDS, "Without the layer every cell is worse.")
    seeds = int(rows.n_seeds.min())
    reason = "In the other cells no difference to a linear unit is to be seen"
    return Finding(measured, FAILS, f"{reason} ({seeds} seeds show large ones only)." if seeds < 6 else f"{reason}.")


def judge_scaling(comparisons: pd.DataFrame) -> Finding | None:
    """Says what the classical non-local block does on the four features; more than that, nobody has measured."""
    rows = comparisons[comparisons.change == "Non-local block on the features"]
    if rows.empty:
        return None
    measured = f"the classical block on the same four features: {_range(rows.difference, with_sign=True)} points"
    reason = "Cost that grows is not to be seen with four features, and the paper measures neither more nor any time."
    return Finding(measured, OPEN, reason)


def judge_repetitions(ablation: pd.DataFrame) -> Finding | None:
    """Judges by how much the best r and D of a row gains over r = D = 1, readout 3."""
    rows = ablation[(ablation.readout_qubit == 3)]
    cell = ["dataset", "reducer", "ansatz"]
    first = rows[(rows.r == 1) & (rows.D == 1)].set_index(cell)
    best = rows.groupby(cell)[["test_accuracy_mean", "test_accuracy_median"]].max()
    gain = (best - first[best.columns]).dropna()
    if gain.empty:
        return None
    by_reducer = gain.groupby("reducer").test_accuracy_mean.max()
    measured = ", ".join(f"{reducer_label(name)}: up to {signed(value)} points" for name, value in by_reducer.items())
    median = f"the median seed gains {gain.test_accuracy_median.max():.2f} points at most"
    if gain.test_accuracy_mean.max() < 1:
        return Finding(measured, HOLDS, f"No other r and D is better by a point; {median}.")
    reason = f"The best r and D of a row is better by more than a point on average, as more seeds converge; {median}."
    return Finding(measured, FAILS, reason)


def _competitors(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.n_seeds.isna() & ~table.model.str.startswith("CNN-QNL-Net")]


def _circuits_of_table_1(cones: pd.DataFrame) -> pd.DataFrame:
    return cones[(cones.r == 1) & (cones.D == 1) & (cones.readout_qubit == 3)].sort_values("ansatz")


def _say_each(rows: pd.DataFrame, words: str) -> str:
    """Returns the words for each ansatz, with what they name of its row."""
    return ", ".join(f"ansatz {row.ansatz}: {words.format(row=row)}" for row in rows.itertuples())


def _range(values: Iterable[float], *, with_sign: bool = False) -> str:
    numbers = sorted(values)
    low, high = (signed(number) if with_sign else f"{number:.2f}" for number in (numbers[0], numbers[-1]))
    return low if low == high else f"{low} to {high}"
