"""The audit: what each choice does, and what the quantum layer contributes, seed by seed."""

from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.audit.write import compare_cells, write_comparisons

__all__ = ["Pair", "compare", "compare_cells", "lay_out_comparisons", "write_comparisons"]
