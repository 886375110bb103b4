"""What a section of the page holds, read from its folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qnlnet.errors import ResultsError
from qnlnet.evidence.page.captions import spell_out
from qnlnet.evidence.page.claims import Claim, read_claims
from qnlnet.evidence.page.figures import Figure, read_figure
from qnlnet.evidence.page.manifest import Section
from qnlnet.evidence.page.markdown import Part, read_parts
from qnlnet.evidence.page.origins import Origin, read_origins
from qnlnet.evidence.page.tables import Table, table_from_csv
from qnlnet.evidence.page.verdicts import count_verdicts

NOTES = "provenance.md"  # why the rows of a folder come from several commits; it stands with the origins
_IMAGES, _ROWS = (".svg", ".png"), (".csv", ".csv.gz")


@dataclass(frozen=True)
class Content:
    """A section and what it shows.

    Attributes:
        section: Its entry in the manifest.
        parts: Tables, paragraphs, headings and figures, in their order; none if its folder is not there.
        claims: The claims, in the section that lists them.
        files: The files of rows and tables, for links.
        origins: Where its rows come from.
        notes: Why they come from several places, if they do.
        base: The way from the page to its files.
    """

    section: Section
    parts: tuple[Part | Figure, ...]
    claims: tuple[Claim, ...]
    files: tuple[Path, ...]
    origins: tuple[Origin, ...]
    notes: tuple[Part, ...]
    base: str

    @property
    def is_there(self) -> bool:
        """Whether there is something to show."""
        return bool(self.parts or self.claims)

    @property
    def tables(self) -> list[Table]:
        """Its tables."""
        return [part for part in self.parts if isinstance(part, Table)]

    @property
    def lines(self) -> list[list[Part | Figure]]:
        """Its parts, small figures that follow each other together."""
        lines: list[list[Part | Figure]] = []
        for part in self.parts:
            is_small = isinstance(part, Figure) and part.is_small
            if is_small and lines and isinstance(last := lines[-1][-1], Figure) and last.is_small:
                lines[-1].append(part)
            else:
                lines.append([part])
        return lines

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        """Each verdict of its claims or tables, and how often it was passed."""
        in_tables = [verdict for table in self.tables for verdict in table.verdicts]
        return count_verdicts([claim.verdict for claim in self.claims] or in_tables)


def read_content(section: Section, results: Path, page: Path) -> Content:
    """Returns what the section shows.

    Args:
        section: Its entry in the manifest.
        results: The folder results/.
        page: The folder of the page, from where links start.

    Raises:
        ResultsError: A file is damaged.
    """
    paths = find_files(section, results)
    base = Path(os.path.relpath(paths[0].parent if paths else results, page)).as_posix()
    by_name = {path.name: path for path in paths}
    try:
        claims = read_claims(by_name["claims.csv"]) if section.folder == "claims" and "claims.csv" in by_name else []
        parts: list[Part | Figure] = [] if claims else _read_parts(section, by_name, results, base)
        notes = _read_markdown(by_name[NOTES], section.title, results, base) if NOTES in by_name else []
        origins = read_origins([path for path in paths if path.name.endswith(".csv")], results)
    except UnicodeDecodeError as error:
        raise ResultsError(f"Files of {section.folder} must be text in UTF-8, but one is not: {error}.") from error
    files = [path for path in paths if path.name.endswith((*_ROWS, ".tex", ".md")) and path.name != NOTES]
    return Content(section, tuple(parts), tuple(claims), tuple(files), tuple(origins), tuple(notes), base)


def find_files(section: Section, results: Path) -> list[Path]:
    """Returns the files of a section's folder, or of results/ itself that are named like it; by name."""
    folder = results / section.folder
    paths = folder.iterdir() if folder.is_dir() else results.glob(f"{section.folder}.*")
    return sorted(path for path in paths if path.is_file() and not path.name.startswith("."))


def _read_parts(section: Section, by_name: dict[str, Path], results: Path, base: str) -> list[Part | Figure]:
    """Returns for each name a table and its figure; the names that the manifest puts first come first."""
    stems = {Path(name).stem for name in by_name if name.endswith((".md", *_IMAGES)) and name != NOTES}
    if f"{section.folder}.csv" in by_name:  # shown only if there is neither a table nor a figure made of it
        stems.add(section.folder)
    first = section.first or (section.folder,)
    parts: list[Part | Figure] = []
    for stem in sorted(stems, key=lambda stem: (first.index(stem) if stem in first else len(first), stem)):
        name = f"{section.folder}-{stem}"
        spelt = section.title if stem == section.folder else spell_out(stem)
        caption = section.tables.get(stem, spelt)
        if f"{stem}.md" in by_name:
            parts += _read_markdown(by_name[f"{stem}.md"], caption, results, base)
        elif not any(f"{stem}{ending}" in by_name for ending in _IMAGES):
            parts.append(table_from_csv(by_name[f"{stem}.csv"], name, caption))
        if paths := [by_name[f"{stem}{ending}"] for ending in _IMAGES if f"{stem}{ending}" in by_name]:
            parts.append(read_figure(paths[0].parent, stem, f"figure-{name}", section.figures.get(stem, spelt)))
    return parts


def _read_markdown(path: Path, caption: str, results: Path, base: str) -> list[Part]:
    source = path.relative_to(results).as_posix()
    name = f"table-{source.removesuffix('.md').replace('/', '-')}"
    return read_parts(path.read_text(encoding="utf-8"), source, name, caption, base)


def group_parts(contents: Sequence[Content]) -> list[tuple[str, list[Content]]]:
    """Returns the sections in their groups; groups in the order in which the manifest first names them."""
    groups: dict[str, list[Content]] = {}
    for content in contents:
        groups.setdefault(content.section.part, []).append(content)
    return list(groups.items())
