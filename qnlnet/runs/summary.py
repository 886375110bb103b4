"""What became of the cells of a sweep, as a table for a terminal."""

from collections.abc import Sequence

from qnlnet.runs.outcome import Outcome
from qnlnet.tables import terminal_table
from qnlnet.tables.layout import MISSING

_HEADER = ("Cell", "Status", "Seeds", "Converged", "Accuracy (%)", "Training time")
_MINUTE, _HOUR = 60, 3600


def format_outcomes(labels: Sequence[str], outcomes: Sequence[Outcome | Exception]) -> str:
    """Returns one line per cell, with mean ± standard deviation over its seeds, then the reasons of those that failed.

    Args:
        labels: What to call each cell.
        outcomes: What became of it; an exception where it did not even start.
    """
    rows = [_row(label, outcome) for label, outcome in zip(labels, outcomes, strict=True)]
    failed: dict[str, list[str]] = {}
    for label, outcome in zip(labels, outcomes, strict=True):
        if _status(outcome) == "failed":
            failed.setdefault(_reason(outcome), []).append(label)
    reasons = [f"\n{_names(cells)}: {reason}" for reason, cells in failed.items()]
    return "\n".join([terminal_table(_HEADER, rows, num_text_columns=2), *reasons])


def _row(label: str, outcome: Outcome | Exception) -> list[str]:
    if isinstance(outcome, Exception) or outcome.seed_rows.empty:
        return [label, _status(outcome), "0", MISSING, MISSING, MISSING]
    rows = outcome.seed_rows
    return [
        label,
        outcome.status,
        f"{len(rows)}/{outcome.config.seeds}",
        f"{int(rows.converged.sum())}/{len(rows)}",
        f"{rows.test_accuracy.mean():.2f}" + (f" ± {rows.test_accuracy.std(ddof=1):.2f}" if len(rows) > 1 else ""),
        _duration(float(rows.train_seconds.sum())),
    ]


def _status(outcome: Outcome | Exception) -> str:
    return "failed" if isinstance(outcome, Exception) else outcome.status


def _reason(outcome: Outcome | Exception) -> str:
    return outcome.error if isinstance(outcome, Outcome) else str(outcome) or type(outcome).__name__


def _names(cells: Sequence[str]) -> str:
    return cells[0] if len(cells) == 1 else f"{cells[0]} and {len(cells) - 1} more"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds / _MINUTE:.1f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
