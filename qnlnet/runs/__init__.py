"""Cells on disk: what is finished is kept, what is missing is trained, whatever happens in between."""

from qnlnet.runs.constant import check_not_constant
from qnlnet.runs.outcome import Outcome
from qnlnet.runs.run_folder import Run
from qnlnet.runs.summary import format_outcomes
from qnlnet.runs.sweep import run, train_cells

__all__ = ["Outcome", "Run", "check_not_constant", "format_outcomes", "run", "train_cells"]
