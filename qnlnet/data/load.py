"""From a configuration to a dataset: the one entry to the data."""

from qnlnet.config.schema import DataConfig
from qnlnet.data.cifar10 import CIFAR10, read_cifar10
from qnlnet.data.dataset import Dataset
from qnlnet.data.digits import DIGIT_NAMES, read_digits
from qnlnet.data.labelled_images import Splits, select_classes
from qnlnet.data.mnist import MNIST, read_mnist
from qnlnet.data.root import data_root
from qnlnet.data.validation import hold_out_validation
from qnlnet.errors import argument_error

RELEASES = {"mnist": MNIST, "cifar10": CIFAR10}
READERS = {"mnist": read_mnist, "cifar10": read_cifar10}


def load_dataset(config: DataConfig, *, download: bool = True) -> Dataset:
    """Returns the images that `config` asks for; missing files are downloaded first.

    Args:
        config: Which images, where they lie, and whether to refuse files that differ from the official release.
        download: Whether to download missing files.

    Raises:
        ArgumentError: If a class or an image shape is asked for that the dataset does not have.
        DataError: If files are missing, damaged or, with `config.verify`, not the official ones.
    """
    _check_config(config)
    splits = _read_splits(config, download)
    train_images, train_labels = select_classes(splits.train, config.classes)
    test_images, test_labels = select_classes(splits.test, config.classes)
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


def _read_splits(config: DataConfig, download: bool) -> Splits:
    if config.name == "digits":
        return read_digits(config.image_shape)
    return READERS[config.name](data_root(config), verify=config.verify, download=download)


def _check_config(config: DataConfig) -> None:
    release = RELEASES.get(config.name)
    names = release.class_names if release else DIGIT_NAMES
    if not set(config.classes) <= set(range(len(names))):
        described = (f"{k} ({name})" if name != str(k) else name for k, name in enumerate(names))
        requirement = f"name classes of {config.name}, which are {', '.join(described)}"
        raise argument_error("data.classes", requirement, list(config.classes))
    if release and config.image_shape != release.image_shape:
        requirement = f"be {list(release.image_shape)} with data={config.name}"
        raise argument_error("data.image_shape", requirement, list(config.image_shape))
