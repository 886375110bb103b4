"""The claim about Shahzad's networks under attack, on made-up rows."""

import pandas as pd
import pytest

from qnlnet.config import load_config
from qnlnet.papers.attacks import judge_attack
from qnlnet.papers.claims import FAILS, HOLDS, OPEN, PARTLY
from qnlnet.records.configurations import remember

WORDS = {"hybrid": (), "classical": ("layer=classical",), "alike": ("layer=classical", "model.recipe=hybrid")}


def rows(method: str, *, raw: bool, **accuracies: float) -> pd.DataFrame:
    """Returns three seeds of each cell, a tenth of a point apart."""
    known = {"model": "shahzad", "dataset": "mnist", "classes": "0/1/2/3/4/5/6/7/8/9", "protocol": "paper"}
    task = ("model=shahzad", "protocol=paper", "data=mnist", "data.classes=[0,1,2,3,4,5,6,7,8,9]")
    return pd.DataFrame(
        {
            **known,
            "config_hash": remember(load_config(*task, *WORDS[name])),
            "method": method,
            "raw": raw,
            "accuracy": value,
        }
        for name, accuracy in accuracies.items()
        for value in (accuracy - 0.1, accuracy, accuracy + 0.1)
    )


@pytest.mark.parametrize(
    ("published", "pixels", "ending"),
    [((45.0, 11.0), (60.0, 50.0), HOLDS), ((45.0, 11.0), (50.0, 60.0), PARTLY), ((11.0, 45.0), (60.0, 50.0), FAILS)],
)
def test_pixels_and_one_recipe_decide_what_the_published_attack_shows(
    published: tuple[float, float], pixels: tuple[float, float], ending: str
) -> None:
    as_published = rows("pgd", raw=True, hybrid=published[0], classical=published[1])
    fair = rows("pgd", raw=False, hybrid=pixels[0], classical=0.0, alike=pixels[1])
    clipped = rows("none", raw=True, hybrid=70.0, classical=24.0)
    found = judge_attack(pd.concat([as_published, fair, clipped]))
    assert found
    assert found.verdict == ending
    assert "without any attack 70.00 % against 24.00 %" in found.measured


def test_equal_numbers_decide_nothing_and_without_rows_nothing_was_measured() -> None:
    found = judge_attack(rows("pgd", raw=True, hybrid=45.0, classical=45.0))
    assert found
    assert found.verdict == OPEN
    assert judge_attack(rows("pgd", raw=False, hybrid=45.0, classical=45.0)) is None
    assert judge_attack(rows("pgd", raw=True, hybrid=45.0)) is None
