"""Which code produced a row: the commit of the checkout and the versions of what it ran on, written and read."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]
_PACKAGES = ("qiskit", "qiskit-machine-learning", "qiskit-aer", "torch", "numpy", "scikit-learn", "numba")
_GENERATED = (":(exclude)results", ":(exclude)outputs")


def commit(checkout: Path = _CHECKOUT) -> str:
    """Returns the first 12 digits of the checked-out commit, with ``-dirty`` if a tracked file differs from it.

    Files under results/ and outputs/ do not count, as runs write them.

    Args:
        checkout: The top folder of the project's working copy.

    Returns:
        ``unknown`` where the library does not run from a working copy with a commit, or git is not installed.
    """
    top = _git(checkout, "rev-parse", "--show-toplevel")
    head = _git(checkout, "rev-parse", "--verify", "HEAD")
    # An installed library may lie inside the working copy of something else, whose commit says nothing.
    if not head or not top or Path(top).resolve() != checkout.resolve():
        return "unknown"
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=no", "--", ".", *_GENERATED)
    return head[:12] if changes == "" else f"{head[:12]}-dirty"


def describe_code(*more: str) -> dict[str, str]:
    """Returns `commit` and `versions` under the names of their columns.

    Call it once when a run begins: what is committed while it goes on is not the code that runs.

    Args:
        more: Packages beside those that every row depends on.
    """
    return {"commit": commit(), "versions": versions(*more)}


def versions(*more: str) -> str:
    """Returns for example ``qnlnet 0.1.0; python 3.11.7; qiskit 2.6.2; …``, without packages that are not installed.

    Args:
        more: Packages beside those that every row depends on.
    """
    parts = [_version("qnlnet"), f"python {platform.python_version()}", *map(_version, (*_PACKAGES, *more))]
    return "; ".join(part for part in parts if part)


def parse_versions(text: str) -> dict[str, str]:
    """Returns package → version for the text of a row, such as ``qnlnet 0.1.0; python 3.11.7; qiskit 2.6.2``."""
    return dict(part.rpartition(" ")[::2] for part in text.split("; ") if part)


def differing_versions(then: str, now: str) -> list[tuple[str, str, str]]:
    """Returns package, version then and version now for each package that differs; ``none`` where it is missing."""
    before, after = parse_versions(then), parse_versions(now)
    names = dict.fromkeys([*before, *after])
    pairs = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _version(package: str) -> str | None:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return None


def _git(checkout: Path, *arguments: str) -> str | None:
    """Returns what git says, or None if it fails; a surrounding git process does not redirect it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(checkout), *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
