"""A run says where an accuracy is no better than always giving the same answer, and does not count it as converged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from qnlnet.config import RunConfig, load_config
from qnlnet.data import Dataset, load_dataset
from qnlnet.runs import run
from qnlnet.runs.chance import Majority, describe_chance, describe_imbalance, find_majority, has_converged

MakeCell = Callable[..., RunConfig]


def make_dataset(train: tuple[int, ...], test: tuple[int, ...]) -> Dataset:
    """Returns a dataset with so many images of each class."""
    parts = {}
    for split, counts in (("train", train), ("test", test)):
        parts[f"{split}_images"] = np.zeros((sum(counts), 1, 2, 2), np.uint8)
        parts[f"{split}_labels"] = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    classes = ("cats", "dogs", "birds")[: len(train)]
    return Dataset(name="image_folder", classes=classes, official=False, **parts)


def rows(*accuracies: float) -> pd.DataFrame:
    return pd.DataFrame({"seed": range(len(accuracies)), "test_accuracy": accuracies})


LOPSIDED, EVEN = make_dataset((120, 8), (30, 2)), make_dataset((80, 80), (50, 50))
CONFIG = load_config("data=digits", "data.converged_above=75")


def test_the_majority_is_the_largest_class_of_the_test_images() -> None:
    assert find_majority(LOPSIDED) == Majority("cats", 30, 32)
    assert find_majority(LOPSIDED).percent == 93.75
    assert find_majority(make_dataset((9, 1), (10, 12))).name == "dogs"
    assert find_majority(EVEN) == Majority("cats", 50, 100)


def test_the_boundary_is_that_of_the_binomial_distribution() -> None:
    # Of 100 fair tosses, P(≥ 58) = 0.0666 and P(≥ 59) = 0.0443.
    majority = find_majority(EVEN)
    assert [majority.is_beaten_by(accuracy) for accuracy in (0.0, 50.0, 58.0, 59.0, 100.0)] == [False] * 3 + [True] * 2
    # 3 of 3 at p = 1/2 happens in 1 of 8 cases; nothing beats a class that has all images.
    assert not Majority("cats", 2, 4).is_beaten_by(100.0)
    assert not Majority("cats", 4, 4).is_beaten_by(100.0)
    assert Majority("cats", 3, 6).is_beaten_by(100.0)  # 1 of 64


def test_the_share_of_the_largest_class_is_no_convergence() -> None:
    assert not has_converged(CONFIG, LOPSIDED, 93.75)
    assert has_converged(CONFIG, LOPSIDED, 96.875)
    assert not has_converged(CONFIG, EVEN, 75.0)
    assert has_converged(CONFIG, EVEN, 76.0)


def test_lopsided_classes_are_told_with_the_share_and_the_numbers() -> None:
    assert describe_imbalance(CONFIG, LOPSIDED) == (
        "always answering cats is right for 93.75 % of the test images (30 cats : 2 dogs; to train there are "
        "120 cats : 8 dogs), so a seed counts as converged only above that"
    )
    assert describe_imbalance(CONFIG, make_dataset((90, 30), (50, 50))) != ""
    assert describe_imbalance(CONFIG, make_dataset((89, 30), (50, 50))) == ""
    assert describe_imbalance(load_config("data=digits", "data.converged_above=40"), EVEN) != ""


@pytest.mark.parametrize("data", ["digits", "digits_as_cifar10"])
def test_even_classes_are_not_spoken_of(data: str) -> None:
    config = load_config(f"data={data}")
    assert describe_imbalance(config, load_dataset(config.data)) == ""


def test_seeds_at_chance_are_named_in_one_sentence() -> None:
    assert describe_chance(EVEN, rows(90.0, 58.0, 59.0, 50.0)) == (
        "2 of 4 seeds (1, 3) are not above 50.00 %, which always answering cats gives, by more than luck explains "
        "(one-sided binomial test with 100 test images, 5 %)"
    )
    assert describe_chance(EVEN, rows(50.0)).startswith("seed 0 is not above 50.00 %")
    assert "20 of 20 seeds (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 more) are" in describe_chance(EVEN, rows(*[50.0] * 20))
    assert describe_chance(EVEN, rows(90.0, 100.0)) == ""
    assert describe_chance(EVEN, rows()) == ""


@pytest.mark.slow
def test_a_run_says_it_once_for_each_cell_behind_its_seeds(
    make_cell: MakeCell, capsys: pytest.CaptureFixture[str]
) -> None:
    stuck = make_cell("train.learning_rate=1e-12", "seeds=5", folder="stuck")  # nothing is learnt
    good = make_cell("train.epochs=5", folder="good")
    stuck_outcome, good_outcome = run([stuck, good])
    lines = capsys.readouterr().err.splitlines()
    majority = find_majority(load_dataset(stuck.data))
    assert good_outcome.seed_rows.test_accuracy.min() > 80
    by_chance = [
        row.seed for row in stuck_outcome.seed_rows.itertuples() if not majority.is_beaten_by(row.test_accuracy)
    ]
    assert by_chance
    (line,) = [line for line in lines if "luck" in line]
    assert line == lines[-1]
    assert f"{len(by_chance)} of 5 seeds ({', '.join(map(str, by_chance))}) are not above" in line
    run([stuck, good])
    assert "luck" not in capsys.readouterr().err  # nothing was trained


def test_own_images_of_which_nearly_all_are_of_one_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    for name, count in (("cats", 150), ("dogs", 10)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(count):
            pixels = random.integers(0, 256, (8, 8), dtype=np.uint8)  # noise: nothing to tell them by
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{number}.png")
    cell = load_config(
        *("data=image_folder", f"data.root={tmp_path / 'pets'}", "data.image_shape=[1,8,8]", "reducer=pca", "seeds=1"),
        *("train.epochs=20", f"output_dir={tmp_path / 'cell'}"),
    )
    (outcome,) = run([cell])
    (row,) = outcome.seed_rows.itertuples()
    assert row.test_accuracy == 93.75
    assert not row.converged
    before, *_, after = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("Compiling")]
    assert "always answering cats is right for 93.75 % of the test images (30 cats : 2 dogs; to train" in before
    assert "seed 0 is not above 93.75 %, which always answering cats gives, by more than luck explains" in after
