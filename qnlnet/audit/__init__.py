"""The audit: what each choice does, and what the quantum layer contributes, seed by seed."""

from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.audit.write import build_forest, compare_cells, write_comparison_tables

__all__ = ["Pair", "build_forest", "compare", "compare_cells", "lay_out_comparisons", "write_comparison_tables"]
