"""What tests of the configuration share."""

from collections.abc import Callable
from pathlib import Path

import pytest

import qnlnet.config.compose
import qnlnet.config.explanations
from qnlnet.config import CONFIG_DIR

AddFile = Callable[[str, str], None]


@pytest.fixture
def add_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddFile:
    """Returns a function that writes a file into a copy of configs/ansatz."""
    for source in CONFIG_DIR.rglob("*.yaml"):
        target = tmp_path / source.relative_to(CONFIG_DIR)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    for module in (qnlnet.config.compose, qnlnet.config.explanations):
        monkeypatch.setattr(module, "CONFIG_DIR", tmp_path)
    return lambda stem, text: (tmp_path / "ansatz" / f"{stem}.yaml").write_text(text, encoding="utf-8") and None
