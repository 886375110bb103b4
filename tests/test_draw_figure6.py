"""scripts/draw_figure6.py: it needs rows, says so in a sentence, and writes what the rows give."""

import subprocess
import sys
from pathlib import Path

import pytest
from draw_figure6 import draw, main
from row_builders import epoch_frame, frame, seed_rows

from qnlnet.records import write_table

SCRIPT = Path(__file__).parents[1] / "scripts" / "draw_figure6.py"


@pytest.fixture(name="rows")
def _rows(tmp_path: Path) -> Path:
    folder = tmp_path / "table1"
    seeds = frame(seed_rows(90.0, 91.0, epochs=3), seed_rows(80.0, 81.0, ansatz="1", epochs=3))
    write_table(seeds, folder / "seeds.csv")
    write_table(epoch_frame(seeds, lambda s, e: -float(e), lambda s, e: 80.0 + s), folder / "epochs.csv.gz")
    return folder


def test_it_writes_the_figure_and_what_it_draws(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", str(rows), "--output", str(tmp_path / "out")]) == 0
    names = ["figure6.csv", "figure6.png", "figure6.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    said = capsys.readouterr().out
    assert all(str(tmp_path / "out" / name) in said for name in names)
    assert len((tmp_path / "out" / "figure6.csv").read_text().splitlines()) == 1 + 2 * 3


@pytest.mark.slow
def test_equal_rows_give_equal_files(rows: Path, tmp_path: Path) -> None:
    first, second = draw(rows, tmp_path / "one"), draw(rows, tmp_path / "two")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("name", ["seeds.csv", "epochs.csv.gz"])
def test_missing_rows_are_told_in_one_sentence(
    name: str, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rows / name).unlink()
    assert main(["--rows", str(rows), "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: Figure 6 is drawn from {rows / name}, which is not there.")
    assert "`make reproduce-table1`" in said
    assert not (tmp_path / "out").exists()


def test_rows_that_are_cut_off_are_told(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rows / "epochs.csv.gz").write_bytes((rows / "epochs.csv.gz").read_bytes()[:40])
    assert main(["--rows", str(rows), "--output", str(tmp_path / "out")]) == 2
    assert "damaged or cut off" in capsys.readouterr().err


def test_help_explains_and_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", str(SCRIPT), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "--rows" in done.stdout
    assert "Trains nothing" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"pandas", "matplotlib", "torch"}
