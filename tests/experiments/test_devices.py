"""backend=runtime on the command line: evaluation gives what a rehearsal gives, training keeps to its budget."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibm_jobs
import numpy as np
import pytest

from qnlnet.checkpoints import load_trained_model
from qnlnet.config import RuntimeConfig, load_config
from qnlnet.hardware import Submission, list_keys, load_workload
from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.runs import train_cells

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
TRAINING = (
    *("data=digits", "reducer=pca", "ansatz=0", "protocol=corrected", "train.starts=1", "seeds=1", "train.epochs=2"),
    *("train.batch_size=5", "train.learning_rate=0.2"),
)
LEDGER = Path("outputs/hardware")
ON_DEVICE = (*TRAINING, "backend=runtime", "backend.shots=128", "backend.resilience_level=0")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model."""
    folder = tmp_path_factory.mktemp("trained")
    train_cells([load_config(*TRAINING, f"output_dir={folder}")])
    return folder / "models" / "seed-0.pt"


@pytest.mark.parametrize("device", ["fake-fez", "fake-manila", "aer"])
def test_the_layer_measures_what_a_rehearsal_measures(
    device: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ("--backend", device, "--images", "20", "--shots", "256")
    assert ibm_jobs.main(["rehearse", str(model), *options]) == 0
    (key,) = list_keys(LEDGER)
    submission = Submission(LEDGER / key)
    measured, _ = submission.answers()

    workload = load_workload(model, 20)
    _, _, network = load_trained_model(model, RuntimeConfig(name=device, shots=256))
    inputs = workload.inputs.rows[:, :4].astype(np.float32)
    layer = network.quantum.neural_network
    np.testing.assert_array_equal(layer.forward(inputs, workload.inputs.rows[0, 4:])[:, 0], measured)
    capsys.readouterr()


def test_evaluation_prints_the_accuracy_of_the_rehearsal(
    model: Path, run_here: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run_here(
        "evaluate.py", f"run={model}", "images=20", "backend.name=fake-fez", "backend.shots=256", "seed=0"
    )
    assert outcome.status == 0, outcome.err
    assert ibm_jobs.main(["rehearse", str(model), "--backend", "fake-fez", "--images", "20", "--shots", "256"]) == 0
    rehearsed = capsys.readouterr().out.splitlines()[-1]
    accuracy = rehearsed.split(" on ")[0].strip()  # "accuracy … % (95 %: … to …)"
    assert accuracy.startswith("accuracy ")
    assert accuracy in outcome.out


def test_evaluation_on_the_exact_simulator_is_exact(model: Path, run_here: Run) -> None:
    outcome = run_here("evaluate.py", f"run={model}", "images=20", "backend=exact")
    assert outcome.status == 0, outcome.err
    ours, exact = (part.split("accuracy ")[-1].split(" %")[0] for part in outcome.out.split("exact simulator"))
    assert float(ours) == float(exact.strip())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["images=20"], "The configuration key `run` must have a value. Write `run=…`."),
        (["run=nothing"], "Argument `run` must name a trained model, but is 'nothing'."),
        (["run=x", "backend.name=fez"], "Argument `backend.name` must name a device, but is 'fez'."),
        (["run=x", "images=0"], "Argument `images` must be at least 1, but is 0."),
        (["run=x", "backend.twirling=gates"], "Argument `backend.twirling` must be auto, measure or all with"),
    ],
)
def test_mistakes_in_an_evaluation(arguments: list[str], sentence: str, run_here: Run) -> None:
    outcome = run_here("evaluate.py", *arguments)
    assert outcome.status == 2
    assert sentence in outcome.err


def test_training_on_a_device_learns_and_is_one_job_per_step(
    few_images: Callable[[int], None], run_here: Run, tmp_path: Path
) -> None:
    few_images(10)
    outcome = run_here("train.py", *ON_DEVICE, "backend.budget_seconds=100000", "output_dir=run")
    assert outcome.status == 0, outcome.err
    row = read_seed_rows(tmp_path / "run" / "seeds.csv").iloc[0]
    assert row.backend == "fake-manila, 128 shots, mitigation none"
    losses = read_epoch_rows(tmp_path / "run" / "epochs.csv").train_loss
    assert losses[1] < 0.8 * losses[0]  # the exact simulator makes it 0.3 of it, without noise
    assert np.isnan(row.aer_agreement)
    steps, evaluations = 2 * 4, 2  # 20 training images in batches of 5
    jobs = sorted((tmp_path / "outputs" / "qpu").iterdir())
    assert len(jobs) == steps + evaluations

    written = [(path, path.stat().st_mtime_ns) for path in jobs]
    again = run_here("train.py", *ON_DEVICE, "backend.budget_seconds=100000", "output_dir=run", "force=true")
    assert again.status == 0, again.err  # the same jobs again: their answers are on disk, nothing is paid twice
    assert [(path, path.stat().st_mtime_ns) for path in sorted((tmp_path / "outputs" / "qpu").iterdir())] == written
    assert read_seed_rows(tmp_path / "run" / "seeds.csv").iloc[0].test_accuracy == row.test_accuracy


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        ([], "Argument `backend.budget_seconds` must say how many QPU seconds the training may cost, but is None."),
        (["backend.budget_seconds=100"], "QPU seconds, more than backend.budget_seconds=100, so nothing was started."),
    ],
)
def test_training_without_enough_budget_does_not_start(
    budget: list[str], sentence: str, run_here: Run, tmp_path: Path
) -> None:
    outcome = run_here("train.py", *ON_DEVICE, *budget)
    assert outcome.status == 2
    assert sentence in outcome.err
    assert not (tmp_path / "outputs" / "qpu").exists()
