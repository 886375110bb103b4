"""The page says what its rows say, and nothing in it has broken."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from robustness.__main__ import main
from robustness.finding import Broken, Finding
from robustness.page import COLUMNS, format_page, row
from robustness.scenarios import KILLS, SCENARIOS, Scenario
from robustness.watched import Bench

RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def committed() -> pd.DataFrame:
    return pd.read_csv(RESULTS / "robustness.csv")


def made_up(*findings: Finding) -> pd.DataFrame:
    rows = [
        {**row(scenario, 0, finding), "commit": "0123456789ab", "versions": "qnlnet 1; python 3"}
        for scenario, finding in zip(SCENARIOS, findings, strict=False)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_the_committed_page_follows_from_its_rows(committed: pd.DataFrame) -> None:
    assert format_page(committed) == (RESULTS / "robustness.md").read_text(encoding="utf-8")


def test_the_committed_rows_are_all_scenarios_of_one_commit(committed: pd.DataFrame) -> None:
    assert list(committed.columns) == list(COLUMNS)
    assert list(zip(committed.topic, committed.scenario, committed.what, strict=True)) == [
        (scenario.topic, scenario.name, scenario.what) for scenario in SCENARIOS
    ]
    assert committed.commit.nunique() == committed.versions.nunique() == committed.seed.nunique() == 1
    assert not committed.commit[0].endswith("-dirty")


def test_nothing_has_broken_in_the_committed_rows(committed: pd.DataFrame) -> None:
    assert committed.rows_lost.eq(0).all()
    assert committed.same_numbers.all()
    for scenario, times in zip(SCENARIOS, committed.times, strict=True):
        assert times >= max(1, scenario.many)
    assert committed.kills[committed.topic == KILLS].sum() >= 50


def test_the_page_adds_up_and_hides_nothing() -> None:
    good, bad = Finding(30, 30, 0, True, "right numbers"), Finding(4, 0, 2, False, "BROKEN: it hangs")
    assert "**30**. Other mishaps: **0**. Rows lost: **0**." in format_page(made_up(good))
    assert "disturbed: **yes**" in format_page(made_up(good))
    page = format_page(made_up(good, bad))
    assert "**30**. Other mishaps: **4**. Rows lost: **2**." in page
    assert f"disturbed: **NO, not in {SCENARIOS[1].name}**" in page
    assert f"| {SCENARIOS[1].what} | BROKEN: it hangs | 4 | 2 | NO |" in page


def test_every_scenario_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert all(scenario.what.endswith(".") for scenario in SCENARIOS)
    assert all(scenario.few <= scenario.many for scenario in SCENARIOS)


def test_mistakes_are_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--redraw", "--output-dir", str(tmp_path)]) == 2
    assert "must be there to be drawn, but are not" in capsys.readouterr().err
    assert main(["--only", "earthquake"]) == 2
    assert "Argument `--only` must be one of kill_pca, " in capsys.readouterr().err


def made_up_scenario(bench: Bench, seed: int, times: int) -> Finding:
    """Does nothing."""
    if times == 13:
        raise Broken("it hangs")
    return Finding(times, 0, 0, True, f"seed {seed}")


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Returns a function that runs the program with scenarios that need no processes."""

    def run(*arguments: str, many: int = 5) -> int:
        scenario = Scenario("Topic", made_up_scenario, few=1, many=many)
        monkeypatch.setattr("robustness.scenarios.SCENARIOS", (scenario,))
        return main([*arguments, "--output-dir", str(tmp_path)])

    return run


def test_the_program_writes_rows_and_page(play: Callable[..., int], tmp_path: Path) -> None:
    assert play("--seed", "7") == 0
    rows = pd.read_csv(tmp_path / "robustness.csv")
    assert rows[["scenario", "what", "times", "ending"]].values.tolist() == [
        ["made_up_scenario", "Does nothing.", 5, "seed 7"]
    ]
    assert (tmp_path / "robustness.md").read_text(encoding="utf-8") == format_page(rows)
    assert play("--redraw") == 0
    assert (tmp_path / "robustness.md").read_text(encoding="utf-8") == format_page(rows)


@pytest.mark.parametrize("arguments", [["--quick"], ["--only", "made_up_scenario"]])
def test_a_part_of_the_rows_is_no_page(play: Callable[..., int], tmp_path: Path, arguments: list[str]) -> None:
    assert play(*arguments) == 0
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_is_written_down_and_ends_with_a_status(
    play: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(many=13) == 1
    assert "BROKEN: it hangs" in capsys.readouterr().out
    assert "BROKEN: it hangs" in (tmp_path / "robustness.md").read_text(encoding="utf-8")
