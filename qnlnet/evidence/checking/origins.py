"""Do the rows of one folder come from one commit, one set of packages and one set of images, or is it said why not?

Where they do not, provenance.md beside them must hold one line for each thing that is mixed:

    - commit 24036d3d698d, 9c9cd5ff6006: The CNN cells were trained again after …
    - numpy 2.4.6, 2.4.7: …
    - data of mnist 0/1 75c8e560ddce, 93f5512d7ba7: …

The check names the line that is wanted. A line about something that is not mixed (any more) is a problem as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.provenance import parse_versions

NOTES = "provenance.md"
_FEWEST_WORDS = 4  # of a reason


@dataclass(frozen=True)
class Mixture:
    """Something that needs a reason.

    Attributes:
        line: How the line of the reason must begin.
        problem: What is said if there is none.
    """

    line: str
    problem: str


def check_origins(rows: pd.DataFrame, ids: pd.Series, folder: Path, notes: str = NOTES) -> Iterator[str]:
    """Yields what is mixed without a reason, and reasons for what is not mixed.

    Args:
        rows: Rows with the columns `commit` and `versions`, and as they apply `machine`, `aer_agreement`, or `dataset`,
            `classes` and `data_fingerprint`.
        ids: Names of the rows in messages.
        folder: Where the notes may be.
        notes: Their file.
    """
    path = folder / notes
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    reasons = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    explained = set()
    for mixture in find_mixtures(rows, ids):
        given = [reason for reason in reasons if reason.startswith(f"{mixture.line}: ")]
        explained.update(given)
        if not any(len(reason.removeprefix(mixture.line).split()) > _FEWEST_WORDS for reason in given):
            yield f"{mixture.problem} Make the rows again, or say why in {notes}: “- {mixture.line}: …”."
    for reason in reasons:
        if reason not in explained:
            yield f"{notes} must explain only what is mixed, but has the line “- {reason}”."


def find_mixtures(rows: pd.DataFrame, ids: pd.Series) -> Iterator[Mixture]:
    """Yields everything in which the rows differ although rows of one run do not."""
    for column in ("commit", "machine"):
        if column in rows:
            yield from _mixtures(column, rows[column], ids)
    versions = {text: parse_versions(text) for text in rows.versions.unique()}
    for package in dict.fromkeys(name for parsed in versions.values() for name in parsed):
        yield from _mixtures(package, rows.versions.map(lambda text, p=package: versions[text].get(p, "none")), ids)
    if "data_fingerprint" in rows:
        for (dataset, classes), group in rows.groupby(["dataset", "classes"], sort=False):
            name = f"data of {dataset} {classes}"
            yield from _mixtures(name, group.data_fingerprint, ids)
            yield from _mixtures(f"data_official of {dataset} {classes}", group.data_official.astype(str), ids)
    if "aer_agreement" in rows and (below := rows.aer_agreement < 1).any():
        shares = ", ".join(map(str, sorted(rows.aer_agreement[below].unique())))
        problem = f"{_some(ids[below])}: the labels on Aer must be the same, but `aer_agreement` is {shares}."
        yield Mixture(f"aer_agreement {shares}", problem)


def _mixtures(what: str, values: pd.Series, ids: pd.Series) -> Iterator[Mixture]:
    present = sorted(values.unique())
    line = f"{what} {', '.join(present)}"
    if len(present) > 1:
        parts = [f"{value} ({_some(ids[values.index][values == value])})" for value in present]
        yield Mixture(line, f"All rows must have one {what}, but have {', '.join(parts)}.")
    elif what == "commit" and (present[0] == "unknown" or present[0].endswith("-dirty")):
        yield Mixture(line, f"All rows must come from a commit, but come from {present[0]}.")


def _some(ids: pd.Series) -> str:
    return f"{ids.iloc[0]} and {len(ids) - 1} more" if len(ids) > 1 else str(ids.iloc[0])


def describe_origins(rows: pd.DataFrame) -> list[str]:
    """Returns commit, images and versions in words."""
    facts = [f"commit {', '.join(sorted(rows.commit.unique()))}"]
    if "data_fingerprint" in rows:
        kinds = rows[["dataset", "classes", "data_fingerprint", "data_official"]].drop_duplicates()
        words = [
            f"{kind.dataset} {kind.classes} {kind.data_fingerprint}{'' if kind.data_official else ' (not official)'}"
            for kind in kinds.itertuples()
        ]
        facts.append(f"data {', '.join(words)}")
    return [*facts, *(text.replace(";", ",") for text in sorted(rows.versions.unique()))]
