"""Real processes, real deaths: nothing is lost, and the numbers are the same to the bit."""

import pytest

from robustness.scenarios import KILLS, SCENARIOS, Scenario
from robustness.watched import Bench

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_and_the_numbers_stay_the_same(bench: Bench, scenario: Scenario) -> None:
    finding = scenario.play(bench, seed=0, often=False)
    assert finding.times >= max(1, scenario.few)
    assert finding.rows_lost == 0
    assert finding.equal


def test_there_are_fifty_kills_at_least() -> None:
    assert sum(scenario.few for scenario in SCENARIOS if scenario.topic == KILLS) >= 50
