"""CIFAR-10 (Krizhevsky 2009): 60,000 colour images of ten kinds of things, 32 × 32."""

from functools import partial

from qnlnet.data.cifar import CifarRelease, read_cifar
from qnlnet.data.release import RemoteFile

_TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}

CIFAR10 = CifarRelease(
    title="CIFAR-10",
    folder="cifar-10-batches-py",
    md5=_MD5,
    remotes=(
        RemoteFile(
            urls=("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            md5="c58f30108f718f92721af3b95e74349a",
            provides=tuple(_MD5),
            is_archive=True,
        ),
    ),
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    image_shape=(3, 32, 32),
    train=_TRAIN_FILES,
    test="test_batch",
    meta="batches.meta",
    label_key=b"labels",
    names_key=b"label_names",
)

read_cifar10 = partial(read_cifar, release=CIFAR10)
