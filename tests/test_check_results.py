"""scripts/check_results.py: the command line says what it found; `make lint` has it look at all that is committed."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from check_results import RESULTS, main

from qnlnet.records import read_seed_rows

SCRIPT = RESULTS.parent / "scripts" / "check_results.py"


@pytest.mark.slow
def test_every_problem_of_every_folder_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results"
    for name in ("circuits", "select_protocol"):
        shutil.copytree(RESULTS / name, results / name)
    (results / "empty").mkdir()
    drawing = next((results / "circuits").glob("*.png"))
    drawing.unlink()
    table = results / "select_protocol" / "select_protocol.md"
    table.write_text(table.read_text(encoding="utf-8").replace("99.9", "99.8", 1), encoding="utf-8")
    assert main([str(results)]) == 1
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    heads = [line.split(";")[0] for line in lines if not line.startswith("  ")]
    assert [head.rpartition("/")[2] for head in heads] == [
        "circuits: 1 problem",
        "empty: 1 problem",
        "select_protocol: 1 problem",
    ]
    assert lines[1] == f"  {drawing.name} must be there, but is not."
    assert lines[3].startswith("  The folder must hold seeds.csv or another table")
    assert lines[5].startswith("  select_protocol.md must be what seeds.csv gives, but line ")
    assert captured.err == "\nProblems in 3 of 3 checks: 3.\n"


def test_a_file_stands_for_its_folder(capsys: pytest.CaptureFixture[str]) -> None:
    drawing = next((RESULTS / "circuits").glob("*.png"))
    assert main([str(drawing), str(drawing.parent)]) == 0
    folder, digests = capsys.readouterr().out.splitlines()
    assert folder.startswith("results/circuits: ok; ")
    assert digests.startswith("SHA256SUMS: ok; ")


def test_the_list_shows_every_row_of_every_table_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    tables = [read_seed_rows(path) for path in RESULTS.glob("*/seeds.csv")]
    assert len({tuple(line.split()[:2]) for line in lines}) == len(lines) == sum(map(len, tables))
    (line,) = (line for line in lines if line.startswith("ffc4cf62522b-7 "))
    assert "table1: MNIST 0/1, PCA, ansatz 0, r=1, D=1, released" in line
    assert line.endswith("seed 7: 98.96 %")


def test_ctrl_c_ends_it_without_a_trace(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(folders: Mapping[str, Path]) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("qnlnet.evidence.checking.folders.check_folders", interrupt)
    assert main([str(RESULTS / "circuits")]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


def test_mistakes_are_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "Argument `path` must be there" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 2
    assert "must hold tables, but holds none" in capsys.readouterr().err


@pytest.mark.slow
def test_the_program_needs_neither_torch_nor_qiskit_for_trained_cells() -> None:
    command = [sys.executable, "-X", "importtime", str(SCRIPT), str(RESULTS / "select_protocol")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pandas" in imported
    assert not imported & {"torch", "qiskit", "numba"}


def test_help_explains_and_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", str(SCRIPT), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for words in ("--list", "provenance.md", "--rerun ROW_ID", "Exit status: 0"):
        assert words in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"pandas", "matplotlib", "torch"}


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_problem() -> None:
    done = subprocess.run(
        f"{sys.executable} {SCRIPT} --list | head -1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
