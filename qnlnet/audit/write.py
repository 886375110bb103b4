"""From the rows of compared cells to the files of a comparison."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from qnlnet.audit.forest import plot_comparisons
from qnlnet.audit.paired import Pair, compare
from qnlnet.audit.tables import lay_out_comparisons
from qnlnet.config import RunConfig, config_hash
from qnlnet.config.comparisons import Comparison
from qnlnet.figures import figure_style, write_figure
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


def write_comparisons(
    comparisons: Iterable[Comparison], seed_rows: pd.DataFrame, directory: Path | str, name: str
) -> list[Path]:
    """Writes `name`.csv, `name`.md, `name`.png and `name`.svg and returns the paths.

    Raises:
        ResultsError: A cell has no rows, or the folder can not be written.
    """
    directory = Path(directory)
    table = compare_cells(comparisons, seed_rows)
    with figure_style():
        figure = plot_comparisons(table)
    return [
        write_table(table, directory / f"{name}.csv"),
        write_file(directory / f"{name}.md", format_markdown(lay_out_comparisons(table)).encode("utf-8")),
        *write_figure(figure, directory, name),
    ]
