"""How each claim of the paper is judged: from the table of a folder in results/ to a finding.

Each function gets the table, or returns the function that does; that returns None if the table lacks the rows.
"""

from collections.abc import Callable, Iterable

import pandas as pd

from qnlnet.config import load_config
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY, Finding
from qnlnet.records.configurations import remember
from qnlnet.records.published import find_published
from qnlnet.tables.layout import signed
from qnlnet.tables.verdicts import AGREES, DIFFERS, INCONCLUSIVE


def judge_cells(dataset: str, reducer: str) -> Callable[[pd.DataFrame], Finding | None]:
    """Judges the three rows of Table 1 for a dataset and a reducer by the verdicts and the converged seeds."""

    def judge(table: pd.DataFrame) -> Finding | None:
        rows = table[(table.dataset == dataset) & (table.reducer == reducer)]
        if rows.empty:
            return None
        converged, seeds = int(rows.n_converged.sum()), int(rows.n_seeds.sum())
        measured = f"{_range(rows.test_accuracy_mean)} %; {converged} of {seeds} seeds converge"
        return _judge_verdicts(rows, measured, f"published {_range(rows.published_test_accuracy)} %")

    return judge


def judge_pair_of_digits(classes: str) -> Callable[[pd.DataFrame], Finding | None]:
    """Judges the rows of Table 2 for a pair of digits: does any, do all ansätze reach the published mean?"""

    def judge(table: pd.DataFrame) -> Finding | None:
        rows = table[(table.dataset == "mnist") & (table.classes == classes) & table.n_seeds.notna()]
        if rows.empty:
            return None
        task = load_config("data=mnist", f"data.classes=[{classes.replace('/', ',')}]", "reducer=cnn")
        quoted = find_published({"config_hash": remember(task)}, "Table 2")
        means = _say_each(rows, "{row.test_accuracy_mean:.2f} %")
        published = f"published {quoted.test_mean:.2f} ± {quoted.test_std:.2f} %" if quoted else "published"
        if {AGREES, DIFFERS} <= set(rows.verdict):
            reason = "Some ansätze agree and some do not; the paper does not say which it used"
            return Finding(means, OPEN, f"{reason} ({published}).")
        return _judge_verdicts(rows, means, published)

    return judge


def judge_accuracy(table: pd.DataFrame) -> Finding | None:
    """Judges by Table 2 whether every mean of ours is above those that are quoted, by more than two standard errors."""
    ours, others = table[table.n_seeds.notna()], _competitors(table)
    if ours.empty or others.empty:
        return None
    best = others.loc[others.groupby("classes").test_accuracy_mean.idxmax()].set_index("classes")
    margins = ours.test_accuracy_mean - ours.classes.map(best.test_accuracy_mean)
    errors = ours.test_accuracy_std**2 / ours.n_seeds + ours.classes.map(best.test_accuracy_std).fillna(0) ** 2
    measured = f"{_range(margins, with_sign=True)} points from the best quoted model of the task"
    if (margins > 2 * errors**0.5).all():
        reason = (
            "Every mean is above all that are quoted by more than two standard errors. Those were not run here, on "
        )
        return Finding(measured, HOLDS, f"{reason}the same data and protocol; the layer's share is judged below.")
    if (margins < -2 * errors**0.5).any():
        return Finding(measured, FAILS, "A mean is below one that is quoted by more than two standard errors.")
    return Finding(measured, OPEN, "The means are not apart by more than two standard errors.")


def judge_qubits(table: pd.DataFrame) -> Finding | None:
    """Judges by Table 2 whether all quoted models use more qubits."""
    ours, others = table[table.n_seeds.notna()], _competitors(table)
    if ours.empty or others.empty:
        return None
    qubits = int(ours.num_qubits.max())
    measured = f"{qubits} qubits against {', '.join(str(int(number)) for number in sorted(others.num_qubits))}"
    fewer, same = (
        ", ".join(others[wanted].model) for wanted in (others.num_qubits < qubits, others.num_qubits == qubits)
    )
    if fewer:
        return Finding(measured, FAILS, f"{fewer} uses fewer.")
    if same:
        return Finding(measured, PARTLY, f"{same} uses as many, none uses fewer, the others use more.")
    return Finding(measured, HOLDS, "Each of the others has more.")


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
    return Finding(live, FAILS, "The others cannot reach the measured qubit, whatever their values.")


def judge_pairs_of_inputs(cones: pd.DataFrame) -> Finding | None:
    """Judges from the light cones of the circuits of Table 1 whether each can see two inputs at once."""
    rows = _circuits_of_table_1(cones)
    if rows.empty:
        return None
    inputs = _say_each(rows, "{row.num_live_inputs} of {row.num_inputs} inputs")
    alone = rows[rows.num_live_inputs < 2]
    if alone.empty:
        return Finding(inputs, HOLDS, "Two inputs or more reach the output, so that it can depend on pairs.")
    reason = f"Ansatz {', '.join(alone.ansatz)}: the output is a function of one input, there are no pairs in it."
    if len(alone) == len(rows):
        return Finding(inputs, FAILS, reason)
    others = ", ".join(rows[rows.num_live_inputs >= 2].ansatz)
    return Finding(inputs, PARTLY, f"Ansatz {others}: two inputs or more reach the output as a product. {reason}")


def judge_scaling(comparisons: pd.DataFrame) -> Finding | None:
    """Says what the classical non-local block does on the four features; nothing else was measured."""
    rows = comparisons[comparisons.change == "Non-local block on the features"]
    if rows.empty:
        return None
    measured = f"the classical block on the same four features: {_range(rows.difference, with_sign=True)} points"
    reason = "Cost that grows is not to be seen with four features, and the paper measures neither more nor any time."
    return Finding(measured, OPEN, reason)


def _judge_verdicts(rows: pd.DataFrame, measured: str, published: str) -> Finding:
    """Judges cells by their verdicts beside the published numbers."""
    if (rows.verdict == AGREES).all():
        return Finding(measured, HOLDS, f"All ansätze lie within two standard errors ({published}).")
    reasons = [
        f"ansatz {', '.join(cells.ansatz)}: {words}"
        for verdict, words in _REASONS
        if not (cells := rows[rows.verdict == verdict] if verdict else rows[~rows.verdict.isin(_VERDICTS)]).empty
    ]
    reason = f"{'; '.join(reasons)} ({published})."
    reason = reason[0].upper() + reason[1:]
    return Finding(measured, FAILS if (rows.verdict == DIFFERS).any() else OPEN, reason)


_VERDICTS = (AGREES, DIFFERS, INCONCLUSIVE)
_REASONS = (
    (DIFFERS, "more than two standard errors away"),
    (INCONCLUSIVE, "within two standard errors only because the seeds differ so much"),
    (AGREES, "within two standard errors"),
    ("", "no verdict, as settings differ from the published ones or seeds are few"),
)


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
