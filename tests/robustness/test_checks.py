"""The checks themselves: they see what is lost, what has changed and what is not whole."""

import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch

from qnlnet import provenance
from robustness.cells import PCA, look
from robustness.commits import path_with_commit
from robustness.disks import NoDiskError, SmallDisk
from robustness.finding import Broken
from robustness.kills import kill_again_and_again
from robustness.processes import Ended, Order
from robustness.watched import Bench, Watched, contents

pytestmark = pytest.mark.slow


@pytest.fixture
def finished(bench: Bench) -> Watched:
    """A folder in which everything is there."""
    return bench.watch(PCA, bench.reference(PCA).folder)


def replace_in(path: Path, before: str, after: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, count), encoding="utf-8")


def test_an_undisturbed_folder_is_complete(finished: Watched) -> None:
    finished.check_complete(finished.finish())
    assert (finished.rows_lost, finished.equal) == (0, True)
    assert len(finished.last.seed_lines) == len(finished.last.models) == 3
    assert {len(lines) for lines in finished.last.epoch_lines.values()} == {12}


@pytest.mark.parametrize(("table", "lost"), [("seeds.csv", 1), ("epochs.csv", 1)])
def test_a_row_that_has_gone_is_lost(finished: Watched, table: str, lost: int) -> None:
    path = finished.folder / "cell" / table
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    finished.look()
    assert finished.rows_lost == lost


def test_a_row_with_another_time_was_trained_again_and_so_is_lost(finished: Watched) -> None:
    path = finished.folder / "cell" / "seeds.csv"
    (seconds, *_) = re.findall(r"\d\.\d+(?=(?:,\d+)+,[0-9a-f]{12},)", path.read_text(encoding="utf-8"))
    replace_in(path, f"{seconds},", "9.999,")
    finished.look()
    assert (finished.rows_lost, finished.equal) == (1, True)


def test_another_digit_of_a_loss_is_another_number(finished: Watched) -> None:
    path = finished.folder / "cell" / "epochs.csv"
    (loss, *_) = re.findall(r"-\d+\.\d+", path.read_text(encoding="utf-8"))
    replace_in(path, loss, loss[:-1] + str((int(loss[-1]) + 1) % 10))
    finished.look()
    assert (finished.rows_lost, finished.equal) == (1, False)


def test_the_model_of_another_seed_is_seen(finished: Watched) -> None:
    models = finished.folder / "cell" / "models"
    shutil.copy(models / "seed-1.pt", models / "seed-0.pt")
    with pytest.raises(Broken, match=r"a model was left unreadable: .* It holds seed 1\."):
        finished.look()


def test_another_model_is_not_equal(finished: Watched) -> None:
    model = finished.folder / "cell" / "models" / "seed-0.pt"
    content = torch.load(model, weights_only=True)
    content["state_dict"]["head.bias"] += 1
    torch.save(content, model)
    finished.look()
    assert not finished.equal


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize(
    ("name", "damage", "complaint"),
    [
        ("seeds.csv", cut, "a table was left unreadable"),
        ("epochs.csv", cut, "a table was left unreadable"),
        ("models/seed-0.pt", Path.unlink, "has a row, but no model"),
        ("epochs.csv", Path.unlink, "no epochs"),
    ],
)
def test_what_is_not_whole_is_seen(
    finished: Watched, name: str, damage: Callable[[Path], None], complaint: str
) -> None:
    damage(finished.folder / "cell" / name)
    with pytest.raises(Broken, match=complaint):
        finished.look()


def test_a_checkpoint_that_has_gone_or_is_damaged_is_seen(bench: Bench) -> None:
    watched = bench.watch(PCA)
    watched.run(die={"kind": "write cell/checkpoints/.seed-0.new.ckpt.tmp", "at": 4, "signal": signal.SIGKILL})
    assert watched.last.progress["cell", 0] == 4
    checkpoint = watched.folder / "cell" / "checkpoints" / "seed-0.ckpt"
    content = checkpoint.read_bytes()
    checkpoint.unlink()
    with pytest.raises(Broken, match=r"the checkpoint of \('cell', 0\) after epoch 4 has gone"):
        watched.look()
    checkpoint.write_bytes(content[:-1])
    with pytest.raises(Broken, match="a checkpoint was left unreadable"):
        watched.look()


def test_what_is_missing_or_left_over_is_not_complete(bench: Bench, finished: Watched) -> None:
    fewer = bench.watch(PCA)
    with pytest.raises(Broken, match="rows are missing"):
        fewer.finish(more=("seeds=2",))
    (finished.folder / "cell" / ".seeds.csv.0123abcd.tmp").touch()
    finished.look()
    with pytest.raises(Broken, match="files are left over"):
        finished.check_complete(Ended(0, "", ""))
    with pytest.raises(Broken, match="status 3: some reason"):
        finished.check_complete(Ended(3, "", "some reason"))


def test_only_one_clear_sentence_that_changes_nothing_is_a_refusal(finished: Watched) -> None:
    before = contents(finished.folder)
    finished.check_refused(Ended(2, "", "error: The file a is bad.\n"), "file a", before=before)
    for ended in (Ended(1, "", "error: The file a is bad.\n"), Ended(2, "", "Traceback\nerror: The file a\n")):
        with pytest.raises(Broken, match="no clear error"):
            finished.check_refused(ended, "file a", before=before)
    with pytest.raises(Broken, match="does not say"):
        finished.check_refused(Ended(2, "", "error: The file b is bad.\n"), "file a", before=before)
    (finished.folder / "cell" / "seeds.csv").write_bytes(b"")
    with pytest.raises(Broken, match="has changed files"):
        finished.check_refused(Ended(2, "", "error: The file a is bad.\n"), "file a", before=before)


def test_kills_that_come_too_late_are_no_kills(
    bench: Bench, finished: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AtAnOperation(Random):
        def random(self) -> float:
            return 0.9

    monkeypatch.setattr("robustness.kills.draw", lambda random, operations: ("os.rename what is not there", 0))
    with pytest.raises(Broken, match="only 0 of 6 kills came in time"):
        kill_again_and_again(bench, PCA, AtAnOperation(), 1, begin=lambda: bench.watch(PCA, finished.folder))


def test_a_process_that_hangs_is_killed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = bench.watch(PCA)  # may take longer
    monkeypatch.setattr("robustness.processes._LIMIT", 1.0)
    running = watched.start(more=("train.epochs=1000000",))
    with pytest.raises(Broken, match="hangs"):
        running.wait()
    monkeypatch.undo()
    assert running.wait().status == -signal.SIGKILL


def test_half_a_file_is_what_a_kill_leaves(bench: Bench) -> None:
    watched = bench.watch(PCA)
    watched.run(die={"kind": "write cell/.seeds.csv.tmp", "at": 0, "signal": signal.SIGKILL})
    (half,) = (watched.folder / "cell").glob(".seeds.csv.*.tmp")
    whole = look(bench.reference(PCA).folder)
    assert 0 < half.stat().st_size < sum(map(len, whole.seed_lines.values()))
    assert half.name in watched.last.leftovers


def test_processes_learn_the_commit_that_they_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, commit in enumerate(("0123456789ab", "0123456789ab-dirty", "unknown")):
        (tmp_path / str(number)).mkdir()
        monkeypatch.setenv("PATH", path_with_commit(tmp_path / str(number), commit))
        assert provenance.commit() == commit


def test_a_small_disk_is_full_for_those_who_see_it_only(bench: Bench, tmp_path: Path) -> None:
    with SmallDisk(tmp_path, "size=8k") as disk:
        with pytest.raises(OSError, match="No space left on device"):
            (disk.seen_from_outside / "large").write_bytes(bytes(10_000))
        assert os.listdir(disk.seen_from_outside) == ["large"]
        assert os.listdir(tmp_path) == []
        ended = bench.starter.run(Order(tmp_path, PCA.arguments, troubles={"disk": disk.process}))
        assert "No space left on device" in ended.err
    assert not Path(f"/proc/{disk.process}").exists()


def test_a_disk_that_can_not_be_made_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    with (
        pytest.raises(NoDiskError, match=r"No tmpfs can be mounted: .* Run this as root"),
        SmallDisk(tmp_path, "size=x"),
    ):
        pass
