"""Where the files of the datasets lie."""

import os
from pathlib import Path

from qnlnet.config.data import DataConfig


def data_root(config: DataConfig) -> Path:
    """Returns the folder of the dataset files: `config.root`, else $QNLNET_DATA, else the user's cache folder."""
    return resolve_root(config.root)


def resolve_root(root: str | None) -> Path:
    """Returns `root`, else $QNLNET_DATA, else the folder ``qnlnet`` in the user's cache; ``~`` is expanded."""
    chosen = root or os.environ.get("QNLNET_DATA")
    if chosen:
        return Path(os.path.expanduser(chosen))
    import pooch

    return Path(pooch.os_cache("qnlnet"))
