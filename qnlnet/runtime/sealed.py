"""JSON files with a checksum, so that damage is found rather than acted upon."""

import hashlib
import json
from pathlib import Path
from typing import Any

from qnlnet.errors import LedgerError
from qnlnet.files import write_file


def write_sealed(path: Path, values: dict[str, Any]) -> None:
    """Writes `values` as JSON with a checksum, in one step."""
    write_file(path, (json.dumps({**values, "sha256": _seal(values)}, indent=1, sort_keys=True) + "\n").encode())


def read_sealed(path: Path) -> dict[str, Any]:
    """Returns what `write_sealed` wrote.

    Raises:
        LedgerError: The file is missing or damaged.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        seal = values.pop("sha256")
    except OSError as error:
        raise LedgerError(f"The file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise LedgerError(f"{_damaged(path)} It is no JSON with a checksum.") from error
    if seal != _seal(values):
        raise LedgerError(f"{_damaged(path)} Its checksum does not fit.")
    return values


def _damaged(path: Path) -> str:
    return (
        f"The file {path} is damaged. Restore it from a copy or from version control; nothing is submitted or "
        "collected on the strength of it."
    )


def _seal(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
