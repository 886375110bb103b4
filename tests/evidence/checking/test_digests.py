"""The digests of results/: every changed digit, every file more or less is noticed."""

import gzip
import shutil
import subprocess
from pathlib import Path

import check_results
import pytest

from qnlnet.errors import ResultsError
from qnlnet.evidence.checking.digests import SUMS, check_digests, update_digests


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A copy of one committed table, with digests."""
    folder = tmp_path / "results"
    shutil.copytree(check_results.RESULTS / "select_protocol", folder / "select_protocol")
    (folder / "claims").mkdir()
    (folder / "claims" / "claims.md").write_text("a claim\n", encoding="utf-8")
    (folder / ".lock").touch()
    assert update_digests(folder)[0] == "new: claims/claims.md"
    return folder


def test_an_untouched_folder_is_all_right(results: Path) -> None:
    finding = check_digests(results, [results])
    assert finding.problems == []
    assert finding.lines()[0].startswith("SHA256SUMS: ok; ")
    assert update_digests(results) == []


def test_the_usual_program_reads_the_file(results: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=results, check=False)
    assert done.returncode == 0


def test_a_digit_in_the_middle_of_the_epochs_is_noticed(results: Path) -> None:
    path = results / "select_protocol" / "epochs.csv.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
    middle = len(lines) // 2
    digit = next(place for place in range(len(lines[middle]) - 1, 0, -1) if lines[middle][place].isdigit())
    other = "1" if lines[middle][digit] != "1" else "2"
    lines[middle] = lines[middle][:digit] + other + lines[middle][digit + 1 :]
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    (problem,) = check_digests(results, [results]).problems
    assert problem.startswith("select_protocol/epochs.csv.gz must be the file that was accepted, but has changed. If")
    assert update_digests(results) == ["changed: select_protocol/epochs.csv.gz"]
    assert check_digests(results, [results]).problems == []


def test_files_more_and_less_are_noticed_where_one_looks(results: Path) -> None:
    (results / "select_protocol" / "seeds.csv").unlink()
    (results / "select_protocol" / "more.csv").touch()
    less, more = sorted(check_digests(results, [results]).problems, reverse=True)
    assert less.startswith("select_protocol/seeds.csv must be there, but is not.")
    assert more.startswith("select_protocol/more.csv must have a digest in SHA256SUMS, but has none.")
    assert check_digests(results, [results / "claims"]).problems == []
    assert update_digests(results) == ["new: select_protocol/more.csv", "gone: select_protocol/seeds.csv"]


@pytest.mark.parametrize("line", ["abc  file", "no digest", f"{'0' * 64}  claims/claims.md"])
def test_damaged_digests_are_a_clear_error(results: Path, line: str) -> None:
    with (results / SUMS).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(ResultsError, match=r"Line \d+ of .*SHA256SUMS must be a digest and a file of its own"):
        check_digests(results, [results])
    (results / SUMS).unlink()
    with pytest.raises(ResultsError, match=r"cannot be read: No such file .* --update-digests writes it"):
        check_digests(results, [results])


def test_the_program_writes_digests_for_all_of_results_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_results.main(["--update-digests", "results/table1"]) == 2
    assert "must be left out with --update-digests" in capsys.readouterr().err
