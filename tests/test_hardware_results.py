"""What is committed under results/hardware follows from the answers that are kept there; the page says what is so."""

import io
import re
import shutil
from pathlib import Path

import numpy as np

from qnlnet.circuits import circuit_from_config
from qnlnet.config import RuntimeConfig, load_config
from qnlnet.hardware import Submission, collect, read_outcome, read_rows
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


def test_standard_errors_come_from_the_shots_or_are_none() -> None:
    assert len(ROWS) >= 72  # the 12 models of Table 1 on two devices at three levels
    for row in ROWS.itertuples():
        outcome = read_outcome(Submission(LEDGER / row.key))
        by_shots = np.sqrt(np.maximum(1 - outcome.values**2, 0) / row.shots)
        if row.mitigation == "level 2":
            assert np.isnan(outcome.errors).all()
        elif row.mitigation == "none":
            np.testing.assert_allclose(outcome.errors, by_shots, rtol=1 / row.shots)
        else:
            # Mitigation stretches errors as it stretches values. The errors are estimates from 32 randomizations: their
            # squares lie 1/32 too low on average, and the sum over 200 images scatters by 2 %.
            assert (outcome.errors**2).sum() > 0.85 * (by_shots**2).sum()
            assert 0 < outcome.errors.max() < 2 / np.sqrt(row.shots)


def test_a_ledger_with_the_errors_of_a_fit_is_mended(tmp_path: Path) -> None:
    extrapolated = [Submission(LEDGER / key) for key in ROWS.key[ROWS.mitigation == "level 2"]]
    infinite = [one for one in extrapolated if np.isinf(one.jobs[0].values((200,))[1]).any()]
    assert infinite  # what an estimator states beside its values is kept in the answers
    submission = Submission(Path(shutil.copytree(infinite[0].directory, tmp_path / infinite[0].key)))
    committed = submission.values_path.read_bytes()
    values, stated = submission.jobs[0].values((200,))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, values=values, errors=stated)
    submission.values_path.write_bytes(buffer.getvalue())
    assert not submission.values_are_current()
    assert collect(submission, LocalService())
    assert submission.values_are_current()
    assert submission.values_path.read_bytes() == committed


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
