"""Rows of one table come from one commit, one set of packages and the same images, or it is written down why not."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qnlnet.records import read_seed_rows, write_table

Check = Callable[[Path], list[str]]
REASON = "seed 1 was trained again after a crash of the machine"


def change(table: Path, column: str, value: object, *lines: int) -> str:
    """Changes a column and returns the value of the other rows."""
    rows = read_seed_rows(table / "seeds.csv")
    before = str(rows[column].iloc[-1])
    rows[column] = rows[column].astype(object)
    rows.loc[list(lines), column] = value
    write_table(pd.DataFrame(rows), table / "seeds.csv")
    return before


def explain(table: Path, *lines: str) -> None:
    (table / "provenance.md").write_text(
        "# Why these rows differ\n\nSome words.\n\n" + "".join(f"- {x}\n" for x in lines)
    )


@pytest.mark.slow
def test_two_commits_need_a_reason(table: Path, problems: Check) -> None:
    other = change(table, "commit", "0123456789ab", 1)
    (problem,) = problems(table)
    assert problem.startswith("All rows must have one commit, but have 0123456789ab (")
    assert "-1), " in problem
    assert "-0 and 3 more)" in problem
    line = f"commit 0123456789ab, {other}"
    assert f"“- {line}: …”" in problem
    explain(table, f"{line}: {REASON}")
    assert problems(table) == []


@pytest.mark.slow
@pytest.mark.parametrize("reason", ["", "because", "TODO say why"])  # what a person might write who has no reason
def test_a_reason_must_be_one(reason: str, table: Path, problems: Check) -> None:
    other = change(table, "commit", "0123456789ab", 1)
    explain(table, f"commit 0123456789ab, {other}: {reason}")
    assert any("All rows must have one commit" in problem for problem in problems(table))


def test_a_reason_must_name_what_is_there(table: Path, problems: Check) -> None:
    change(table, "commit", "0123456789ab", 1)
    explain(table, f"commit 0123456789ab, 000000000000: {REASON}")
    found = problems(table)
    assert len(found) == 2
    assert "All rows must have one commit" in found[0]
    assert "provenance.md must explain only what is mixed" in found[1]


def test_a_reason_for_nothing_is_found(table: Path, problems: Check) -> None:
    explain(table, f"numpy 1.26.0, 2.4.6: {REASON}")
    (problem,) = problems(table)
    assert problem.startswith("provenance.md must explain only what is mixed, but has the line “- numpy")


@pytest.mark.slow
@pytest.mark.parametrize("commit", ["unknown", "0123456789ab-dirty"])
def test_rows_of_no_commit_need_a_reason(commit: str, table: Path, problems: Check) -> None:
    change(table, "commit", commit, 0, 1, 2, 3, 4)
    (problem,) = problems(table)
    assert problem.startswith(f"All rows must come from a commit, but come from {commit}.")
    explain(table, f"commit {commit}: {REASON}")
    assert problems(table) == []


def test_versions_are_compared_package_by_package(table: Path, problems: Check) -> None:
    rows = read_seed_rows(table / "seeds.csv")
    versions = rows.versions[0].replace("numpy 2.", "numpy 1.").replace("; numba", "; extra 3; numba")
    change(table, "versions", versions, 1, 2)
    found = problems(table)
    assert [problem.split(",")[0] for problem in found] == [
        "All rows must have one numpy",
        "All rows must have one extra",
    ]
    lines = [problem.split("“- ")[1].split(": …")[0] for problem in found]
    assert lines[1] == "extra 3, none"
    explain(table, *(f"{line}: {REASON}" for line in lines))
    assert problems(table) == []


def test_other_images_need_a_reason(table: Path, problems: Check) -> None:
    other = change(table, "data_fingerprint", "0123456789ab", 3)
    (problem,) = problems(table)
    assert problem.startswith("All rows must have one data of mnist 0/1, but have 0123456789ab")
    explain(table, f"data of mnist 0/1 0123456789ab, {other}: {REASON}")
    assert problems(table) == []


def test_the_same_images_are_official_or_not(table: Path, problems: Check) -> None:
    change(table, "data_official", False, 3)
    assert any("one data_official of mnist 0/1, but have False" in problem for problem in problems(table))


def test_other_labels_on_aer_need_a_reason(table: Path, problems: Check) -> None:
    change(table, "aer_agreement", 0.9995, 3)
    (problem,) = problems(table)
    assert "-3: the labels on Aer must be the same, but `aer_agreement` is 0.9995." in problem
    explain(table, "aer_agreement 0.9995: one image of 2115 lies on the boundary to rounding")
    assert problems(table) == []
