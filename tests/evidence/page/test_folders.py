"""Pages of folders that are missing, odd or damaged."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from evidence.page.reading import Element, read_page
from report import main

from qnlnet.evidence.page.manifest import SECTIONS
from qnlnet.evidence.page.render import render_page

CLAIMS = """claim,measured,verdict,reason,command
It is <b>good</b>,"99 %, and more",holds,,make audit
It scales,nothing,cannot be decided,no such run,make audit
It needs five weights,three act,does not hold,"closed form",make audit
"""

Show = Callable[[], Element]


@pytest.fixture
def show(results: Path) -> Show:
    return lambda: read_page(render_page(results))


def test_a_section_without_a_folder_says_how_to_make_it(show: Show) -> None:
    page = show()
    for section in SECTIONS:
        is_there = section.folder in {"circuits", "corrected"}
        said = f"Not there yet: {section.command} makes it." in page.by_id(section.folder).text
        assert said == (not is_there)


def test_an_empty_folder_gives_a_page(tmp_path: Path) -> None:
    page = read_page(render_page(tmp_path))
    assert page.text.count("Not there yet:") == len(SECTIONS)


def test_claims_become_a_list_with_verdicts(results: Path, show: Show) -> None:
    (results / "claims").mkdir()
    (results / "claims" / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    page = show()
    claims = page.by_id("claims").all("li")
    assert [claim.attributes["class"] for claim in claims] == ["claim good", "claim open", "claim bad"]
    assert claims[0].all("p")[0].text == "✓ holds It is <b>good</b>"
    assert [term.text for term in claims[0].all("dt")] == ["Measured", "Command"]
    assert [term.text for term in claims[1].all("dt")] == ["Measured", "Reason", "Command"]
    glance = next(item for item in page.by_id("glance").all("li") if item.all("a")[0].attributes["href"] == "#claims")
    assert glance.text.endswith("✓ 1 holds ✗ 1 does not hold ○ 1 cannot be decided")


def test_rows_without_a_table_for_readers_are_shown_as_they_are(results: Path, show: Show) -> None:
    (results / "noise").mkdir()
    (results / "noise" / "noise.csv").write_text("shots,test_accuracy\n16,98.7654321\n32,<i>\n", encoding="utf-8")
    (table,) = show().by_id("noise").all("table")
    assert [cell.text for cell in table.all("th") + table.all("td")] == [
        "Shots",
        "Test accuracy",
        "16",
        "32",
        "98.77",
        "<i>",
    ]


def test_a_file_of_results_itself_can_be_a_section(results: Path, show: Show) -> None:
    (results / "robustness.md").write_text("# Top\n\n## Part\n\n| a | b |\n| - | - |\n| 1 | 2 |\n", encoding="utf-8")
    section = show().by_id("robustness")
    assert [element.text for element in section.all("h3") + section.all("h4")] == ["Top", "Part"]
    assert [link.attributes["href"] for link in section.all("a")] == ["../robustness.md"]


def test_a_figure_without_a_drawing_is_shown_as_an_image(results: Path, show: Show) -> None:
    name = "ansatz0_r1_D1_4qubits_readout3"
    (results / "circuits" / f"{name}.svg").unlink()
    figure = show().by_id(f"figure-circuits-{name}")
    (image,) = figure.all("img")
    assert image.attributes["src"].startswith("data:image/png;base64,iVBOR")
    assert image.attributes["alt"].startswith("Ansatz 0, r = 1, D = 1, 4 qubits, readout qubit 3.")
    assert not figure.all("svg")


def test_why_rows_come_from_several_places_stands_with_the_provenance(results: Path, show: Show) -> None:
    (results / "corrected" / "provenance.md").write_text(
        "- commit a, b: one cell was trained again.\n", encoding="utf-8"
    )
    page = show()
    assert "commit a, b: one cell was trained again." in page.by_id("provenance").text
    assert "trained again" not in page.by_id("corrected").text


def test_links_start_where_the_page_lies(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "elsewhere" / "deep" / "page.html"
    assert main([f"--results={results}", f"--output={page}"]) == 0
    assert capsys.readouterr().out.startswith(f"{page}: ")
    targets = [link.attributes["href"] for link in read_page(page.read_text(encoding="utf-8")).all("a")]
    files = [target for target in targets if not target.startswith(("#", "http"))]
    assert files
    assert all((page.parent / target).is_file() for target in files)


def test_the_page_lies_in_the_folder_of_results_by_default(results: Path) -> None:
    assert main([f"--results={results}"]) == 0
    assert (results / "report" / "index.html").read_text(encoding="utf-8") == render_page(results)


def test_help_says_what_the_page_is_and_where_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for words in ("needs no network", "--results DIR", "--output FILE", "evidence/page/manifest.py", "Exit status"):
        assert words in text


def _no_folder(results: Path) -> str:
    shutil.rmtree(results)
    return "Argument `results` must be a folder"


def _broken_csv(results: Path) -> str:
    (results / "corrected" / "seeds.csv").write_text('a,b\n1,"2', encoding="utf-8")
    return "seeds.csv must be comma-separated values"


def _broken_drawing(results: Path) -> str:
    path = results / "corrected" / "corrected.svg"
    path.write_text(path.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    return "corrected must be a whole image"


def _broken_image(results: Path) -> str:
    path = results / "corrected" / "corrected.png"
    path.write_bytes(path.read_bytes()[:1000])
    return "corrected must be a whole image"


def _broken_text(results: Path) -> str:
    (results / "corrected" / "corrected.md").write_bytes(b"\xff\xfe")
    return "Files of corrected must be text in UTF-8"


def _strange_drawing(results: Path) -> str:
    path = results / "corrected" / "corrected.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("stroke-linejoin", "color", 1), encoding="utf-8")
    (results / "corrected" / "corrected.png").unlink()
    return "must be Matplotlib’s, with its letters as paths, or have a .png beside it"


def _no_verdicts(results: Path) -> str:
    (results / "claims").mkdir()
    (results / "claims" / "claims.csv").write_text("claim,answer\nx,y\n", encoding="utf-8")
    return "claims.csv must have the columns claim, verdict, but lacks verdict."


@pytest.mark.parametrize(
    "damage",
    [_no_folder, _broken_csv, _broken_drawing, _broken_image, _broken_text, _strange_drawing, _no_verdicts],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_a_mistake_is_one_sentence(
    damage: Callable[[Path], str], results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = damage(results)
    assert main([f"--results={results}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert expected in error
    assert error.count("\n") == 1
    assert not (results / "report").exists()
