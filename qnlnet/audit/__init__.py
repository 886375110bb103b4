"""The audit: what each choice does, what the quantum layer contributes, seed by seed, and what noise does."""

from qnlnet.audit.noise import check_noise, measure_noise
from qnlnet.audit.noise_report import write_noise
from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.audit.write import build_forest, compare_cells, write_comparison_tables

__all__ = [
    "Pair",
    "build_forest",
    "check_noise",
    "compare",
    "compare_cells",
    "lay_out_comparisons",
    "measure_noise",
    "write_comparison_tables",
    "write_noise",
]
