"""The settings behind each configuration hash: configs.json beside a seeds.csv, and what this process has seen.

A hash is made of the settings alone, so the same hash always stands for the same settings, wherever they were read.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qnlnet.config import RunConfig, config_from_settings, config_hash, hash_settings, identity_settings
from qnlnet.errors import ResultsError
from qnlnet.files import write_file

FILE_NAME = "configs.json"
_ADVICE = "Restore the file from version control, or train again."

_known: dict[str, dict[str, Any]] = {}


def remember(config: RunConfig) -> str:
    """Keeps the settings of a cell in mind, and returns its hash."""
    digest = config_hash(config)
    if digest not in _known:
        _known[digest] = identity_settings(config)
    return digest


def recall_settings(digest: str) -> Mapping[str, Any] | None:
    """Returns the settings with a hash; None where this process has not seen them."""
    return _known.get(digest)


def recall(digest: str) -> RunConfig:
    """Returns the configuration with a hash.

    Raises:
        ResultsError: No file that was read has it, or its settings are those of another version.
    """
    settings = recall_settings(digest)
    if settings is None:
        raise ResultsError(f"The settings of configuration {digest} must stand in {FILE_NAME}, but do not. {_ADVICE}")
    return config_from_settings(settings)


def read_configurations(folder: Path | str) -> dict[str, dict[str, Any]]:
    """Reads configs.json of a folder and keeps it in mind; without a file there is nothing.

    Returns:
        Hash → settings.

    Raises:
        ResultsError: The file cannot be read, or an entry has another hash.
    """
    path = Path(folder) / FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ResultsError(f"The file {path} cannot be read: {error}. {_ADVICE}") from error
    if not isinstance(content, dict):
        raise ResultsError(f"The file {path} must hold settings by their hashes, but does not. {_ADVICE}")
    for digest, settings in content.items():
        if not isinstance(settings, dict) or hash_settings(settings) != digest:
            raise ResultsError(f"The settings of {digest} in {path} must have that hash, but do not. {_ADVICE}")
    _known.update(content)
    return content


def add_configuration(folder: Path | str, config: RunConfig) -> None:
    """Adds the settings of a cell to configs.json of a folder.

    Raises:
        ResultsError: The file cannot be read or written.
    """
    write_configurations(folder, [*read_configurations(folder), remember(config)])


def write_configurations(folder: Path | str, digests: Iterable[str]) -> Path:
    """Writes configs.json with the settings of some cells, ordered by hash; what the folder had is read first.

    Raises:
        ResultsError: The settings of a hash are not known, or the folder cannot be written.
    """
    read_configurations(folder)
    entries: dict[str, Any] = {}
    for digest in sorted(set(digests)):
        if (settings := recall_settings(digest)) is None:
            raise ResultsError(f"The settings of configuration {digest} must be known to be written, but are not.")
        entries[digest] = settings
    lines = (f"{json.dumps(digest)}: {json.dumps(settings, sort_keys=True)}" for digest, settings in entries.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return write_file(Path(folder) / FILE_NAME, text.encode())
