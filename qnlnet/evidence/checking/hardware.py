"""The table of devices: does every row follow from the answers that its folder keeps?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qnlnet.errors import LedgerError, QNLNetError, ResultsError
from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.evidence.checking.origins import NOTES, check_origins, describe_origins
from qnlnet.figures import write_figure
from qnlnet.files import write_file
from qnlnet.hardware import COLLECTED, Outcome, Submission, list_keys, read_outcome
from qnlnet.hardware.report import build_figure, format_summary, format_table
from qnlnet.hardware.results import TABLE, build_row
from qnlnet.records import read_hardware_rows, read_seed_rows
from qnlnet.records.row_config import compose_row, explain_misfit

_OF_THE_DAY = {"collected_at", "commit", "versions"}
_ROUNDING = 1e-12  # relative: sums and means of a few hundred numbers in another order


def check_hardware(folder: Path, finding: Finding) -> None:
    """Checks the ledger of one folder and notes what was found."""
    if (rows := read_table(read_hardware_rows, folder / TABLE, finding)) is None:
        return
    finding.facts.append(f"{count(len(rows), 'row')} on {', '.join(sorted(rows.device.unique()))}")
    outcomes: dict[str, Outcome] = {}
    finding.problems += _check_keys(folder, rows)
    for row in rows.to_dict("records"):
        finding.problems += [f"{row['key']}: {problem}" for problem in _check_row(folder, row, outcomes)]
    finding.problems += _check_configurations(folder, rows)
    finding.problems += check_origins(rows, rows.key, folder)

    def write(target: Path) -> list[Path]:
        texts = {"hardware.md": format_table(rows), "summary.md": format_summary(rows)}
        return [write_file(target / name, text.encode("utf-8")) for name, text in texts.items()]

    finding.problems += check_texts(folder, write, TABLE)
    if set(rows.key) == set(outcomes):
        fact, problems = check_figures(
            folder,
            "hardware",
            lambda target: write_figure(build_figure(rows, outcomes), target, "hardware"),
            "the answers",
        )
        finding.facts.append(f"hardware.md and summary.md made again, {fact}")
        finding.problems += problems
    finding.problems += check_strays(
        folder, [TABLE, NOTES, "hardware.md", "summary.md", "hardware.png", "hardware.svg"]
    )
    finding.facts += describe_origins(rows)


def _check_keys(folder: Path, rows: pd.DataFrame) -> Iterator[str]:
    for key in sorted(set(list_keys(folder)) - set(rows.key)):
        yield f"{key}: the submission must have a row in {TABLE}, but has none."
    for key in sorted(set(rows.key[rows.key.duplicated()])):
        yield f"{key}: the submission must have one row in {TABLE}, but has more."


def _check_row(folder: Path, row: Mapping[str, Any], outcomes: dict[str, Outcome]) -> Iterator[str]:
    """Yields what does not follow from the answers, and keeps the outcome for the figure."""
    try:
        submission = Submission(folder / row["key"])
        if submission.state != COLLECTED:
            yield f"the submission must be {COLLECTED}, but is {submission.state}."
            return
        if not submission.values_are_current():
            yield "values.npz must hold what the answers give, but holds something else."
        outcomes[row["key"]] = read_outcome(submission)
        derived = build_row(submission, outcomes[row["key"]])
    except (LedgerError, QNLNetError) as error:
        yield str(error)
        return
    for name in row.keys() - _OF_THE_DAY:
        if not _is_same(row[name], derived[name]):
            yield f"`{name}` must be {derived[name]}, as the answers give, but is {row[name]}."


def _is_same(stored: Any, derived: Any) -> bool:
    if isinstance(stored, float):
        derived = np.nan if derived is None else derived
        return bool(np.isclose(stored, derived, rtol=_ROUNDING, atol=0.0, equal_nan=True))
    return bool(stored == derived)


def _check_configurations(folder: Path, rows: pd.DataFrame) -> Iterator[str]:
    """Yields rows whose configuration neither composes from their columns nor stands in another committed table."""
    trained = set()
    for path in folder.resolve().parent.glob("*/seeds.csv"):
        try:
            trained |= set(read_seed_rows(path).config_hash)
        except ResultsError:
            continue  # reported where that table is checked
    for row in rows.drop_duplicates(["config_hash"]).to_dict("records"):
        if row["config_hash"] in trained:
            continue
        try:
            composition = compose_row(row)
        except ResultsError as error:
            yield f"{row['key']}: {error}"
        else:
            if not composition.fits:
                yield f"{row['key']}: {explain_misfit(row, composition)}"
