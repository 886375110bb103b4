"""A stand-in for git that always tells the same commit: others may commit while scenarios are played."""

import os
from pathlib import Path

from qnlnet import provenance
from robustness.forking import PROJECT


def path_with_commit(folder: Path, commit: str | None = None) -> str:
    """Returns a value of $PATH with which `provenance.commit` gives `commit`; None is the present one.

    Args:
        folder: An empty folder, for the stand-in.
        commit: 12 digits, with ``-dirty`` behind them or not, or ``unknown``.
    """
    head, _, dirty = (provenance.commit() if commit is None else commit).partition("-")
    changes = "echo M file" if dirty else "true"
    answers = f'*rev-parse*top*) echo "{PROJECT}";;\n*rev-parse*HEAD*) echo {head};;\n*status*) {changes};;\n'
    git = folder / "git"
    git.write_text("#!/bin/sh\n" + ("exit 1" if head == "unknown" else f'case "$*" in\n{answers}esac') + "\n")
    git.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
