"""Which store an address means."""

from pathlib import Path

import pytest

from qnlnet.config.logger import MLflowConfig
from qnlnet.tracking.address import file_of_database, find_tracking_uri, folder_of, is_database


def test_the_configuration_comes_before_the_environment_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_tracking_uri(MLflowConfig()) == "outputs/mlruns"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host")
    assert find_tracking_uri(MLflowConfig()) == "http://host"
    assert find_tracking_uri(MLflowConfig(tracking_uri="mine")) == "mine"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    assert find_tracking_uri(MLflowConfig()) == "outputs/mlruns"


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("mlruns", "{here}/mlruns"),
        ("./a b/mlruns", "{here}/a b/mlruns"),
        ("/a/b", "/a/b"),
        ("~/runs", "{home}/runs"),
        ("file:mlruns", "{here}/mlruns"),
        ("file:/a/b", "/a/b"),
        ("file:///a/b%20c", "/a/b c"),
        ("a/b:c", "{here}/a/b:c"),
    ],
)
def test_folders_are_told_by_their_address(uri: str, folder: str, tmp_path: Path) -> None:
    assert folder_of(uri) == Path(folder.format(here=tmp_path, home=Path.home()))
    assert not is_database(uri)
    assert file_of_database(uri) is None


@pytest.mark.parametrize("uri", ["http://host:5000", "https://host/a", "databricks", "databricks://profile", "uc:x"])
def test_servers_are_no_folders(uri: str) -> None:
    assert folder_of(uri) is None
    assert not is_database(uri)
    assert file_of_database(uri) is None


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:///all.db", "{here}/all.db"),
        ("sqlite:////a/b.db?timeout=5", "/a/b.db"),
        ("sqlite+pysqlite:///all.db", "{here}/all.db"),
        ("sqlite://", None),
        ("postgresql://user:password@host/name", None),
        ("mysql+pymysql://host/name", None),
    ],
)
def test_databases_are_told_by_their_address(uri: str, file: str | None, tmp_path: Path) -> None:
    assert is_database(uri)
    assert folder_of(uri) is None
    assert file_of_database(uri) == (None if file is None else Path(file.format(here=tmp_path)))
