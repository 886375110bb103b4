"""A user's submissions lie under outputs/; what is committed under results/ is looked into and never written."""

import shutil
from pathlib import Path

import ibm_jobs
import pytest
from hardware.command import WORKLOAD
from loopback import LoopbackService

from qnlnet.errors import LedgerError
from qnlnet.hardware import Ledgers, list_keys
from qnlnet.hardware.commands import arguments
from qnlnet.hardware.ledgers import COMMITTED, OWN
from qnlnet.records import read_hardware_rows
from qnlnet.records.row_check import config_of_row

PROJECT = Path(__file__).parents[2]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the project's committed ledger, with two of its submissions, which must stay as it is."""
    monkeypatch.chdir(tmp_path)
    committed = PROJECT / COMMITTED
    for key in list_keys(committed)[:2]:
        shutil.copytree(committed / key, COMMITTED / key, ignore=shutil.ignore_patterns(".lock"))
    for name in ("hardware.csv", "hardware.md", "summary.md", "hardware.png", "hardware.svg"):
        shutil.copy(committed / name, COMMITTED / name)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = ibm_jobs.main(list(words))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def rehearse(capsys: pytest.CaptureFixture[str], model: Path, *words: str) -> tuple[int, str, str]:
    return run(capsys, "rehearse", str(model), "--backend", "fake_manila", *WORKLOAD, *words)


@pytest.mark.slow
def test_a_rehearsal_leaves_what_is_committed_as_it_is(
    here: None, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(COMMITTED)
    status, _, err = rehearse(capsys, model)
    assert (status, err) == (0, "")
    assert content(COMMITTED) == before
    rows = read_hardware_rows(OWN / "hardware.csv")
    assert list(rows.key) == list_keys(OWN)
    assert rows.settings.str.contains("train.epochs=1").all()
    config_of_row(rows.to_dict("records")[0])
    assert {path.name for path in OWN.iterdir()} >= {"hardware.md", "summary.md", "hardware.png", "hardware.svg"}
    listed = run(capsys, "list")[1].splitlines()
    assert listed[0] == "outputs/hardware:"
    assert listed[1].startswith(rows.key[0])
    assert listed[2] == "results/hardware:"
    assert [line.split()[0] for line in listed[3:]] == list_keys(COMMITTED)


@pytest.mark.slow
def test_the_explicit_ledger_is_written(here: None, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = list_keys(COMMITTED)
    assert rehearse(capsys, model, "--ledger", str(COMMITTED))[0] == 0
    assert not OWN.exists()
    (key,) = set(list_keys(COMMITTED)) - set(known)
    before = content(COMMITTED)
    status, out, _ = rehearse(capsys, model)  # the same request is the same submission, wherever it lies
    assert (status, "This has been rehearsed before." in out, f"{key}  digits-0-1_pca" in out) == (0, True, True)
    assert content(COMMITTED) == before
    assert not list_keys(OWN)


def test_committed_submissions_are_collected_and_shown_without_writing(
    here: None, service: LoopbackService, capsys: pytest.CaptureFixture[str]
) -> None:
    before, key = content(COMMITTED), list_keys(COMMITTED)[0]
    status, out, _ = run(capsys, "collect", key)
    assert (status, out.startswith(f"{key}  ")) == (0, True)
    assert run(capsys, "status", key)[0] == 0
    assert content(COMMITTED) == before
    assert not OWN.exists()


@pytest.mark.slow
def test_a_submission_of_the_old_default_is_found_and_never_made_twice(
    here: None,
    model: Path,
    service: LoopbackService,
    short_patience: None,
    quick_start: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    submit = ("submit", str(model), "--backend", "ibm_manila", *WORKLOAD, "--yes")
    service.auto_complete = False
    assert run(capsys, *submit, "--ledger", str(COMMITTED))[0] == 0
    (job,) = service.jobs
    status, out, _ = run(capsys, *submit)
    assert (status, "This has been submitted before" in out, len(service.jobs)) == (0, True, 1)
    (key,) = [one for one in list_keys(COMMITTED) if one in out]
    assert f"collect {key} --wait" in out
    assert "job 1 is queued" in run(capsys, "status")[1]
    service.complete(job)
    tables = [(COMMITTED / name).read_bytes() for name in ("hardware.csv", "hardware.md", "hardware.png")]
    status, out, err = run(capsys, "collect", "--all")
    assert (status, err, f"{key}  digits-0-1_pca" in out) == (0, "", True)
    assert [(COMMITTED / name).read_bytes() for name in ("hardware.csv", "hardware.md", "hardware.png")] == tables
    assert list(read_hardware_rows(OWN / "hardware.csv").key) == [key]
    assert "leaves" not in out  # its answers are found for the figure as well
    assert "nothing to collect" in run(capsys, "collect", "--all")[1]


def test_keys_are_looked_for_in_all_ledgers(here: None) -> None:
    ledgers, keys = Ledgers(OWN, (COMMITTED,)), list_keys(COMMITTED)
    shutil.copytree(COMMITTED / keys[1], OWN / keys[1])
    assert list(ledgers.submissions()) == [(OWN, keys[1]), (COMMITTED, keys[0])]
    assert [ledgers.home(key) for key in (*keys, "0")] == [COMMITTED, OWN, None]
    assert ledgers.find(keys[1][:11]).directory == OWN / keys[1]
    with pytest.raises(LedgerError, match="Look at the list of outputs/hardware or results/hardware"):
        ledgers.find("nothing")
    with pytest.raises(LedgerError, match="Look at the list"):
        ledgers.find("")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rehearse", "--backend", "fake-manilla"), "must name a fake device of qiskit-ibm-runtime"),
        (("rehearse", "--backend", "fake-manila", "--layout", "0,1,2,9"), "layout"),
        (("rehearse", "--backend", "fake-manila", "--images", "0"), "`images` must be at least 1, but is 0"),
        (("rehearse", "--backend", "ibm_manila"), "must name a simulated device"),
        (("submit", "--backend", "ibm_nowhere"), "must name a device with at least 4 qubits of your instance"),
        (("submit", "--backend", "fake-manila"), "must name an IBM Quantum computer or least-busy"),
        (("submit", "--backend", "ibm_manila", "--budget", "1"), "more than --budget 1, so nothing was submitted"),
        (("estimate", "--backend", "ibm_nowhere"), "must name a device with at least 4 qubits of your instance"),
        (("estimate", "--backend", "FakeNowhere"), "must name a fake device of qiskit-ibm-runtime"),
    ],
)
def test_what_can_be_known_is_said_before_images_are_read(
    words: tuple[str, ...],
    sentence: str,
    here: None,
    model: Path,
    service: LoopbackService,
    quick_start: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arguments, "load_workload", lambda *_: pytest.fail("images were read"))
    status, _, err = run(capsys, words[0], str(model), *words[1:])
    assert (status, sentence in err) == (2, True), err


def test_help_names_both_ledgers(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ibm_jobs.main(["list", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert f"(default: {OWN}; {COMMITTED} is looked into as well" in text


def test_all_images_where_there_are_fewer_than_200(here: None, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--backend", "aer", "--shots", "16", "--resilience", "0")
    assert run(capsys, "rehearse", str(model), *words)[0] == 0
    assert list(read_hardware_rows(OWN / "hardware.csv").images) == [91]
