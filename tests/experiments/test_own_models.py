"""Models of one's own on the command line: offered, swept over, and refused with a sentence.

In processes of a sweep's own: test_joblib.py.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = (ROOT / "docs" / "models.md").read_text(encoding="utf-8").partition("## Add your own model")[2]
CODE, VALUES = (re.search(rf"^```{kind}\n(.*?)^```$", OWN, re.M | re.S)[1] for kind in ("python", "yaml"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the model of docs/models.md."""
    folder = tmp_path / "my models"
    folder.mkdir()
    (folder / "chain.py").write_text(CODE, encoding="utf-8")
    (folder / "chain.yaml").write_text(VALUES, encoding="utf-8")
    monkeypatch.setenv("QNLNET_MODELS", str(folder))
    return folder


@pytest.mark.slow
def test_help_names_it(folder: Path, run_here: Callable[..., Any]) -> None:
    outcome = run_here("train.py", "--help")
    assert outcome.status == 0
    (line,) = (line for line in outcome.out.splitlines() if line.startswith("model: "))
    assert line.startswith("model: autoencoder_5q, chain, ")  # in the order of the alphabet


def test_its_configuration_can_be_shown(folder: Path, run_here: Callable[..., Any]) -> None:
    outcome = run_here("train.py", "model=chain", "model.layers=7", "--cfg", "job")
    assert outcome.status == 0
    assert "model:\n  name: chain\n  seeds: 3\n  num_qubits: 4\n  layers: 7\n" in outcome.out


@pytest.mark.slow
def test_it_is_swept_over(folder: Path, run_here: Callable[..., Any]) -> None:
    words = ("data=digits", "seeds=1", "train.epochs=1", "train.learning_rate=0.01")
    outcome = run_here("train.py", "--multirun", "model=chain", "model.layers=1,2", *words)
    assert outcome.status == 0, outcome.err
    assert len(list(folder.parent.glob("outputs/digits-0-1_chain_common-*/models/seed-0.pt"))) == 2


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        (
            "chain.yaml",
            "layers: [1\n",
            "error: Line 2 of the file {folder}/chain.yaml must be YAML, but cannot be read: ",
        ),
        ("chain.yaml", "- 1\n", "error: The file {folder}/chain.yaml must hold settings such as `name: chain`, but "),
        (
            "chain.py",
            "import no_such_thing",
            "error: The model {folder}/chain.py cannot be imported: ModuleNotFoundErr",
        ),
        (
            "chain.py",
            None,
            "error: Beside {folder}/chain.yaml there must be chain.py with the model, but there is not.\n",
        ),
    ],
)
def test_mistakes_are_one_sentence(
    file: str, content: str | None, sentence: str, folder: Path, run_here: Callable[..., Any]
) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content, encoding="utf-8")
    outcome = run_here("train.py", "model=chain", "data=digits")
    assert outcome.status == 2
    assert outcome.err.startswith(sentence.format(folder=folder))
    assert outcome.err.count("\n") == 1


def test_the_nearest_name_is_proposed(folder: Path, run_here: Callable[..., Any]) -> None:
    outcome = run_here("train.py", "model=chian")
    assert outcome.status == 2
    assert outcome.err.endswith("but is 'chian'. Did you mean `chain`?\n")
