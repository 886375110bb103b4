"""The examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WITH_EXAMPLES = [
    path.relative_to(ROOT).with_suffix("")
    for path in sorted((ROOT / "qnlnet").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_examples_of_docstrings(path: Path) -> None:
    failed, tried = doctest.testmod(importlib.import_module(".".join(path.parts)))
    assert tried
    assert not failed
