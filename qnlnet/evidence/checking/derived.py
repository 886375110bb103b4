"""Are the files that programs write from rows what these rows give?"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qnlnet.errors import QNLNetError
from qnlnet.evidence.checking.images import check_image, drawn_with, installed, is_same_image

Write = Callable[[Path], Iterable[Path]]
# What rows may lead to that no program has written.
_DAMAGE = (QNLNetError, KeyError, ValueError, TypeError, IndexError)


def check_texts(folder: Path, write: Write, source: str) -> Iterator[str]:
    """Yields each text file that differs from what the rows give.

    Args:
        folder: Where the files are.
        write: Writes them into the folder that it gets, and returns the paths.
        source: The file with the rows, for messages.
    """
    with tempfile.TemporaryDirectory() as temporary:
        try:
            paths = list(write(Path(temporary)))
        except _DAMAGE as error:
            yield f"Tables cannot be made from {source}: {error}"
            return
        for path in paths:
            stored = folder / path.name
            if not stored.is_file():
                yield f"{path.name} must be there, but is not."
            elif (difference := _first_difference(stored.read_bytes(), path.read_bytes())) is not None:
                yield f"{path.name} must be what {source} gives, but {difference}."


def _first_difference(stored: bytes, expected: bytes) -> str | None:
    if stored == expected:
        return None
    ours, theirs = (data.decode("utf-8", errors="replace").splitlines() for data in (stored, expected))
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), start=1):
        if one != other:
            place = next(
                (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
            )
            shown = [text[max(0, place - 20) : place + 20] for text in (other, one)]
            return f"line {number} should read “…{shown[0]}…” and reads “…{shown[1]}…”"
    return f"it has {len(ours)} lines instead of {len(theirs)}"


def check_figures(folder: Path, name: str, draw: Write, source: str) -> tuple[str, list[str]]:
    """Returns what was checked about `name`.png and `name`.svg, and what is wrong with them.

    Images are compared where the version of Matplotlib that drew them is here; others only have to be whole.
    """
    paths = [folder / f"{name}.{ending}" for ending in ("png", "svg")]
    problems = [problem for path in paths if (problem := check_image(path))]
    if problems:
        return f"{name}.png and .svg not compared", problems
    if (version := drawn_with(paths[1])) != installed():
        return f"{name}.png and .svg whole, but drawn with Matplotlib {version} and not compared here", []
    with tempfile.TemporaryDirectory() as temporary:
        try:
            drawn = {path.name: path.read_bytes() for path in draw(Path(temporary))}
        except _DAMAGE as error:
            return f"{name}.png and .svg not compared", [f"The figure cannot be drawn from {source}: {error}"]
    for path in paths:
        if not is_same_image(path.read_bytes(), drawn[path.name], path.suffix):
            problems.append(f"{path.name} must show what {source} gives, but shows something else.")
    return f"{name}.png and .svg drawn again", problems


# Beside rows; and classical models on PCA's features as they were measured before models without a circuit were cells.
_KEPT = ("configs.json", "baselines.csv", "baselines.md")


def check_strays(folder: Path, expected: Iterable[str]) -> Iterator[str]:
    """Yields each file that no known program writes from the rows."""
    known = {*expected, *_KEPT}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in known and not path.name.startswith("."):
            yield f"{path.name} must follow from the rows, but nothing here writes a file of that name."
