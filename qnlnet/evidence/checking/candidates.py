"""Does candidates.csv show a search that led to the cells of its table?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qnlnet.config import RunConfig, config_hash, with_values
from qnlnet.config.settings import override_value
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.records.candidates import CANDIDATES, read_candidates
from qnlnet.records.configurations import recall
from qnlnet.records.stored import row_id


def check_candidates(folder: Path, seeds: pd.DataFrame, finding: Finding) -> None:
    """Notes what is wrong with the candidates beside a seeds.csv; where there are none, nothing is.

    Each candidate must be the cell but for what was tried and the images that judge it, all of them must have the same
    seeds, and the best mean, of equal ones the first, must be what the cell has.
    """
    if not (folder / CANDIDATES).is_file():
        return
    try:
        rows = read_candidates(folder / CANDIDATES)
    except ResultsError as error:
        finding.problems.append(str(error))
        return
    finding.facts.append(count(rows.config_hash.nunique(), "candidate"))
    known = set(seeds.config_hash)
    for cell, of_cell in rows.groupby("cell", sort=False):
        if cell not in known:
            finding.problems.append(f"{CANDIDATES}: cell {cell} must be in seeds.csv, but is not.")
            continue
        finding.problems += _check_search(str(cell), of_cell)


def _check_search(cell: str, rows: pd.DataFrame) -> Iterator[str]:
    means: dict[str, float] = {}
    seeds = set(rows.seed)
    for digest, of_candidate in rows.groupby("config_hash", sort=False):
        first = of_candidate.iloc[0]
        where = f"{row_id(first)} in {CANDIDATES}"
        means[str(digest)] = float(of_candidate.validation_accuracy.mean())
        if set(of_candidate.seed) != seeds or len(of_candidate) != len(seeds):
            yield f"{where}: each candidate of {cell} must have the same seeds, but this one has others."
        if of_candidate[["tried", "chosen"]].drop_duplicates().shape[0] > 1:
            yield f"{where}: all seeds of a candidate must say the same, but they differ."
        try:
            yield from (f"{where}: {problem}" for problem in _check_candidate(recall(str(digest)), cell, first))
        except ResultsError as error:
            yield f"{where}: {error}"
    best = max(means, key=means.__getitem__)
    if list(dict.fromkeys(rows.config_hash[rows.chosen])) != [best]:
        yield f"{CANDIDATES}: of cell {cell} the best mean, of equal ones the first, must be chosen: that of {best}."


def _check_candidate(candidate: RunConfig, cell: str, row: Any) -> Iterator[str]:
    """Yields how a candidate is something else than the cell with other values of what was tried."""
    if candidate.data.evaluate_on != "validation":
        yield f"`data.evaluate_on` must be validation, but is {candidate.data.evaluate_on}."
    tried, target = dict(word.split("=", 1) for word in row.tried.split()), recall(cell).model_dump(by_alias=True)
    own = candidate.model_dump(by_alias=True)
    for key, text in tried.items():
        if override_value(_value(own, key)) != text:
            yield f"`tried` must say what its configuration has, {key}={_value(own, key)}, but says {text}."
    usual = {"data.evaluate_on": target["data"]["evaluate_on"]}
    if not row.chosen:  # the chosen one must be the cell as it is
        usual |= {key: _value(target, key) for key in tried}
    try:
        found = config_hash(with_values(candidate, usual))
    except ArgumentError as error:
        yield str(error)
        return
    if found != cell:
        yield f"it must be a candidate for cell {cell}, but differs from it in other settings than {', '.join(tried)}."


def _value(content: Mapping[str, Any], key: str) -> Any:
    """Returns what stands at a dotted key; None where nothing does."""
    value: Any = content
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
