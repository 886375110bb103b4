"""The rows of trained models with noise, and what is made of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from qnlnet.audit.noise_report import draw_noise, format_noise, read_rehearsals
from qnlnet.audit.noise_rows import TABLE, read_noise_rows
from qnlnet.errors import ResultsError
from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.evidence.checking.origins import NOTES, check_origins, describe_origins
from qnlnet.files import write_file
from qnlnet.records import CELL_COLUMNS
from qnlnet.records.row_check import config_of_row
from qnlnet.records.stored import row_id

_ROUNDING = 1e-9  # of a percentage: a share of images times 100
_SPREADS = 8  # standard deviations between counted and calculated accuracy that do not happen


def check_noise_table(folder: Path, finding: Finding) -> None:
    """Checks noise.csv, noise.md and the figure of one folder, and notes what was found."""
    if (rows := read_table(read_noise_rows, folder / TABLE, finding)) is None:
        return
    models = rows[["config_hash", "seed"]].drop_duplicates()
    kinds = ", ".join(f"{noise} × {own.level.nunique()}" for noise, own in rows.groupby("noise", sort=False))
    finding.facts.append(f"{count(len(rows), 'row')} of {count(len(models), 'model')}, {kinds}")
    ids = rows.config_hash + "-" + rows.seed.astype(str) + " " + rows.noise + " " + rows.level
    finding.problems += _check_cells(rows)
    finding.problems += _check_values(rows, ids)
    finding.problems += check_origins(rows, ids, folder)

    def write(target: Path) -> list[Path]:
        return [write_file(target / "noise.md", format_noise(rows, read_rehearsals(folder)).encode("utf-8"))]

    finding.problems += check_texts(folder, write, TABLE)
    expected = [TABLE, NOTES, "noise.md"]
    if rows.noise.isin(["shots", "depolarizing"]).any():
        expected += ["noise.png", "noise.svg"]
        fact, problems = check_figures(folder, "noise", lambda target: draw_noise(rows, target), TABLE)
        finding.facts.append(f"noise.md made again, {fact}")
        finding.problems += problems
    finding.problems += check_strays(folder, expected)
    finding.facts += describe_origins(rows)


def _check_cells(rows: pd.DataFrame) -> Iterator[str]:
    """Yields cells whose columns are not the configuration that they name, and models that lack a level."""
    levels = rows[["noise", "level", "images", "image_seed"]].drop_duplicates()
    for _, cell in rows.groupby(list(CELL_COLUMNS), sort=False):
        first = cell.to_dict("records")[0]
        try:
            config_of_row(first)
        except ResultsError as error:
            yield f"{row_id(first)}: {error}"
    for (config, seed), model in rows.groupby(["config_hash", "seed"], sort=False):
        there = model[["noise", "level"]].duplicated().sum()
        if there or len(model) != len(levels):
            yield f"{config}-{seed}: each model must have one row for each of {len(levels)} levels, but has others."


def _check_values(rows: pd.DataFrame, ids: pd.Series) -> Iterator[str]:
    """Yields rows whose numbers cannot be true together."""
    for name in ("accuracy", "exact_accuracy", "same_labels"):
        right = rows[name] * rows.images / 100
        for row in ids[(right - right.round()).abs() > _ROUNDING * rows.images]:
            yield f"{row}: `{name}` must be a whole number of images, but is not."
    reach = 100 - rows.same_labels + _ROUNDING
    for row in ids[(rows.accuracy - rows.exact_accuracy).abs() > reach]:
        yield f"{row}: labels that stay the same must leave the accuracy as it is, but do not."
    # One image may be decided by what is left out at the last digits.
    allowed = _SPREADS * rows.expected_spread.fillna(np.inf) + 100 / rows.images
    for row in ids[(rows.accuracy - rows.expected_accuracy).abs() > allowed]:
        yield f"{row}: `accuracy` must be near what calculation expects, but is not."
    for _, model in rows.groupby(["config_hash", "seed"], sort=False):
        for name in ("exact_accuracy", "weights"):
            if model[name].nunique() > 1:
                yield f"{ids[model.index[0]]}: `{name}` must be the same in all rows of a model, but is not."
