"""What is committed under results/hardware follows from the answers that are kept there; the page says what is so."""

import re
from pathlib import Path

import numpy as np
import pytest

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RuntimeConfig, load_config
from qnlnet.hardware import COLLECTED, Submission, list_keys, read_outcome, read_rows
from qnlnet.hardware.report import format_summary, format_table
from qnlnet.hardware.results import build_row
from qnlnet.runtime import LocalService, estimate_cost, transpile_for_device

PROJECT = Path(__file__).parents[1]
LEDGER = PROJECT / "results" / "hardware"
ROWS = read_rows(LEDGER)
_OF_THE_DAY = {"collected_at", "commit", "versions"}


def test_table_1_is_rehearsed_on_two_devices_with_and_without_mitigation() -> None:
    assert set(ROWS.device) >= {"fake-manila", "fake-fez"}
    for device in ("fake-manila", "fake-fez"):
        for mitigation in ("none", "level 1", "level 2"):
            cells = ROWS[(ROWS.device == device) & (ROWS.mitigation == mitigation)]
            counts = cells.groupby(["dataset", "reducer"]).ansatz.nunique()
            assert counts.to_dict() == {(d, r): 3 for d in ("mnist", "cifar10") for r in ("cnn", "pca")}
            assert (cells.images == 200).all()


def test_every_submission_has_a_row() -> None:
    assert sorted(ROWS.key) == list_keys(LEDGER)


@pytest.mark.parametrize("key", list_keys(LEDGER))
def test_rows_follow_from_the_answers(key: str) -> None:
    submission = Submission(LEDGER / key)
    assert submission.state == COLLECTED
    for stored, derived in zip(submission.read_values(), submission.answers(), strict=True):
        np.testing.assert_array_equal(stored, derived)
    (row,) = ROWS[ROWS.key == key].to_dict("records")
    assert not row["commit"].endswith("-dirty")
    derived = build_row(submission, read_outcome(submission))
    for name in set(row) - _OF_THE_DAY:
        value = derived[name]
        assert row[name] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), name


def test_the_tables_follow_from_the_rows() -> None:
    assert (LEDGER / "hardware.md").read_text(encoding="utf-8") == format_table(ROWS)
    assert (LEDGER / "summary.md").read_text(encoding="utf-8") == format_summary(ROWS)


def test_the_costs_on_the_page_are_those_of_the_estimate() -> None:
    config = RuntimeConfig(name="fake-fez")
    device = LocalService().device("fake-fez", 4)
    circuit = transpile_for_device(circuit_from_config(load_config("data=mnist")), device, config).circuit
    page = (PROJECT / "docs" / "hardware.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| ([\d,]+) × ([\d,]+)[^|]*\| ([\d,]+) \| (\d+) s \| (\d+) s \|$", page, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        images, shots, executions, ours, rule = (int(word.replace(",", "")) for word in line)
        cost = estimate_cost(device, circuit, config.model_copy(update={"shots": shots}), images)
        assert (cost.executions, round(cost.seconds), round(cost.rule_of_thumb_seconds)) == (executions, ours, rule)
