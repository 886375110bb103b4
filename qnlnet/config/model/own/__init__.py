"""The package that models of one's own are modules of: other processes, too, find their classes by these names."""

import os
from pathlib import Path

FOLDERS = "QNLNET_MODELS"


def list_folders() -> list[Path]:
    """Returns the folders that $QNLNET_MODELS names."""
    return [Path(word).expanduser().absolute() for word in os.environ.get(FOLDERS, "").split(os.pathsep) if word]


__path__ = [str(folder) for folder in list_folders()]
