"""A cell, its epochs and rows, and an environment in which trackers leave nothing behind."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.config import RunConfig, load_config
from qnlnet.tracking import mlflow_store, trackers

# A tracker sets them for its whole process.
SET_BY_TRACKERS = [*mlflow_store.DEFAULTS, mlflow_store.ALLOW_FOLDERS]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Works in a folder of the test's own, without MLflow's variables, and puts them back."""
    monkeypatch.chdir(tmp_path)
    for name in (*SET_BY_TRACKERS, "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.setenv(name, "")  # pytest then takes away whatever the test sets
        monkeypatch.delenv(name)
    for name in ("_PATIENCE", "_LIMIT", "_LIMIT_WHEN_STOPPED"):
        monkeypatch.setattr(trackers, name, 300.0)  # on a busy machine everything arrives too
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # the first refusal is enough


@pytest.fixture(scope="session")
def config() -> RunConfig:
    return load_config("data=digits", "reducer=pca", "train.epochs=6", "seeds=3")


@pytest.fixture(scope="session")
def rows(config: RunConfig) -> pd.DataFrame:
    """Three finished replicas of the cell, one of which has not converged."""
    return frame(seed_rows(80.0, 91.0, 95.0, dataset="digits", reducer="pca", epochs=6, aer_agreement=1.0))


@pytest.fixture
def row(rows: pd.DataFrame) -> dict[str, Any]:
    return rows.iloc[1].to_dict()
