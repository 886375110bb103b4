"""Reads the files of a release: gets what is missing, checks that they are the official ones, and parses them."""

import gzip
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from qnlnet.data.download import DownloadSettings, download_missing, missing_files, where_to_get
from qnlnet.data.release import Release
from qnlnet.errors import DataError

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class ReleaseFiles(Generic[Parsed]):
    """The parsed files of a release, by name, and whether all of them are identical to the official ones."""

    parsed: dict[str, Parsed]
    official: bool


def read_release(
    release: Release,
    root: Path,
    parse: Callable[[bytes, Path], Parsed],
    *,
    verify: bool,
    download: bool,
    settings: DownloadSettings,
) -> ReleaseFiles[Parsed]:
    """Returns the parsed files of a release.

    Args:
        release: What the release consists of.
        root: The data root; the files are in the release's folder there.
        parse: Turns the content of a file, decompressed, and its path into a value, or raises a `DataError`.
        verify: Whether to refuse files that differ from the official release.
        download: Whether to download what is missing.
        settings: How patiently to download.

    Raises:
        DataError: If files are missing, damaged or, with `verify`, not the official ones.
    """
    folder = root / release.folder
    if download:
        download_missing(release, root, settings)
    elif missing := missing_files(release, root):
        raise DataError(f"Files of {release.title} are missing. {where_to_get(release, root, missing)}")
    parsed: dict[str, Parsed] = {}
    differing: list[str] = []
    for name, expected in release.md5.items():
        content = _read_content(folder / name)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if md5 != expected:
            differing.append(f"{name} (MD5 must be {expected}, but is {md5})")
        if not (differing and verify):
            parsed[name] = parse(content, folder / name)
    if differing and verify:
        raise _not_official(release, folder, differing)
    return ReleaseFiles(parsed=parsed, official=not differing)


def _not_official(release: Release, folder: Path, differing: list[str]) -> DataError:
    return DataError(
        f"The files of {release.title} in {folder} must be the official ones, but these differ: "
        f"{', '.join(differing)}. Remove them and run `{release.command}` to download the official ones, or accept "
        "them on purpose with data.verify=false; every row and table made from them then says so."
    )


def _read_content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"File {path} must be readable, but is not: {error.strerror}.") from None
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise DataError(
            f"File {path} must be a complete gzip file, but is cut off or damaged. "
            "Remove it and run `make data` to download the official one."
        ) from None
