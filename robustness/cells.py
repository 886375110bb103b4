"""What is run, and what it leaves on disk."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qnlnet.checkpoints import ReplicaCheckpoint, load_model_checkpoint
from qnlnet.errors import ArgumentError, QNLNetError
from qnlnet.records import read_epoch_rows, read_seed_rows
from robustness.finding import Broken

Replica = tuple[str, int]  # folder of the cell, seed


@dataclass(frozen=True)
class Work:
    """A command of experiments/train.py that takes a second or two.

    Attributes:
        name: What the page calls it.
        arguments: Its arguments.
    """

    name: str
    arguments: tuple[str, ...]


_ALWAYS = ("checkpoint_every=0",)
_DIGITS = ("data=digits", "output_dir=cell", *_ALWAYS)
PCA = Work("PCA, 3 seeds", (*_DIGITS, "reducer=pca", "seeds=3", "train.epochs=12"))
ONE_BY_ONE = Work("PCA, 2 seeds, one after the other", (*PCA.arguments, "seeds=2", "workers=1"))
CNN = Work("CNN with dropout and shuffling, 2 seeds", (*_DIGITS, "reducer=cnn", "seeds=2", "train.epochs=6"))
AER = Work(
    "torch loop on Aer with shots, stopped within an epoch",
    (
        *("data=image_folder", "data.root=../images", "data.image_shape=[1,28,28]", "output_dir=cell", *_ALWAYS),
        *("reducer=pca", "backend=aer", "backend.shots=64", "train.batch_size=4", "seeds=1", "train.epochs=2"),
    ),
)
SWEEP = Work(
    "sweep of 2 cells, 2 seeds each",
    ("--multirun", "data=digits", "reducer=pca", "ansatz=0,1", "seeds=2", "train.epochs=4", *_ALWAYS),
)


def write_images(folder: Path) -> None:
    """Writes ten small images of each of two classes."""
    from PIL import Image
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    for label in (0, 1):
        (folder / str(label)).mkdir(parents=True)
        for number, pixels in enumerate(images[labels == label][:10]):
            grey = np.uint8(pixels.reshape(8, 8) * 15)
            Image.fromarray(grey).save(folder / str(label) / f"{number}.png")


@dataclass(frozen=True)
class Snapshot:
    """What a folder holds.

    Attributes:
        seed_lines: The row of each finished replica, as it stands in seeds.csv.
        seed_values: The same as values without the time that it took.
        epoch_lines: Its rows in epochs.csv.
        models: Digest of its model's weights.
        progress: Finished epochs in the last good checkpoint of replicas that are on their way.
        leftovers: Files that writers have left half done.
    """

    seed_lines: dict[Replica, str] = field(default_factory=dict)
    seed_values: dict[Replica, tuple[Any, ...]] = field(default_factory=dict)
    epoch_lines: dict[Replica, tuple[str, ...]] = field(default_factory=dict)
    models: dict[Replica, str] = field(default_factory=dict)
    progress: dict[Replica, int] = field(default_factory=dict)
    leftovers: tuple[str, ...] = ()


def look(folder: Path) -> Snapshot:
    """Reads all that the cells below `folder` hold.

    Raises:
        Broken: A file is not whole, or rows are there twice.
    """
    snapshot = Snapshot({}, {}, {}, {}, {}, tuple(sorted(str(path.name) for path in folder.rglob("*.tmp"))))
    cells = {
        path.parent for name in ("seeds.csv", "epochs.csv", "checkpoints", "models") for path in folder.rglob(name)
    }
    for cell in cells:
        name = str(cell.relative_to(folder))
        try:
            _read_tables(cell, name, snapshot)
        except QNLNetError as error:
            raise Broken(f"a table was left unreadable: {error}") from error
        for model in cell.glob("models/seed-*.pt"):
            replica = name, int(model.stem.removeprefix("seed-"))
            snapshot.models[replica] = _digest(model)
        for seed in {int(path.name.split(".")[0].removeprefix("seed-")) for path in cell.glob("checkpoints/seed-*")}:
            _read_checkpoint(cell, (name, seed), snapshot)
    return snapshot


def _read_tables(cell: Path, name: str, snapshot: Snapshot) -> None:
    seeds, epochs = cell / "seeds.csv", cell / "epochs.csv"
    rows = read_seed_rows(seeds, missing_ok=True)
    numbers = rows.drop(columns="train_seconds").astype(str).itertuples(index=False, name=None)
    for seed, line, values in zip(rows.seed, _lines(seeds), numbers, strict=True):
        if (name, seed) in snapshot.seed_lines:
            raise Broken(f"{seeds} holds seed {seed} twice")
        snapshot.seed_lines[name, seed] = line
        snapshot.seed_values[name, seed] = values
    of_seed: dict[int, list[str]] = {}
    for seed, line in zip(read_epoch_rows(epochs, missing_ok=True).seed, _lines(epochs), strict=True):
        of_seed.setdefault(seed, []).append(line)
    snapshot.epoch_lines.update({(name, seed): tuple(lines) for seed, lines in of_seed.items()})


def _digest(model: Path) -> str:
    """Returns a hash of all weights, and of what the circuit's are called."""
    try:
        checkpoint = load_model_checkpoint(model)
    except ArgumentError as error:
        raise Broken(f"a model was left unreadable: {error}") from error
    digest = hashlib.sha256(repr([checkpoint["seed"], checkpoint["circuit_weight_names"]]).encode())
    for name, tensor in checkpoint["state_dict"].items():
        digest.update(name.encode() + tensor.numpy().tobytes())
    return digest.hexdigest()


def _lines(table: Path) -> list[str]:
    return table.read_text(encoding="utf-8").splitlines()[1:] if table.exists() else []


def _read_checkpoint(cell: Path, replica: Replica, snapshot: Snapshot) -> None:
    complaints: list[str] = []
    state = ReplicaCheckpoint(cell / "checkpoints", replica[1], {}).load(complaints.append)
    if complaints:
        raise Broken(f"a checkpoint was left unreadable: {complaints[0]}")
    if state is not None:
        snapshot.progress[replica] = len(state["replica"]["epochs"])
