"""Which MLflow store is meant: the configured one, that of the environment, or a folder under outputs/."""

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from qnlnet.config.logger import MLflowConfig

_DEFAULT = "outputs/mlruns"
_DATABASES = {"postgresql", "mysql", "sqlite", "mssql"}


def find_tracking_uri(config: MLflowConfig) -> str:
    """Returns the address as it was written: `tracking_uri`, else $MLFLOW_TRACKING_URI, else ``outputs/mlruns``."""
    return config.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or _DEFAULT


def folder_of(uri: str) -> Path | None:
    """Returns the folder that an address names, with or without ``file:``, or None for a database or a server."""
    if uri == "databricks":  # an address in one word
        return None
    scheme, separator, rest = uri.partition(":")
    if separator and scheme.lower() == "file":
        path = url2pathname(urlsplit(uri).path) if rest.startswith("//") else rest
    elif separator and len(scheme) > 1 and "/" not in scheme:  # one letter is a drive of Windows
        return None
    else:
        path = uri
    return Path(path).expanduser().absolute()


def is_database(uri: str) -> bool:
    """Returns whether MLflow would talk to a database itself: ``postgresql+psycopg2://…``, ``sqlite:///…``."""
    return uri.partition(":")[0].partition("+")[0] in _DATABASES


def file_of_database(uri: str) -> Path | None:
    """Returns the file of an SQLite database, or None for anything else."""
    head, _, path = uri.partition("?")[0].partition(":///")
    return Path(path).absolute() if head.partition("+")[0] == "sqlite" and path else None
