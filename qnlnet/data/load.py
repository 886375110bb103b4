"""From a configuration to a dataset: the one entry to the data."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from qnlnet.config.data import DataConfig
from qnlnet.data.cifar10 import CIFAR10, read_cifar10
from qnlnet.data.cifar100 import CIFAR100, CIFAR100_COARSE, read_cifar100, read_cifar100_coarse
from qnlnet.data.dataset import Dataset
from qnlnet.data.digits import DIGIT_NAMES, read_digits
from qnlnet.data.image_folder import read_image_folder
from qnlnet.data.labelled_images import Splits, select_classes
from qnlnet.data.mnist import FASHION_MNIST, MNIST, read_mnist
from qnlnet.data.release import Release
from qnlnet.data.root import data_root
from qnlnet.data.stl10 import STL10, read_stl10
from qnlnet.data.validation import hold_out_validation
from qnlnet.errors import argument_error, check_type

RELEASES: Mapping[str, Release] = {
    "mnist": MNIST,
    "fashion_mnist": FASHION_MNIST,
    "cifar10": CIFAR10,
    "cifar100": CIFAR100,
    "cifar100_coarse": CIFAR100_COARSE,
    "stl10": STL10,
}
READERS: Mapping[str, Callable[..., Splits]] = {
    "mnist": read_mnist,
    "fashion_mnist": partial(read_mnist, release=FASHION_MNIST),
    "cifar10": read_cifar10,
    "cifar100": read_cifar100,
    "cifar100_coarse": read_cifar100_coarse,
    "stl10": read_stl10,
}


def load_dataset(config: DataConfig, *, download: bool = True) -> Dataset:
    """Returns the images that `config` asks for; missing files are downloaded first.

    Args:
        config: Which images, where they lie, and whether to refuse files that differ from the official release.
        download: Whether to download missing files.

    Raises:
        ArgumentError: If `config` is something else, such as a whole configuration; or if a class or an image shape is
            asked for that the dataset does not have.
        DataError: If files are missing, damaged or, with `config.verify`, not the official ones; or if own images are
            too few, of different kinds, or the same in two places.
    """
    advice = 'Images are a part of a configuration: load_config("data=digits").data, for example.'
    check_type("config", config, DataConfig, advice)
    is_own = config.name == "image_folder"
    splits, labels = _read_own_images(config) if is_own else _read_release(config, download)
    train_images, train_labels = select_classes(splits.train, labels)
    test_images, test_labels = select_classes(splits.test, labels)
    dataset = Dataset(
        name=config.name,
        classes=config.classes,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        official=splits.official,
    )
    return hold_out_validation(dataset) if config.evaluate_on == "validation" else dataset


def _read_own_images(config: DataConfig) -> tuple[Splits, Sequence[int]]:
    """Returns the images with the labels that they have there."""
    names = [str(name) for name in config.classes]
    splits = read_image_folder(
        data_root(config),
        names,
        config.image_shape,
        convert_colours=bool(config.convert_colours),
        accept_copies=bool(config.accept_copies),
    )
    return splits, range(len(names))


def _read_release(config: DataConfig, download: bool) -> tuple[Splits, Sequence[int]]:
    """Returns the images with the classes that are asked for."""
    classes = _check_release(config)
    if config.name == "digits":
        return read_digits(config.image_shape), classes
    return READERS[config.name](data_root(config), verify=config.verify, download=download), classes


def _check_release(config: DataConfig) -> Sequence[int]:
    """Returns the classes, after checking that the dataset has them, and images of the shape that is asked for."""
    release = RELEASES.get(config.name)
    names = release.class_names if release else DIGIT_NAMES
    classes = [label for label in config.classes if isinstance(label, int)]
    if not set(config.classes) <= set(range(len(names))):
        described = (f"{k} ({name})" if name != str(k) else name for k, name in enumerate(names))
        requirement = f"name classes of {config.name}, which are {', '.join(described)}"
        raise argument_error("data.classes", requirement, list(config.classes))
    if release and config.image_shape != release.image_shape:
        requirement = f"be {list(release.image_shape)} with data={config.name}"
        raise argument_error("data.image_shape", requirement, list(config.image_shape))
    return classes
