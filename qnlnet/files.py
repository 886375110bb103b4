"""Writing files so that a reader sees all of the old content or all of the new one."""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from qnlnet.errors import ResultsError


def check_writable(directory: Path | str) -> None:
    """Creates `directory` where it is missing; call it before long work, so that a mistake is found early.

    Raises:
        ResultsError: The folder cannot be written.
    """
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()  # it has no name, so a killed process leaves nothing
    except OSError as error:
        raise _unwritable(f"folder {directory}", error) from error


def choose_folder(asked: Path | None, usual: Path, *, is_usual: bool) -> Path:
    """Returns where a program writes, so that only what is committed, made again, takes its place without being asked.

    Args:
        asked: The folder that the command line names, which wins; None where it names none.
        usual: The folder of the committed files, under results/.
        is_usual: Whether the command line asks for what lies there. Anything else goes to the folder of the same name
            under outputs/, and a sentence on standard error says so.
    """
    if asked is not None:
        return asked
    if is_usual or usual.parts[:1] != ("results",):
        return usual
    own = Path("outputs", *usual.parts[1:])
    print(f"This is not what {usual} holds, so it goes to {own}; name a folder to write elsewhere.", file=sys.stderr)
    return own


def short_path(path: Path, project: Path) -> str:
    """Returns the path as a person would name it: from here, or from the project's folder, where it lies below one."""
    for start in (Path.cwd(), project):
        if path.resolve().is_relative_to(start):
            return str(path.resolve().relative_to(start))
    return str(path)


def remove_leftovers(path: Path) -> None:
    """Removes temporary files of killed writers of `path`; call it only where no other process writes it."""
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        leftover.unlink(missing_ok=True)


def write_file(path: Path | str, data: bytes) -> Path:
    """Writes `data` to a file beside `path` and moves it there in one step; folders are created.

    Raises:
        ResultsError: The folder or the file cannot be written. An older file stays as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")  # other machines may have our process number
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())  # else a power cut may leave the new name with the old or no content
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(f"file {path}", error) from error
    return path


def _unwritable(what: str, error: OSError) -> ResultsError:
    return ResultsError(
        f"The {what} cannot be written: {error.strerror or error}. "
        "Choose a folder that you may write to and that has space left."
    )
