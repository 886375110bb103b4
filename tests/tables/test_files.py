"""The files of a table: what is in them, to the character."""

import re
from pathlib import Path

import pytest
from row_builders import frame, seed_rows
from test_tables import COLUMNS, TRAINED

from qnlnet.errors import ResultsError
from qnlnet.tables import format_markdown, format_terminal, lay_out, summarise, write_tables


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> dict[str, str]:
    """Returns the three files of a table with an official and an unofficial cell, by ending."""
    rows = frame(
        seed_rows(*[99.9, 100.0] * 3),
        seed_rows(*[80.0, 81.0] * 3, dataset="cifar10", classes="2/8", reducer="pca", data_official=False, **TRAINED),
        seed_rows(98.0, dataset="digits", ansatz="my_100%|#1"),
    )
    paths = write_tables(rows, tmp_path / "new", name="table9")
    assert [path.name for path in paths] == ["table9.csv", "table9.md", "table9.tex"]
    return {path.suffix: path.read_text(encoding="utf-8") for path in paths}


def test_csv_has_empty_fields_for_what_is_missing(files: dict[str, str]) -> None:
    header, mnist, cifar, digits = files[".csv"].splitlines()
    assert header == COLUMNS.replace(" model ", " ").replace(" ", ",")
    assert mnist.endswith(",agrees,True")
    assert cifar.endswith(",agrees,False")  # |80.5 − 81.16| is below 2 √(0.3/6 + 1.09²) = 2.2
    assert digits.endswith(",98.0,98.0,,,,,,,True")


def test_markdown(files: dict[str, str]) -> None:
    lines = [line for line in files[".md"].splitlines() if line.startswith("|")]
    columns = "Dataset | Ansatz | Reducer | Seeds | Converged | Train | Test | Median test | Published test"
    assert lines[0] == f"| {columns} | Difference | Verdict |"
    assert lines[2] == (
        "| MNIST 0/1 | 0 | CNN | 6 | 6/6 | 99.00 ± 0.00 | 99.95 ± 0.05 | 99.95 | 99.96 ± 0.03 | −0.01 | agrees |"
    )
    assert lines[3].startswith("| CIFAR-10 2/8 † |")
    assert lines[4] == r"| Digits 0/1 | my_100%\|#1 | CNN | 1 | 1/1 | 99.00 | 98.00 | 98.00 | – | – | – |"
    assert "† data differ from the official release: " in files[".md"]
    assert "All rows: r = 1, D = 1, readout qubit 3, released protocol, 100 epochs" in files[".md"]
    assert "2 √(s²/n + p²)" in files[".md"]


def test_there_are_no_columns_for_published_numbers_where_there_are_none() -> None:
    first = format_terminal(summarise(frame(seed_rows(98.0, 99.0, dataset="digits")))).splitlines()[0]
    assert first.split("  ")[-1].strip() == "Median test"


def test_published_numbers_without_a_verdict_are_for_reference() -> None:
    text = format_markdown(lay_out(summarise(frame(seed_rows(*[99.9] * 6, protocol="corrected")))))
    assert "| Published test | Difference |\n" in text
    assert "99.96 ± 0.03 | −0.06 |\n" in text
    assert "without a verdict" in text
    assert "“agrees”" not in text


def test_latex_is_plain_and_balanced(files: dict[str, str]) -> None:
    text = files[".tex"]
    assert text.isascii()
    assert re.search(r"CIFAR-10 2/8 \$\^\\dagger\$ & 0 & PCA & .* & \$-\$0\.66 & agrees \\\\\n", text)
    assert r"& my\_100\%$|$\#1 &" in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {line.count(" & ") for line in rows} == {10}
    assert len(rows) == 4
    plain = re.sub(r"\\[{}$%#_&]", "", text)
    assert plain.count("$") % 2 == 0
    assert plain.count("{") == plain.count("}")
    assert r"$^\dagger$ data differ from the official release" in text


def test_official_tables_have_no_footnote(tmp_path: Path) -> None:
    paths = write_tables(frame(seed_rows(99.9, 100.0)), tmp_path)
    assert {path.suffix for path in paths} == {".csv", ".md", ".tex"}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "official release" not in text
        assert "†" not in text
        assert "dagger" not in text


def test_one_unofficial_seed_marks_the_cell() -> None:
    rows = frame(seed_rows(99.9, 99.8))
    rows.loc[1, "data_official"] = False
    assert not summarise(rows)["data_official"].any()


def test_terminal_is_aligned_and_shows_what_differs() -> None:
    rows = frame(seed_rows(99.9, 99.8), seed_rows(50.0, 60.0, D=3, protocol="corrected", learning_rate=0.01))
    lines = format_terminal(summarise(rows)).splitlines()
    assert lines[0].split()[:6] == ["Dataset", "Ansatz", "Reducer", "D", "Protocol", "Seeds"]
    assert lines[3].split()[:6] == ["MNIST", "0/1", "0", "CNN", "3", "corrected"]
    assert len({len(line) for line in lines[:4]}) == 1
    assert max(map(len, lines[4:])) <= 110


def test_unshown_differences_get_a_column(tmp_path: Path) -> None:
    rows = frame(seed_rows(99.9, config_hash="00000000000a"), seed_rows(50.0, config_hash="00000000000b"))
    text = write_tables(rows, tmp_path)[1].read_text(encoding="utf-8")
    assert "| MNIST 0/1 | 0 | CNN | 00000000000a | 1 |" in text
    assert "| MNIST 0/1 | 0 | CNN | 00000000000b | 1 |" in text


def test_unusable_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="cannot be written"):
        write_tables(frame(seed_rows(99.9)), tmp_path / "file")
