"""The page of what is committed, and small folders of results."""

import shutil
from pathlib import Path

import pytest
from evidence.page.reading import Element, read_page

from qnlnet.evidence.page.render import render_page

RESULTS = Path(__file__).resolve().parents[3] / "results"


@pytest.fixture(scope="session")
def page_text() -> str:
    return render_page(RESULTS)


@pytest.fixture(scope="session")
def page(page_text: str) -> Element:
    return read_page(page_text)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of results with drawings and one table."""
    for name in ("circuits", "corrected"):
        shutil.copytree(RESULTS / name, tmp_path / "results" / name)
    return tmp_path / "results"
