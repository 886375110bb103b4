"""Files that are damaged while no run is looking."""

import gzip
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from robustness.cells import ONE_BY_ONE, Work
from robustness.finding import Broken, Finding
from robustness.processes import Order
from robustness.watched import Bench, contents, half_done

Damage = Callable[[bytes, Random], bytes]
DAMAGES: dict[str, Damage] = {
    "cut off": lambda data, random: data[: random.randrange(1, len(data) - 1)],
    "one bit flipped": lambda data, random: _flip(data, random.randrange(10, len(data) - 8), random.randrange(8)),
    "empty": lambda data, random: b"",
    "noise": lambda data, random: random.randbytes(len(data)),
    "zeros": lambda data, random: bytes(len(data)),
}
_MNIST = Work(
    "PCA on files in MNIST's format",
    (
        *("data=mnist", "data.root=../files", "data.verify=false", "reducer=pca", "train.epochs=4", "seeds=2"),
        *("output_dir=cell", "checkpoint_every=0", "workers=1"),
    ),
)


def _flip(data: bytes, position: int, bit: int) -> bytes:
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


def last_checkpoint(bench: Bench, seed: int, times: int) -> Finding:
    """Damages the last checkpoint of a replica that is on its way: it goes on from the one before."""
    return _damage_checkpoints(bench, Random(f"{seed} last checkpoint"), ("",), "goes on after epoch 4 of 12")


def both_checkpoints(bench: Bench, seed: int, times: int) -> Finding:
    """Damages both checkpoints: the replica starts anew."""
    return _damage_checkpoints(bench, Random(f"{seed} both checkpoints"), ("", ".before"), "")


def _damage_checkpoints(bench: Bench, random: Random, which: tuple[str, ...], words: str) -> Finding:
    prepared, lost, equal = half_done(bench), 0, True
    for damage in DAMAGES.values():
        watched = bench.watch(ONE_BY_ONE, prepared.folder)
        for name in which:
            path = watched.folder / "cell" / "checkpoints" / f"seed-1{name}.ckpt"
            path.write_bytes(damage(path.read_bytes(), random))
        watched.forget("progress")
        ended = watched.finish()
        if ended.err.count("cannot be used: it is damaged or cut off") != len(which):
            raise Broken(f"damage was not told: {ended.err}")
        if words not in ended.err or (not words and "goes on" in ended.err):
            raise Broken(f"it did not start where it should: {ended.err}")
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    return Finding(len(DAMAGES), 0, lost, equal, "says so, right numbers")


def foreign_checkpoint(bench: Bench, seed: int, times: int) -> Finding:
    """Puts the checkpoints of another cell, and of another seed, in the place of a replica's own."""
    prepared = half_done(bench)
    folder = prepared.folder / "cell" / "checkpoints"
    other = half_done(bench, work=Work("PCA, ansatz 1", (*ONE_BY_ONE.arguments, "ansatz=1")))
    lost, equal = 0, True
    for origin, target, word in (
        (other.folder / "cell" / "checkpoints" / "seed-1.ckpt", 1, "configuration"),
        (folder / "seed-1.ckpt", 0, "seed"),
    ):
        watched = bench.watch(ONE_BY_ONE, prepared.folder)
        for name in ("", ".before"):
            shutil.copy(origin, watched.folder / "cell" / "checkpoints" / f"seed-{target}{name}.ckpt")
        watched.forget("progress")
        if target == 0:  # it has its row already
            for name in ("seeds.csv", "epochs.csv"):
                (watched.folder / "cell" / name).unlink()
            watched.forget("seed_lines", "epoch_lines")
        ended = watched.finish()
        if ended.err.count(f"is left aside, as it was made with other {word}") != 2:
            raise Broken(f"it was not told that the checkpoint is another's: {ended.err}")
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    return Finding(2, 0, lost, equal, "says so, right numbers")


def tables(bench: Bench, seed: int, times: int) -> Finding:
    """Damages seeds.csv, then epochs.csv, of a half finished cell; the command is refused until it is restored."""
    random, prepared = Random(f"{seed} tables"), half_done(bench)
    damages = {
        **DAMAGES,
        "zeros in it": lambda data, _: data[:-100] + bytes(90) + data[-10:],
        "zeros in a text": lambda data, _: data.replace(b"pca", bytes(3)),
        "a letter in the header": lambda data, _: b"D" + data[1:],
    }
    watched, done = bench.watch(ONE_BY_ONE, prepared.folder), 0
    for name in ("seeds.csv", "epochs.csv"):
        path = watched.folder / "cell" / name
        intact = path.read_bytes()
        for what, damage in damages.items():
            if what == "one bit flipped":  # text has no checksum: another digit is another number
                continue
            path.write_bytes(damage(intact, random))
            before = contents(watched.folder)
            watched.check_refused(watched.start().wait(), f"cell/{name}", before=before)
            done += 1
        path.write_bytes(intact)
    watched.finish()
    return watched.finding(done, "clear error; with the file restored right numbers")


def lost_lines(bench: Bench, seed: int, times: int) -> Finding:
    """Removes whole lines from a table, or all of it: what is missing is trained again."""
    prepared, lost, equal, done = half_done(bench), 0, True, 0
    cuts = {"last line": -1, "all but the header": 1}
    for name in ("seeds.csv", "epochs.csv"):
        for end in (*cuts.values(), None):
            watched = bench.watch(ONE_BY_ONE, prepared.folder)
            path = watched.folder / "cell" / name
            lines = path.read_bytes().splitlines(keepends=True)
            path.unlink() if end is None else path.write_bytes(b"".join(lines[:end]))
            watched.forget("seed_lines", "epoch_lines")
            watched.finish()
            lost, equal, done = lost + watched.rows_lost, equal and watched.equal, done + 1
    return Finding(done, 0, lost, equal, "right numbers")


def model(bench: Bench, seed: int, times: int) -> Finding:
    """Damages the model of a finished replica: evaluate.py refuses it, and force=true makes it again."""
    random, watched = Random(f"{seed} model"), bench.watch(ONE_BY_ONE)
    watched.run()
    path = watched.folder / "cell" / "models" / "seed-0.pt"
    intact = path.read_bytes()
    flip_a_weight = _flip(intact, intact.index(_weights(path)) + 2, random.randrange(8))
    order = Order(watched.folder, ("run=cell", "seed=0", "images=20"), script="evaluate.py")
    if (ended := bench.starter.run(order)).status != 0:
        raise Broken(f"an intact model was refused: {ended.err}")
    damaged = [damage(intact, random) for name, damage in DAMAGES.items() if name != "one bit flipped"]
    for content in (*damaged, flip_a_weight):
        path.write_bytes(content)
        before = contents(watched.folder)
        watched.check_refused(bench.starter.run(order), "cell/models/seed-0.pt", before=before)
    watched.forget("seed_lines")  # the time that it takes will be another
    watched.finish(more=("force=true",))
    return watched.finding(len(damaged) + 1, "clear error; with force=true right numbers")


def _weights(path: Path) -> bytes:
    from qnlnet.checkpoints import load_model_checkpoint

    return max((t.numpy().tobytes() for t in load_model_checkpoint(path)["state_dict"].values()), key=len)


def images(bench: Bench, seed: int, times: int) -> Finding:
    """Damages a dataset's file in the middle of the work; the command is refused until the file is restored."""
    random, folder, done = Random(f"{seed} images"), bench.folder / "files" / "mnist", 0
    if not folder.exists():
        write_mnist(folder)
    watched = half_done(bench, 2, _MNIST)
    for name, damage in DAMAGES.items():
        path = random.choice(sorted(folder.iterdir()))
        intact = path.read_bytes()
        path.write_bytes(damage(intact, random))
        before = contents(watched.folder)
        try:
            watched.check_refused(watched.start().wait(), str(Path("../files/mnist") / path.name), before=before)
        except Broken as broken:
            raise Broken(f"{path.name}, {name}: {broken}") from broken
        finally:
            path.write_bytes(intact)
        done += 1
    before = contents(watched.folder)
    watched.check_refused(
        watched.start(more=("data.verify=true",)).wait(), "must be the official ones, but these differ", before=before
    )
    watched.finish()
    return watched.finding(done + 1, "clear error; with the file restored right numbers")


def write_mnist(folder: Path) -> None:
    """Writes digits in the files of MNIST: 60 to train, 40 to test."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(n_class=2, return_X_y=True)
    enlarged = np.kron(np.uint8(pixels.reshape(-1, 8, 8) * 15), np.ones((3, 3), np.uint8))
    grey = np.pad(enlarged, ((0, 0), (2, 2), (2, 2)))
    folder.mkdir(parents=True)
    for split, part in (("train", slice(0, 60)), ("t10k", slice(60, 100))):
        count = len(labels[part])
        header = struct.pack(">IIII", 2051, count, 28, 28), struct.pack(">II", 2049, count)
        for name, head, content in (
            ("images-idx3", header[0], grey[part].tobytes()),
            ("labels-idx1", header[1], np.uint8(labels[part]).tobytes()),
        ):
            (folder / f"{split}-{name}-ubyte.gz").write_bytes(gzip.compress(head + content, mtime=0))
