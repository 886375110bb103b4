"""The check of the page: it says which sections are older than their rows."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from report import main

RESULTS = Path(__file__).resolve().parents[3] / "results"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The folder of a page of two sections, beside their folders."""
    results = tmp_path / "results"
    for name in ("circuits", "corrected"):
        shutil.copytree(RESULTS / name, results / name)
    assert main([f"--results={results}"]) == 0
    return results / "report"


def test_a_page_of_its_rows_is_sound(page: Path, problems: Callable[[Path], list[str]]) -> None:
    assert problems(page) == []


def test_a_page_that_is_older_than_a_table_is_told_with_the_section(
    page: Path, problems: Callable[[Path], list[str]]
) -> None:
    table = page.parent / "corrected" / "corrected.md"
    table.write_text(re.sub(r"\d\d\.\d\d", "12.34", table.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    (problem,) = problems(page)
    assert "is older than its rows, or not made from them, in corrected." in problem
    assert "make report" in problem


def test_a_page_that_is_older_than_a_drawing_is_told_with_the_section(
    page: Path, problems: Callable[[Path], list[str]]
) -> None:
    drawing = next((page.parent / "circuits").glob("*.svg"))
    drawing.write_text(drawing.read_text(encoding="utf-8").replace("#000000", "#111111"), encoding="utf-8")
    (problem,) = problems(page)
    assert "not made from them, in circuits." in problem


@pytest.mark.slow
def test_a_new_folder_makes_the_page_old(page: Path, problems: Callable[[Path], list[str]]) -> None:
    shutil.copytree(RESULTS / "table1", page.parent / "table1")
    (problem,) = problems(page)
    assert "in table1, provenance; lacks glance." in problem  # it brings the first verdicts


@pytest.mark.slow
def test_a_section_that_is_missing_or_too_many_is_told(page: Path, problems: Callable[[Path], list[str]]) -> None:
    index = page / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace('<section id="noise"', '<section id="poise"'), "utf-8")
    (problem,) = problems(page)
    assert "lacks noise; has too much poise." in problem


@pytest.mark.slow
def test_a_page_changed_by_hand_outside_of_its_sections_is_told(
    page: Path, problems: Callable[[Path], list[str]]
) -> None:
    index = page / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("<h1>", "<h1>Our ", 1), encoding="utf-8")
    (problem,) = problems(page)
    assert "differs outside of its sections" in problem


def test_a_damaged_folder_and_a_stray_file_are_told(page: Path, problems: Callable[[Path], list[str]]) -> None:
    (page / "notes.txt").write_text("?", encoding="utf-8")
    (page.parent / "corrected" / "seeds.csv").write_text("", encoding="utf-8")
    stray, damaged = problems(page)
    assert stray.startswith("notes.txt must follow from the rows")
    assert "The page cannot be compared: seeds.csv must be comma-separated values" in damaged
