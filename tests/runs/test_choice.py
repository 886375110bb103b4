"""What a configuration leaves open is chosen on held-out training images, by the same search for every model."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from qnlnet.config import config_hash, load_config
from qnlnet.records import read_seed_rows
from qnlnet.records.candidates import CANDIDATE_SCHEMA, read_candidates
from qnlnet.records.configurations import read_configurations
from qnlnet.runs import train_cells
from qnlnet.runs.choice import Candidate, choose, list_candidates

COMMON = ("data=digits", "reducer=pca", "protocol=common", "seeds=2")


def test_only_what_is_open_is_chosen() -> None:
    assert [key for key, _ in load_config(*COMMON).choices] == ["train.learning_rate", "train.epochs"]
    assert [key for key, _ in load_config(*COMMON, "train.epochs=4").choices] == ["train.learning_rate"]
    closed = load_config(*COMMON, "train.epochs=4", "train.learning_rate=0.1")
    assert closed.choices == ()
    (choice,) = choose([closed], lambda candidates: pytest.fail("trained"))
    assert choice.config == closed
    assert choice.candidates.empty


def test_candidates_are_all_combinations_and_see_no_test_image() -> None:
    cell = load_config(*COMMON, "choice_seeds=3")
    candidates = list_candidates(cell)
    (_, rates), (_, epochs) = cell.choices
    tried = [tuple(each.values.values()) for each in candidates]
    assert tried == [(rate, count) for rate in rates for count in epochs]
    assert {each.config.data.evaluate_on for each in candidates} == {"validation"}
    assert {each.config.seeds for each in candidates} == {3}
    assert {each.config.choices for each in candidates} == {()}
    assert len({config_hash(each.config) for each in candidates}) == len(candidates)
    assert candidates[1].tried == "train.learning_rate=0.003 train.epochs=30"


def test_the_best_mean_wins_and_of_equal_ones_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    cells = [load_config(*COMMON), load_config("data=mnist"), load_config(*COMMON, "r=2")]

    def train(candidates: Sequence[Candidate]) -> list[Any]:
        assert len(candidates) == 16
        means = [50.0, 90.0, 95.0, 40.0, 95.0, 60.0, 70.0, 80.0, *[10.0] * 7, 20.0]
        rows = [
            pd.DataFrame(
                {
                    "seed": [0, 1],
                    "train_accuracy": 99.0,
                    "test_accuracy": [mean - 3, mean + 3],
                    "config_hash": config_hash(candidate.config),
                    **dict.fromkeys(("commit", "versions", "data_fingerprint"), "x"),
                }
            )
            for mean, candidate in zip(means, candidates, strict=True)
        ]
        return [SimpleNamespace(seed_rows=lambda frame=frame: frame) for frame in rows]

    first, usual, last = choose(cells, train)
    candidates = [[candidate.config.train for candidate in list_candidates(cells[place])] for place in (0, 2)]
    assert first.config.train == candidates[0][2]
    assert last.config.train == candidates[1][7]
    assert usual.config == cells[1]
    assert (first.config.data.evaluate_on, first.config.seeds, first.config.choices) == ("test", 2, ())
    assert list(first.candidates) == list(CANDIDATE_SCHEMA)
    assert len(first.candidates) == 16
    assert set(first.candidates.cell) == {config_hash(first.config)}
    assert list(first.candidates.tried[first.candidates.chosen]) == ["train.learning_rate=0.01 train.epochs=10"] * 2
    assert list(first.candidates.validation_accuracy[:2]) == [47.0, 53.0]
    assert "the best of 8 on held-out training images (95.00 %)" in capsys.readouterr().err


@pytest.mark.slow
def test_a_cell_is_trained_with_what_was_chosen_and_again_nothing_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = load_config(*COMMON, "train.epochs=10", f"output_dir={tmp_path}")
    (run,) = train_cells([cell])
    tried = {path.parent: read_seed_rows(path) for path in tmp_path.glob("candidates/*/seeds.csv")}
    assert len(tried) == 4
    assert not list(tmp_path.glob("candidates/*/models/*"))  # nobody asked for these models
    said = capsys.readouterr().err
    assert "train.learning_rate=0.001, seed 0: train" in said
    assert "/4 candidates" in said
    candidates = read_candidates(tmp_path / "candidates.csv")
    assert set(candidates.cell) == {run.hash}
    assert {(row.config_hash, row.validation_accuracy) for row in candidates.itertuples()} == {
        (rows.config_hash[0], rows.test_accuracy[0]) for rows in tried.values()
    }
    assert run.candidates.config_hash.isin(read_configurations(tmp_path)).all()
    assert {rows.dataset[0] for rows in tried.values()} == {"digits validation"}
    best = max(tried.values(), key=lambda rows: rows.test_accuracy.mean())
    rows = run.seed_rows()
    assert rows.test_accuracy.mean() > 90
    assert set(rows.learning_rate) <= {
        each.learning_rate[0] for each in tried.values() if each.test_accuracy.mean() == best.test_accuracy.mean()
    }
    capsys.readouterr()
    (again,) = train_cells([cell])
    assert again.seed_rows().equals(rows)
    assert "seed 0: train" not in capsys.readouterr().err
