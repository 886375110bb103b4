"""Where the rows of a section come from: commits, images and versions, counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qnlnet.evidence.page.tables import read_texts
from qnlnet.provenance import parse_versions

_TRUE = "True"


@dataclass(frozen=True)
class Origin:
    """Where the rows of one file come from.

    Attributes:
        source: The file, relative to results/.
        rows: How many rows it has.
        commits: Each commit, with its number of rows.
        images: Each data set, with the fingerprint of its images and whether they are the official ones.
        machines: What the rows say about processors.
        versions: What the rows say about packages.
    """

    source: str
    rows: int
    commits: tuple[tuple[str, int], ...]
    images: tuple[tuple[str, str, bool], ...]
    machines: tuple[str, ...]
    versions: tuple[str, ...]


def read_origins(paths: Iterable[Path], results: Path) -> list[Origin]:
    """Returns the origin of each file of rows; a file whose rows name no commit is made from others, and left out.

    Raises:
        ResultsError: A file is damaged.
    """
    origins = []
    for path in paths:
        rows = read_texts(path)
        if {"commit", "versions"} <= set(rows.columns):
            commits = rows.commit.value_counts(sort=False).sort_index()
            origins.append(
                Origin(
                    path.relative_to(results).as_posix(),
                    len(rows),
                    tuple((str(commit), int(number)) for commit, number in commits.items()),
                    tuple(_images(rows)),
                    tuple(sorted(rows.machine.unique())) if "machine" in rows else (),
                    tuple(sorted(rows.versions.unique())),
                )
            )
    return origins


def _images(rows: pd.DataFrame) -> list[tuple[str, str, bool]]:
    if not {"dataset", "classes", "data_fingerprint", "data_official"} <= set(rows.columns):
        return []
    kinds = rows[["dataset", "classes", "data_fingerprint", "data_official"]].drop_duplicates()
    return sorted(
        (f"{kind.dataset} {kind.classes}", kind.data_fingerprint, kind.data_official == _TRUE)
        for kind in kinds.itertuples()
    )


def collect_versions(origins: Iterable[Origin]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Returns for each package its versions, and for each of these the files whose rows were made with it."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for origin in origins:
        for text in origin.versions:
            for package, version in parse_versions(text).items():
                found.setdefault(package, {}).setdefault(version, {})[origin.source] = None
    return [
        (package, [(version, list(sources)) for version, sources in sorted(versions.items())])
        for package, versions in found.items()
    ]
