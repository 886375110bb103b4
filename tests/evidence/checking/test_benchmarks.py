"""The benchmarks' tables and figures follow from their rows, and all rows come from one run."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.records import write_table

RESULTS = Path(__file__).resolve().parents[3] / "results"
Check = Callable[[Path], list[str]]


@pytest.fixture
def benchmarks(tmp_path: Path) -> Path:
    """A copy of those committed benchmarks that come from one run; the others may be missing."""
    others = [f"{name}.*" for name in ("workloads", "kernels", "networks", "depth", "provenance")]
    folder = tmp_path / "benchmarks"
    return Path(shutil.copytree(RESULTS / "benchmarks", folder, ignore=shutil.ignore_patterns(*others)))


@pytest.mark.slow
def test_changed_and_missing_files_are_found(benchmarks: Path, problems: Check) -> None:
    text = (benchmarks / "profile.md").read_text(encoding="utf-8")
    place = text.index(" µs") - 1
    digit = str((int(text[place]) + 1) % 10)
    (benchmarks / "profile.md").write_text(text[:place] + digit + text[place + 1 :], encoding="utf-8")
    (benchmarks / "layer.svg").unlink()
    (benchmarks / "notes.md").touch()
    assert [problem.split()[0] for problem in problems(benchmarks)] == ["layer.svg", "profile.md", "notes.md"]


@pytest.mark.slow
def test_a_changed_time_is_found(benchmarks: Path, problems: Check) -> None:
    rows = pd.read_csv(benchmarks / "training.csv")
    rows.loc[0, "median_seconds"] *= -1
    write_table(rows, benchmarks / "training.csv")
    found = problems(benchmarks)
    assert found[0].startswith("Line 2 of training.csv must hold times, the fastest first, but holds ")
    assert any(problem.startswith("training.md must be what training.csv gives") for problem in found)


@pytest.mark.slow
def test_a_file_that_is_cut_off_is_found(benchmarks: Path, problems: Check) -> None:
    path = benchmarks / "scaling.csv"
    for other in {*benchmarks.glob("*.csv")} - {path, benchmarks / "profile.csv"}:
        other.unlink()  # each check would draw its figure
    path.write_bytes(path.read_bytes()[:-20])
    assert any(problem.startswith("scaling.csv must end with a line break") for problem in problems(benchmarks))
    path.write_bytes(path.read_bytes().rpartition(b",")[0] + b"\n")
    assert any(problem.startswith("Each row of scaling.csv must have versions") for problem in problems(benchmarks))
    path.write_bytes(b"")
    assert any("scaling.csv must be comma-separated values" in problem for problem in problems(benchmarks))
    path.unlink()
    assert "scaling.csv must be there, but is not." in problems(benchmarks)


@pytest.mark.slow
def test_benchmarks_of_two_runs_need_a_reason(benchmarks: Path, problems: Check) -> None:
    path = benchmarks / "profile.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2 cores", "64 cores"), encoding="utf-8")
    (problem,) = problems(benchmarks)
    assert problem.startswith("All rows must have one machine, but have AMD EPYC, 2 cores")
    assert "(a row of profile and " in problem
    line = problem.split("“- ")[1].split(": …")[0]
    with (benchmarks / "provenance.md").open("a") as stream:
        stream.write(f"- {line}: the profile wants counters that one machine lacks\n")
    assert problems(benchmarks) == []
