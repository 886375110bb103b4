"""From the rows of compared cells to the files of a comparison."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from qnlnet.audit.forest import plot_comparisons
from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.config import RunConfig, config_hash
from qnlnet.config.comparisons import Comparison
from qnlnet.figures import figure_style
from qnlnet.files import write_file
from qnlnet.models import build_model
from qnlnet.records import write_table
from qnlnet.tables import format_markdown


def compare_cells(comparisons: Iterable[Comparison], seed_rows: pd.DataFrame) -> pd.DataFrame:
    """Returns `compare` of the cells, with the number of parameters that are trained in each.

    Raises:
        ResultsError: A cell has no rows.
    """
    known = list(comparisons)
    pairs = [Pair(pair.change, config_hash(pair.base), config_hash(pair.changed)) for pair in known]
    table = compare(seed_rows, pairs)
    for side in ("base", "changed"):
        table[f"{side}_parameters"] = [count_parameters(getattr(pair, side)) for pair in known]
    return table


def count_parameters(config: RunConfig) -> int:
    """Returns how many numbers are trained in a model of this cell."""
    return sum(weight.numel() for weight in build_model(config, 0).parameters() if weight.requires_grad)


def write_comparison_tables(
    comparisons: Iterable[Comparison], seed_rows: pd.DataFrame, directory: Path | str, name: str
) -> list[Path]:
    """Writes `name`.csv (all numbers) and `name`.md (compact) and returns the paths.

    Raises:
        ResultsError: A cell has no rows, or the folder cannot be written.
    """
    table = compare_cells(comparisons, seed_rows)
    page = format_markdown(lay_out_comparisons(table)).encode("utf-8")
    directory = Path(directory)
    return [write_table(table, directory / f"{name}.csv"), write_file(directory / f"{name}.md", page)]


def build_forest(comparisons: Iterable[Comparison], seed_rows: pd.DataFrame) -> Figure:
    """Returns the figure of a comparison; it takes no settings from a style of the user's.

    Raises:
        ResultsError: A cell has no rows.
    """
    with figure_style():
        return plot_comparisons(compare_cells(comparisons, seed_rows))
