"""Opens an MLflow store with one experiment in it. MLflow itself is imported here, and nowhere before it is needed."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from qnlnet.config.logger import MLflowConfig
from qnlnet.errors import QNLNetError
from qnlnet.tracking.address import file_of_database, find_tracking_uri, folder_of, is_database

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Only where the person has not set them. MLflow's own waits for a silent server take more than a quarter of an hour.
DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",  # no run of ours reports to anybody
}
ALLOW_FOLDERS = "MLFLOW_ALLOW_FILE_STORE"  # since 3.13 MLflow takes folders only where this variable is set
_LOCK_TIMEOUT = 60.0  # seconds


class Store:
    """An experiment in an MLflow store.

    Args:
        config: Which store, and which experiment; both are created where they are missing, servers excepted.

    Raises:
        ImportError: MLflow is not installed.
        QNLNetError: The experiment was deleted.
        Exception: Whatever MLflow raises for a store that it cannot open.

    Attributes:
        client: Talks to the store.
        experiment_id: The experiment in it.
    """

    def __init__(self, config: MLflowConfig) -> None:
        import_mlflow()
        uri = find_tracking_uri(config)
        self._lock: FileLock | None = None
        self._artifacts: str | None = None
        if (folder := folder_of(uri)) is not None:
            os.environ.setdefault(ALLOW_FOLDERS, "true")
            uri = folder.as_uri()
            self._lock = _lock_beside(folder)
        elif (file := file_of_database(uri)) is not None:
            self._lock = _lock_beside(file)
            self._artifacts = file.with_name(f"{file.stem}-artifacts").as_uri()
        with self.alone():
            self.client = _open(uri)
            self.experiment_id = self._experiment(config.experiment)

    def alone(self) -> AbstractContextManager[object]:
        """Keeps other processes on the same files out: MLflow would make experiments and runs twice there."""
        return nullcontext() if self._lock is None else self._lock

    def _experiment(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self.client.create_experiment(name, artifact_location=self._artifacts))
            except MlflowException:  # on a server somebody else may have been quicker
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise
        if found.lifecycle_stage != "active":
            raise QNLNetError(
                f"the experiment {name} was deleted there. Restore it, or name another: logger.mlflow.experiment=…"
            )
        return str(found.experiment_id)


def import_mlflow() -> None:
    """Imports MLflow with our defaults for what it reads from the environment.

    Raises:
        ImportError: It is not installed.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient  # noqa: F401


def _lock_beside(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_TIMEOUT)


def _open(uri: str) -> "MlflowClient":
    from mlflow import MlflowClient

    if is_database(uri):
        try:
            import alembic  # noqa: F401
            import sqlalchemy  # noqa: F401 - without them MLflow only says that it does not know the address
        except ModuleNotFoundError as error:
            raise QNLNetError(f"{error}; databases need the whole of MLflow (pip install mlflow)") from error
    return MlflowClient(tracking_uri=uri)
