"""The page of the committed results: whole, self-contained, the same every time."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from evidence.page.reading import EVERY_ROW_SHOWN, Element, count_markdown_rows, list_tables

from qnlnet.evidence.page.content import find_files
from qnlnet.evidence.page.manifest import SECTIONS, Section

PROJECT = Path(__file__).resolve().parents[3]
RESULTS = PROJECT / "results"
PAGE_FOLDER = RESULTS / "report"
PRESENT = [section for section in SECTIONS if find_files(section, RESULTS)]
TABLES = list_tables(RESULTS)
ROW_FOR_ROW = [path for path in TABLES if path.stem in EVERY_ROW_SHOWN and path.with_suffix(".csv").is_file()]
ENOUGH_MEGABYTES = 5


@pytest.mark.slow
def test_equal_rows_give_equal_pages_in_every_process(tmp_path: Path) -> None:
    pages = []
    for seed in ("1", "2"):
        page = tmp_path / "here" / f"{seed}.html"
        command = [sys.executable, str(PROJECT / "scripts" / "report.py"), f"--results={RESULTS}", f"--output={page}"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.slow
def test_the_page_is_small(page_text: str) -> None:
    assert len(page_text.encode()) < ENOUGH_MEGABYTES * 1e6


def test_nothing_is_fetched(page: Element, page_text: str) -> None:
    assert not {"script", "iframe", "object", "embed", "base", "form", "video", "audio"} & {e.tag for e in page.walk()}
    for element in page.walk():
        assert element.attributes.get("src", "data:").startswith("data:")
        assert not {"srcset", "background", "poster", "action"} & element.attributes.keys()
        assert not [name for name in element.attributes if name.startswith("on")]
        if element.tag != "a":
            assert element.attributes.get("href", "#").startswith(("#", "data:"))
    assert "@import" not in page_text
    assert set(re.findall(r"url\(\s*['\"]?(.)", page_text)) <= {"#"}


def test_the_browser_is_told_to_fetch_nothing(page: Element) -> None:
    (policy,) = (e for e in page.all("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none';")


def test_every_link_leads_somewhere(page: Element) -> None:
    ids = {element.attributes["id"] for element in page.walk() if "id" in element.attributes}
    targets = [element.attributes["href"] for element in page.all("a")]
    assert len(targets) > len(SECTIONS)
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in ids
        elif not target.startswith("https://"):
            assert (PAGE_FOLDER / target).resolve().is_relative_to(PROJECT)
            assert (PAGE_FOLDER / target).exists(), target


@pytest.mark.slow
def test_ids_are_unique_and_what_refers_to_them_finds_them(page: Element) -> None:
    ids = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    for element in page.walk():
        assert set(element.attributes.get("aria-labelledby", "").split()) <= set(ids)
        if element.tag == "use":
            assert element.attributes["href"].removeprefix("#") in ids
        for value in element.attributes.values():
            assert set(re.findall(r"url\(#([^)]+)\)", value)) <= set(ids)


def test_headings_are_in_order(page: Element) -> None:
    levels = [int(element.tag[1]) for element in page.walk() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_table_says_what_it_is_and_what_its_cells_belong_to(page: Element) -> None:
    tables = page.all("table")
    assert tables
    for table in tables:
        assert table.all("caption")[0].text
        assert {header.attributes.get("scope") for header in table.all("th")} == {"col", "row"}
        width = len(table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].all("tr"):
            assert len(row.children) == width
            assert row.children[0].attributes["scope"] == "row"


@pytest.mark.slow
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_every_row_of_every_table_is_there(path: Path, page: Element) -> None:
    source = path.relative_to(RESULTS).as_posix()
    shown = [table for table in page.all("table") if table.attributes.get("data-source") == source]
    rows = [len(table.all("tbody")[0].all("tr")) for table in shown]
    assert rows == count_markdown_rows(path)
    assert rows == [int(table.attributes["data-rows"]) for table in shown]


@pytest.mark.parametrize("path", ROW_FOR_ROW, ids=lambda path: path.name)
def test_tables_have_as_many_rows_as_their_files(path: Path, page: Element) -> None:
    source = path.relative_to(RESULTS).as_posix()
    shown = [table for table in page.all("table") if table.attributes.get("data-source") == source]
    assert sum(len(table.all("tbody")[0].all("tr")) for table in shown) == len(pd.read_csv(path.with_suffix(".csv")))


@pytest.mark.slow
@pytest.mark.parametrize("section", PRESENT, ids=lambda section: section.folder)
def test_every_figure_is_there_and_says_what_it_shows(section: Section, page: Element) -> None:
    stems = {path.stem for path in find_files(section, RESULTS) if path.suffix in {".svg", ".png"}}
    figures = page.by_id(section.folder).all("figure")
    assert {figure.attributes["id"] for figure in figures} == {f"figure-{section.folder}-{stem}" for stem in stems}
    for figure in figures:
        images = [e for e in figure.walk() if e.tag == "img" or e.attributes.get("role") == "img"]
        assert len(images) == 1
        caption = figure.all("figcaption")[0].text
        assert len(caption) > 10
        if images[0].tag == "svg":
            assert images[0].all("title")[0].text
            assert len(images[0].all("desc")[0].text) > 20
        else:
            assert len(images[0].attributes["alt"]) > 20


def test_every_claim_is_there(page: Element) -> None:
    path = RESULTS / "claims" / "claims.csv"
    claims = len(pd.read_csv(path)) if path.is_file() else 0
    assert len([e for e in page.walk() if e.attributes.get("class", "").startswith("claim ")]) == claims


@pytest.mark.slow
def test_verdicts_at_a_glance_are_those_of_the_rows(page: Element) -> None:
    rows = pd.read_csv(RESULTS / "table1" / "table1.csv")
    counts = rows.verdict.value_counts()
    (entry,) = (item for item in page.by_id("glance").all("li") if item.all("a")[0].attributes["href"] == "#table1")
    badges = [e.text for e in entry.all("span") if e.attributes.get("class", "").startswith("badge ")]
    signs = (("✓", "agrees"), ("✗", "differs"), ("○", "inconclusive"))
    assert badges == [f"{sign} {counts[verdict]} {verdict}" for sign, verdict in signs]


def test_provenance_names_every_commit_and_unofficial_image(page: Element) -> None:
    seeds = pd.read_csv(RESULTS / "table1" / "seeds.csv")
    (line,) = (row for row in page.by_id("table-origins").all("tr") if row.children[0].text == "table1/seeds.csv")
    assert f"{len(seeds):,}" in line.text
    for column in ("commit", "data_fingerprint"):
        assert all(value in line.text for value in seeds[column].unique())
    assert ("†" in line.text) == (not seeds.data_official.all())
