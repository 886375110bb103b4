"""Configurations, the real data if there are any, and small releases made on the spot."""

import gzip
import hashlib
import io
import struct
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qnlnet.config.data import DataConfig
from qnlnet.data import Dataset, load_dataset
from qnlnet.data.cifar10 import CIFAR10
from qnlnet.data.cifar100 import CIFAR100, CIFAR100_COARSE
from qnlnet.data.mnist import FASHION_MNIST, MNIST
from qnlnet.data.release import Release
from qnlnet.data.stl10 import STL10

_SETTINGS: dict[str, dict[str, Any]] = {
    "mnist": {"image_shape": (1, 28, 28), "mean": (0.1307,), "std": (0.3081,)},
    "fashion_mnist": {"image_shape": (1, 28, 28), "mean": (0.286,), "std": (0.353,)},
    "digits": {"image_shape": (1, 28, 28), "mean": (0.1307,), "std": (0.3081,)},
    **{
        name: {"image_shape": (3, side, side), "mean": (0.5,) * 3, "std": (0.25,) * 3}
        for name, side in (("cifar10", 32), ("cifar100", 32), ("cifar100_coarse", 32), ("stl10", 96))
    },
    "image_folder": {"image_shape": (3, 16, 16), "classes": None},
}


@pytest.fixture(scope="session")
def make_config() -> Callable[..., DataConfig]:
    """Returns a function that makes the configuration of a dataset by its name."""

    def make(name: str, **changes: Any) -> DataConfig:
        values = {"name": name, "classes": (0, 1), "converged_above": 90.0, **_SETTINGS[name], **changes}
        return DataConfig(**values)

    return make


@pytest.fixture(scope="session")
def encode_idx() -> Callable[[np.ndarray], bytes]:
    """Returns a function that makes the content of an IDX file from a uint8 array."""
    return _encode_idx


@pytest.fixture(scope="session")
def encode_batch() -> Callable[[dict[bytes, Any]], bytes]:
    """Returns a function that makes a pickle as Python 2 and NumPy 1 wrote the official batches.

    Values can be whole numbers, bytes, lists of these, and uint8 arrays.
    """
    return _encode_batch


@pytest.fixture(scope="session")
def write_images() -> Callable[..., list[Path]]:
    """Returns a function that writes random images, each another one, as 000.png, 001.png and so on."""
    random = np.random.default_rng(0)

    def write(folder: Path, count: int, *, mode: str = "RGB", suffix: str = ".png") -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{number:03d}{suffix}" for number in range(count)]
        for path in paths:
            shape = (*random.integers(10, 40, 2), 3)
            Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)).convert(mode).save(path)
        return paths

    return write


@pytest.fixture
def load(make_config: Callable[..., DataConfig], tmp_path: Path) -> Callable[..., Dataset]:
    """Returns a function that loads the images in `tmp_path`, or elsewhere."""

    def load_with(root: Path = tmp_path, **settings: Any) -> Dataset:
        return load_dataset(make_config("image_folder", root=str(root), **settings), download=False)

    return load_with


@pytest.fixture
def pets(write_images: Callable[..., list[Path]], tmp_path: Path) -> Path:
    """Returns a folder with 20 cats and 15 dogs in colour."""
    write_images(tmp_path / "cats", 20)
    write_images(tmp_path / "dogs", 15)
    return tmp_path


@pytest.fixture
def divided_pets(write_images: Callable[..., list[Path]], tmp_path: Path) -> Path:
    """Returns a folder with 9 cats and 8 dogs to train on, and 4 cats and 2 dogs to test on."""
    for split, cats, dogs in (("train", 9, 8), ("test", 4, 2)):
        write_images(tmp_path / split / "cats", cats)
        write_images(tmp_path / split / "dogs", dogs)
    return tmp_path


@dataclass(frozen=True)
class SmallRelease:
    """A release with a few random images.

    Attributes:
        release: Its description; the hashes are right, the URLs those of the official release.
        files: The content of each file as it lies on the disk.
        downloads: The content of each download by the last part of its URL.
    """

    release: Release
    files: dict[str, bytes]
    downloads: dict[str, bytes]

    def write(self, root: Path) -> Path:
        """Writes the files to their folder under `root`, which is returned."""
        folder = root / self.release.folder
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder


@pytest.fixture
def small_mnist() -> SmallRelease:
    """Returns a release with 30 training and 20 test images; labels fall from 9 to 0, again and again."""
    return _small_mnist(MNIST)


@pytest.fixture
def small_fashion_mnist() -> SmallRelease:
    """Returns a release like `small_mnist`."""
    return _small_mnist(FASHION_MNIST)


def _small_mnist(template: Release) -> SmallRelease:
    random = np.random.default_rng(0)
    contents = {}
    for split, count in (("train", 30), ("t10k", 20)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        contents[f"{split}-images-idx3-ubyte.gz"] = _encode_idx(images)
        contents[f"{split}-labels-idx1-ubyte.gz"] = _encode_idx(np.arange(count, dtype=np.uint8)[::-1] % 10)
    files = {name: gzip.compress(content, 1) for name, content in contents.items()}
    return SmallRelease(_with_hashes(template, contents, files), files, downloads=files)


@pytest.fixture
def small_cifar10() -> SmallRelease:
    """Returns a release with 20 images in each batch; labels rise from 0 to 9, twice."""
    random = np.random.default_rng(0)
    files = {"batches.meta": _encode_batch({b"label_names": [name.encode() for name in CIFAR10.class_names]})}
    for name in set(CIFAR10.md5) - {"batches.meta"}:
        data = random.integers(0, 256, (20, 3072), dtype=np.uint8)
        files[name] = _encode_batch({b"data": data, b"labels": 2 * list(range(10))})
    return _archived(CIFAR10, files, {"readme.html": b"not a batch"})


@pytest.fixture(scope="session")
def small_cifar100() -> SmallRelease:
    """Returns a release with an image of each class in each file; labels fall from 99 to 0, coarse ones with them."""
    random = np.random.default_rng(0)
    fine = list(range(100))[::-1]
    names = {b"fine_label_names": CIFAR100.class_names, b"coarse_label_names": CIFAR100_COARSE.class_names}
    files = {"meta": _encode_batch({key: [name.encode() for name in value] for key, value in names.items()})}
    for name in ("train", "test"):
        data = random.integers(0, 256, (100, 3072), dtype=np.uint8)
        coarse = [label // 5 for label in fine]
        files[name] = _encode_batch({b"coarse_labels": coarse, b"fine_labels": fine, b"data": data})
    return _archived(CIFAR100, files, {"file.txt~": b""})


@pytest.fixture(scope="session")
def small_stl10() -> SmallRelease:
    """Returns a release with 20 training and 10 test images; labels fall from 10 to 1, again and again."""
    random = np.random.default_rng(0)
    files = {}
    for split, count in (("train", 20), ("test", 10)):
        files[f"{split}_X.bin"] = random.integers(0, 256, (count, 3, 96, 96), dtype=np.uint8).tobytes()
        files[f"{split}_y.bin"] = bytes(10 - number % 10 for number in range(count))
    return _archived(STL10, files, {"unlabeled_X.bin": bytes(27648), "fold_indices.txt": b"0 1\n"})


def _archived(template: Release, files: dict[str, bytes], others: dict[str, bytes]) -> SmallRelease:
    """Returns a release whose files come in one archive, together with others."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for name, content in {**others, **files}.items():
            member = tarfile.TarInfo(f"{template.folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    downloads = {template.remotes[0].urls[0].rpartition("/")[2]: buffer.getvalue()}
    return SmallRelease(_with_hashes(template, files, downloads), files, downloads)


def _with_hashes(template: Release, contents: dict[str, bytes], downloads: dict[str, bytes]) -> Release:
    remotes = tuple(
        replace(remote, md5=_md5(downloads[remote.urls[0].rpartition("/")[2]])) for remote in template.remotes
    )
    return replace(template, md5={name: _md5(contents[name]) for name in template.md5}, remotes=remotes)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _encode_idx(array: np.ndarray) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def _encode_batch(values: dict[bytes, Any]) -> bytes:
    return b"\x80\x02" + _encode(values) + b"."


def _encode(value: Any) -> bytes:
    if isinstance(value, dict):
        return b"}(" + b"".join(_encode(key) + _encode(item) for key, item in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(_encode, value)) + b"e"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, bytes):
        return b"T" + struct.pack("<i", len(value)) + value
    shape = b"".join(map(_encode, value.shape))
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
    dtype = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    return array + b"(K\x01(" + shape + b"t" + dtype + b"\x89" + _encode(value.tobytes()) + b"tb"
