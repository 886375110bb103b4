"""What is committed under results/hardware follows from the answers that are kept there; the page says what is so."""

import re
from pathlib import Path

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RuntimeConfig, load_config
from qnlnet.hardware import read_rows
from qnlnet.runtime import LocalService, estimate_cost, transpile_for_device

PROJECT = Path(__file__).parents[1]
LEDGER = PROJECT / "results" / "hardware"
ROWS = read_rows(LEDGER)


def test_table_1_is_rehearsed_on_two_devices_with_and_without_mitigation() -> None:
    assert set(ROWS.device) >= {"fake-manila", "fake-fez"}
    for device in ("fake-manila", "fake-fez"):
        for mitigation in ("none", "level 1", "level 2"):
            cells = ROWS[(ROWS.device == device) & (ROWS.mitigation == mitigation)]
            counts = cells.groupby(["dataset", "reducer"]).ansatz.nunique()
            assert counts.to_dict() == {(d, r): 3 for d in ("mnist", "cifar10") for r in ("cnn", "pca")}
            assert (cells.images == 200).all()


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
