"""The manifest and the folders of results/ fit together."""

import itertools
import re
from pathlib import Path

import pytest

from qnlnet.evidence.page.content import find_files
from qnlnet.evidence.page.manifest import SECTIONS, Section
from qnlnet.evidence.page.render import FOLDER

PROJECT = Path(__file__).resolve().parents[3]
RESULTS = PROJECT / "results"
PRESENT = [section for section in SECTIONS if find_files(section, RESULTS)]


def test_everything_in_results_has_a_section() -> None:
    there = {path.name if path.is_dir() else path.name.split(".")[0] for path in RESULTS.iterdir()}
    assert there - {FOLDER, "SHA256SUMS"} <= {section.folder for section in SECTIONS}
    assert len(PRESENT) >= 6


def test_every_section_has_a_folder_of_its_own() -> None:
    folders = [section.folder for section in SECTIONS]
    assert len(set(folders)) == len(folders)


def test_sections_of_a_part_stand_together() -> None:
    parts = [part for part, _ in itertools.groupby(section.part for section in SECTIONS)]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("section", PRESENT, ids=lambda section: section.folder)
def test_the_command_of_a_section_that_is_there_exists(section: Section) -> None:
    match = re.match(r"make ([a-z0-9-]+)", section.command)
    assert match
    assert re.search(rf"^{match[1]}: .*## ", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("section", PRESENT, ids=lambda section: section.folder)
def test_captions_and_order_name_files_that_are_there(section: Section) -> None:
    stems = {path.name.split(".")[0] for path in find_files(section, RESULTS)}
    assert {*section.first, *section.tables, *section.figures} <= stems
