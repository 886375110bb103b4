"""Is every file in results/ the one that was accepted? Its digest stands in results/SHA256SUMS.

The other checks follow numbers from rows to tables. Nothing follows from a digit in the middle of a loss curve, or from
the seconds of a run: only a digest notices that it has changed. `sha256sum --check SHA256SUMS` reads the file, too.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from qnlnet.errors import ResultsError
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.files import write_file

SUMS = "SHA256SUMS"
UPDATE = "scripts/check_results.py --update-digests"
_ADVICE = f"If that is meant, {UPDATE} accepts it."


def check_digests(results: Path, folders: Iterable[Path]) -> Finding:
    """Compares the files in some folders of `results` with their digests.

    Args:
        results: The folder that has SHA256SUMS.
        folders: What is looked at: folders of `results`, or `results` itself.

    Raises:
        ResultsError: SHA256SUMS is missing or damaged.
    """
    wanted, there = _read(results / SUMS), _list_files(results)
    tops = [folder.resolve().relative_to(results.resolve()) for folder in folders]
    names = [name for name in sorted({*wanted, *there}) if any(Path(name).is_relative_to(top) for top in tops)]
    finding = Finding(SUMS)
    for name in names:
        if name not in there:
            finding.problems.append(f"{name} must be there, but is not. {_ADVICE}")
        elif name not in wanted:
            finding.problems.append(f"{name} must have a digest in {SUMS}, but has none. {_ADVICE}")
        elif _digest(results / name) != wanted[name]:
            finding.problems.append(f"{name} must be the file that was accepted, but has changed. {_ADVICE}")
    finding.facts.append(f"{count(len(names), 'file')} compared")
    return finding


def update_digests(results: Path) -> list[str]:
    """Writes SHA256SUMS for all that is in `results` and returns what differs from before, in words.

    Raises:
        ResultsError: The file cannot be written.
    """
    before = _read(results / SUMS) if (results / SUMS).is_file() else {}
    now = {name: _digest(results / name) for name in _list_files(results)}
    write_file(results / SUMS, "".join(f"{digest}  {name}\n" for name, digest in now.items()).encode())
    words = (("new", now.keys() - before.keys()), ("gone", before.keys() - now.keys()))
    changed = {name for name in now.keys() & before.keys() if now[name] != before[name]}
    return [f"{word}: {name}" for word, names in (*words, ("changed", changed)) for name in sorted(names)]


def _read(path: Path) -> dict[str, str]:
    """Returns the digests of SHA256SUMS by the name of their file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror}. {UPDATE} writes it.") from error
    digests = {}
    for number, line in enumerate(lines, start=1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or not name or name in digests:
            raise ResultsError(f"Line {number} of {path} must be a digest and a file of its own, but is {line!r}.")
        digests[name] = digest
    return digests


def _list_files(results: Path) -> list[str]:
    """Returns the files in `results`, without hidden ones such as locks, in order."""
    files = (path.relative_to(results) for path in results.rglob("*") if path.is_file())
    return sorted(
        file.as_posix() for file in files if file.name != SUMS and not any(part.startswith(".") for part in file.parts)
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
