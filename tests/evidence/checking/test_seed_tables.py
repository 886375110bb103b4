"""Whatever happens to a table of trained cells, the check finds it and says which row or file it is."""

import gzip
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.config import config_hash, load_config
from qnlnet.evidence.checking.seed_rows import check_seed_rows
from qnlnet.figures import plot_table
from qnlnet.records import cell_keys, read_epoch_rows, read_seed_rows, write_table
from qnlnet.tables import write_tables

Check = Callable[[Path], list[str]]


def edit_seeds(table: Path, edit: Callable[[pd.DataFrame], pd.DataFrame], *, follow: bool = True) -> None:
    """Edits the per-seed rows, and lets tables and figure follow, as someone might who wants to hide it."""
    rows = edit(read_seed_rows(table / "seeds.csv"))
    write_table(rows, table / "seeds.csv")
    if follow:
        write_tables(rows, table, "small")
        if (table / "small.png").exists():
            plot_table(rows, table, "small")


def edit_epochs(table: Path, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    write_table(edit(read_epoch_rows(table / "epochs.csv.gz")), table / "epochs.csv.gz")


def with_value(column: str, value: Any, line: int = 1) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def edit(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[line, column] = value
        return rows

    return edit


def config(table: Path) -> str:
    return str(read_seed_rows(table / "seeds.csv").config_hash[0])


@pytest.mark.slow
def test_a_sound_table_has_no_problems(drawn: Path, problems: Check) -> None:
    assert problems(drawn) == []


@pytest.mark.slow
def test_the_line_says_what_was_checked(drawn: Path, problems: Check, capsys: pytest.CaptureFixture[str]) -> None:
    from check_results import main

    assert main([str(drawn)]) == 0
    line = capsys.readouterr().out
    rows = read_seed_rows(drawn / "seeds.csv")
    assert line.count("\n") == 1
    for fact in ("ok", "5 rows of 1 cell", "500 epochs", "small.csv, .md and .tex made again", "drawn again"):
        assert fact in line
    for fact in (rows.commit[0], rows.data_fingerprint[0], rows.versions[0].replace(";", ",")):
        assert fact in line


@pytest.mark.slow
@pytest.mark.parametrize("name", ["seeds.csv", "epochs.csv.gz"])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.95])
def test_a_file_that_is_cut_off_is_found(name: str, share: float, drawn: Path, problems: Check) -> None:
    data = (drawn / name).read_bytes()
    (drawn / name).write_bytes(data[: int(share * len(data))])
    assert any(name in problem for problem in problems(drawn))


@pytest.mark.slow
def test_text_in_place_of_a_number_is_found(table: Path, problems: Check) -> None:
    text = (table / "seeds.csv").read_text()
    (table / "seeds.csv").write_text(text.replace("0.0001", "much", 1))
    (problem,) = problems(table)
    assert "Column `learning_rate` in line 2" in problem


@pytest.mark.slow
def test_missing_files_are_found(drawn: Path, problems: Check) -> None:
    for name in ("epochs.csv.gz", "small.md", "small.png"):
        (drawn / name).unlink()
    found = problems(drawn)
    assert len(found) == 3
    assert all(any(name in problem for problem in found) for name in ("epochs.csv.gz", "small.md", "small.png"))


@pytest.mark.slow
def test_missing_seeds_are_found(table: Path, problems: Check) -> None:
    (table / "seeds.csv").unlink()
    (problem,) = problems(table)
    assert "There is no table" in problem


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small.md", "small.tex", "small.csv"])
def test_a_changed_digit_in_a_table_is_found(name: str, table: Path, problems: Check) -> None:
    text = (table / name).read_text(encoding="utf-8")
    place = text.rindex("99.9")
    (table / name).write_text(f"{text[:place]}99.8{text[place + 4 :]}", encoding="utf-8")
    (problem,) = problems(table)
    assert problem.startswith(f"{name} must be what seeds.csv gives, but line ")
    assert "99.8" in problem


@pytest.mark.slow
@pytest.mark.parametrize("column", ["train_accuracy", "test_accuracy", "best_epoch_test_accuracy"])
def test_a_changed_accuracy_is_found_even_if_the_tables_follow(column: str, table: Path, problems: Check) -> None:
    edit_seeds(table, with_value(column, 99.5))
    (problem,) = problems(table)
    assert problem.startswith(f"{config(table)}-1: `{column}` must be that of the ")
    assert problem.endswith("but is 99.5.")


@pytest.mark.slow
def test_a_changed_accuracy_leaves_tables_and_figure_behind(drawn: Path, problems: Check) -> None:
    edit_seeds(drawn, with_value("test_accuracy", 90.0), follow=False)
    found = problems(drawn)
    for name in (f"{config(drawn)}-1", "small.csv", "small.md", "small.tex", "small.png", "small.svg"):
        assert any(name in problem for problem in found), name


@pytest.mark.slow
def test_a_change_in_rows_and_epochs_shows_in_tables_and_figure(drawn: Path, problems: Check) -> None:
    edit_seeds(drawn, with_value("test_accuracy", 99.0), follow=False)
    edit_epochs(drawn, with_value("test_accuracy", 99.0, line=199))
    names = {problem.partition(" ")[0] for problem in problems(drawn)}
    assert names == {"small.csv", "small.md", "small.tex", "small.png", "small.svg"}


@pytest.mark.slow
def test_a_removed_row_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, lambda rows: rows.drop(index=2))
    assert problems(table) == [
        f"{config(table)}-2: all seeds from 0 to the last one must have a row, but there is none.",
        f"{config(table)}-2: a row must be there, as its epochs are, but is not.",
    ]


@pytest.mark.slow
def test_a_row_removed_with_its_epochs_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, lambda rows: rows[rows.seed != 2])
    edit_epochs(table, lambda rows: rows[rows.seed != 2])
    (problem,) = problems(table)
    assert "all seeds from 0 to the last one" in problem


@pytest.mark.slow
def test_a_row_that_stands_there_twice_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, lambda rows: pd.concat([rows, rows.tail(1)]), follow=False)
    assert any(f"seed 4 of configuration {config(table)} appears more often" in problem for problem in problems(table))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda rows: rows.drop(index=120), "must be 1 to 100, each once, but are 99 from 1 to 100 without 21."),
        (lambda rows: rows.drop(index=199), "must be 1 to 100, each once, but are 99 from 1 to 99."),
        (lambda rows: rows[rows.seed != 1], "its epochs must be there, but none is."),
        (with_value("epoch", 20, line=120), "without 21 with 20 more than once."),
        (with_value("epoch", 10**12, line=120), "but are 100 from 1 to 1000000000000 without 21."),
        (with_value("learning_rate", 0.5, line=120), "`learning_rate` must be the same for the row and its epochs"),
    ],
)
def test_damaged_epochs_are_found(
    edit: Callable[[pd.DataFrame], pd.DataFrame], words: str, table: Path, problems: Check
) -> None:
    edit_epochs(table, edit)
    (problem,) = problems(table)
    assert problem.startswith(f"{config(table)}-1: ")
    assert words in problem


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value"),
    [("learning_rate", 2e-4), ("dropout", 0.1), ("ansatz", "1"), ("readout_qubit", 0), ("classes", "3/6"), ("D", 2)],
)
def test_a_changed_setting_no_longer_fits_the_hash(column: str, value: Any, table: Path, problems: Check) -> None:
    edit_seeds(table, with_value(column, value))
    found = problems(table)
    sentence = f"`{column}` must be .*, as the settings of configuration {config(table)} say"
    assert any(re.search(f"{config(table)}-1.*: {sentence}", problem) for problem in found)


@pytest.mark.slow
def test_a_changed_hash_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, lambda rows: rows.assign(config_hash="0123456789ab"))
    edit_epochs(table, lambda rows: rows.assign(config_hash="0123456789ab"))
    (problem,) = problems(table)
    assert problem.startswith("0123456789ab-0 and 4 more of its cell: The settings of configuration 0123456789ab must")


@pytest.mark.slow
def test_a_setting_that_does_not_exist_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, with_value("ansatz", "seven"))
    assert any("`ansatz` must be '0'" in problem for problem in problems(table))


@pytest.mark.slow
def test_a_wrong_verdict_on_convergence_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, with_value("converged", False))
    (problem,) = problems(table)
    assert problem.startswith(f"{config(table)}-1: `converged` must say whether the test accuracy is above 95")


@pytest.mark.slow
def test_missing_agreement_with_aer_is_found(table: Path, problems: Check) -> None:
    edit_seeds(table, with_value("aer_agreement", None))
    assert problems(table) == [f"{config(table)}-1: `aer_agreement` must be there, but is missing."]


@pytest.mark.slow
def test_where_there_is_no_circuit_there_is_nothing_to_agree_with_aer() -> None:
    cell = load_config("reducer=pca", "layer=none")
    columns = {**cell_keys(cell), "dropout": 0.0, "settings": "layer=none"}
    assert list(check_seed_rows(frame(seed_rows(99.0, 98.5, **columns, config_hash=config_hash(cell))))) == []


@pytest.mark.slow
def test_a_figure_of_other_rows_is_found(drawn: Path, problems: Check) -> None:
    rows = read_seed_rows(drawn / "seeds.csv")
    rows.loc[1, "test_accuracy"] = 99.9
    plot_table(rows, drawn, "small")
    assert {problem.partition(" ")[0] for problem in problems(drawn)} == {"small.png", "small.svg"}


@pytest.mark.slow
def test_damaged_images_are_found(drawn: Path, problems: Check) -> None:
    for name in ("small.png", "small.svg"):
        data = (drawn / name).read_bytes()
        (drawn / name).write_bytes(data[: len(data) // 2])
    found = problems(drawn)
    assert len(found) == 2
    assert all("must be a whole image, but is not" in problem for problem in found)


@pytest.mark.slow
def test_a_figure_of_another_matplotlib_is_not_compared(
    drawn: Path, problems: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    from check_results import main

    rows = read_seed_rows(drawn / "seeds.csv")
    rows.loc[1, "test_accuracy"] = 99.9
    plot_table(rows, drawn, "small")
    svg = (drawn / "small.svg").read_bytes()
    head, _, tail = svg.partition(b"Matplotlib v")
    (drawn / "small.svg").write_bytes(head + b"Matplotlib v1.2.3," + tail.partition(b",")[2])
    assert main([str(drawn)]) == 0
    assert "drawn with Matplotlib 1.2.3 and not compared here" in capsys.readouterr().out


@pytest.mark.slow
def test_a_figure_that_compresses_otherwise_is_the_same(drawn: Path, problems: Check) -> None:
    data = (drawn / "small.png").read_bytes()
    start = data.index(b"IDAT") - 4
    (length,) = struct.unpack(">I", data[start : start + 4])
    rest = data[start + 12 + length :]
    chunks = [data[start + 8 : start + 8 + length]]
    while rest[4:8] == b"IDAT":
        (length,) = struct.unpack(">I", rest[:4])
        chunks.append(rest[8 : 8 + length])
        rest = rest[12 + length :]
    body = zlib.compress(zlib.decompress(b"".join(chunks)), 1)
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body))
    (drawn / "small.png").write_bytes(data[:start] + chunk + rest)
    assert (drawn / "small.png").read_bytes() != data
    assert problems(drawn) == []


@pytest.mark.slow
def test_a_table_without_a_figure_needs_none(drawn: Path, problems: Check) -> None:
    (drawn / "small.png").unlink()
    (drawn / "small.svg").unlink()
    assert problems(drawn) == []


@pytest.mark.slow
def test_files_that_follow_from_nothing_are_found(table: Path, problems: Check) -> None:
    (table / "better.md").write_text("100 %")
    (table / ".lock").touch()
    assert problems(table) == ["better.md must follow from the rows, but nothing here writes a file of that name."]


@pytest.mark.slow
def test_epochs_compressed_by_another_program_are_the_same(table: Path, problems: Check) -> None:
    path = table / "epochs.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1))
    assert problems(table) == []
