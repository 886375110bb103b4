"""Keeps secrets out of what people and files get to see."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

_HIDDEN = "…"
_CRN = re.compile(r"crn(?::|%3A)[^\s\"',)\]}]+", re.IGNORECASE)  # the name of an instance, plain or in a URL
_BEARER = re.compile(r"(?i)(bearer|apikey)([ =:]+)\S+")
_FOLDER_OF_ACCOUNTS = Path("~/.qiskit")
_ACCOUNTS = "qiskit-ibm.json"


def redact(text: str, secrets: Iterable[str | None] = ()) -> str:
    """Returns `text` without `secrets`, names of instances and access tokens."""
    for secret in secrets:
        for form in {secret, quote(secret, safe="")} if secret else ():
            text = text.replace(form, _HIDDEN)
    return _BEARER.sub(rf"\1\2{_HIDDEN}", _CRN.sub(_HIDDEN, text))


def secrets_of_environment() -> tuple[str | None, ...]:
    """Returns the token and the instance that the environment holds."""
    return os.environ.get("QISKIT_IBM_TOKEN"), os.environ.get("QISKIT_IBM_INSTANCE")


def warn_of_readable_account() -> str | None:
    """Returns a warning if other people on this machine can read the saved account, else None."""
    path = _FOLDER_OF_ACCOUNTS.expanduser() / _ACCOUNTS
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if (
        os.name == "nt" or not mode & (stat.S_IRGRP | stat.S_IROTH) or '"token"' not in text
    ):  # the client makes empty ones
        return None
    return f"The saved account {path} holds your API key and can be read by others. Run: chmod 600 {path}"
