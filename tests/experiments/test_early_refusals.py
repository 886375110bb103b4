"""An evaluation says what is wrong before it reads images."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from qnlnet.checkpoints import save_model
from qnlnet.config import load_config
from qnlnet.hardware import workload
from qnlnet.models import build_model

Run = Callable[..., Any]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    config = load_config("data=digits", "reducer=pca", "seeds=1")
    return save_model(tmp_path, config, 0, build_model(config, 0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("backend.name=fake-manilla",), "must name a fake device of qiskit-ibm-runtime, but is 'fake-manilla'"),
        (("backend=aer", "backend.noise=FakeNowhere"), "must name a fake device of qiskit-ibm-runtime"),
        (("backend.name=fake_armonk",), "must name a device with at least 4 qubits"),
    ],
)
def test_devices_are_looked_for_before_images_are_read(
    words: tuple[str, ...], sentence: str, model: Path, run_here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workload, "load_dataset", lambda _: pytest.fail("images were read"))
    outcome = run_here("evaluate.py", f"run={model}", *words)
    assert (outcome.status, sentence in outcome.err) == (2, True), outcome.err


def test_a_damaged_model_has_no_accuracy(model: Path, run_here: Run) -> None:
    content = torch.load(model, weights_only=True)
    content["state_dict"]["head.weight"][:] = float("nan")
    torch.save(content, model)
    outcome = run_here("evaluate.py", f"run={model}", "backend=exact")
    assert outcome.status == 2
    assert "head.weight must be finite, but holds 1 of 1 that are not" in outcome.err
    assert "accuracy" not in outcome.out


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fake_manila", "FakeManilaV2", "FakeManila", "fake-manila"])
def test_all_names_of_a_device_are_one(name: str, model: Path, run_here: Run) -> None:
    words = ("images=2", "backend.shots=16", "backend.resilience_level=0")
    outcome = run_here("evaluate.py", f"run={model}", *words, f"backend.name={name}")
    assert outcome.status == 0, outcome.err
    assert "on fake-manila, 16 shots" in outcome.out
    noisy = run_here("evaluate.py", f"run={model}", "images=2", "backend=aer", f"backend.noise={name}")
    assert noisy.status == 0, noisy.err


def test_all_images_where_there_are_fewer_than_200(model: Path, run_here: Run) -> None:
    outcome = run_here("evaluate.py", f"run={model}", "backend=exact")
    assert outcome.status == 0, outcome.err
    assert "on 91 images" in outcome.out
