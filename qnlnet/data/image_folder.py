"""A folder of one's own images: ``ROOT/CLASS/…``, or ``ROOT/train/CLASS/…`` with ``ROOT/test/CLASS/…``.

Images that are not divided yet are divided here, class by class: a fifth tests, those with the smallest SHA-256. Every
machine finds the same fifth, whatever the files are called and whichever other class is chosen; copies of one picture
stay together; and images that are added later move few of the others.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qnlnet.config.class_folders import find_class_folders, list_names
from qnlnet.data.image_checks import check_colours, check_depth, check_number, check_variety
from qnlnet.data.image_copies import Placed, check_copies
from qnlnet.data.image_listing import ImageList, list_images
from qnlnet.data.image_reading import ReadImage, read_images
from qnlnet.data.labelled_images import LabelledImages, Splits
from qnlnet.errors import argument_error


@dataclass(frozen=True)
class _ClassFolder:
    """A class in a split: ``train``, ``test``, or ``all`` where we divide."""

    split: str
    label: int
    path: Path


def read_image_folder(
    root: Path,
    classes: Sequence[str],
    image_shape: tuple[int, int, int],
    *,
    convert_colours: bool = False,
    accept_copies: bool = False,
) -> Splits:
    """Returns the images of some classes, within a class in the order of their names.

    Args:
        root: The folder.
        classes: Names of class folders; their positions are the labels.
        image_shape: (channels, height, width) to which every image is brought as `image_decoding` says.
        convert_colours: Whether colour images may become grey, and grey ones three equal channels.
        accept_copies: Whether the same picture may be in two classes, or both train and test.

    Returns:
        Both splits; they are never official, for there is no official release.

    Raises:
        ArgumentError: There is no such folder, or no such class in it.
        DataError: Images cannot be read, are too few or all the same, have colours where they must be grey, or the
            other way round, have a brightness that nobody can know, or are in two classes or splits.
    """
    folders = list(_choose(root, classes))
    lists = [list_images(folder.path) for folder in folders]
    for folder, images in zip(folders, lists, strict=True):
        check_number(folder.path, folder.split, len(images.paths), images.describe_passed_over())
    read = read_images([path for images in lists for path in images.paths], image_shape)
    for folder in folders:
        check_depth(folder.path, [image for image in read if image.path.is_relative_to(folder.path)])
    if not convert_colours:
        check_colours(root, read, image_shape)
    pixels = np.stack([image.pixels for image in read])
    check_variety(root, pixels)  # before copies are counted
    labels = np.repeat([folder.label for folder in folders], [len(images.paths) for images in lists]).astype(np.int64)
    is_test = _divide(folders, lists, read)
    if not accept_copies:
        check_copies(root, [Placed(*one) for one in zip(read, labels.tolist(), is_test.tolist(), strict=True)])
    train, test = (LabelledImages(pixels[part], labels[part]) for part in (~is_test, is_test))
    check_variety(root, train.images)
    return Splits(train=(train,), test=(test,), official=False)


def _choose(root: Path, classes: Sequence[str]) -> Iterator[_ClassFolder]:
    for split, folders in find_class_folders(root).items():
        for label, name in enumerate(classes):
            if name not in folders:
                there = f"are {list_names(list(folders))}" if folders else "there are none"
                place = root if split == "all" else root / split
                near = difflib.get_close_matches(name, list(folders), n=1, cutoff=0.5)
                advice = f"Did you mean {near[0]}?" if near else ""
                raise argument_error("data.classes", f"name folders in {place}, which {there}", list(classes), advice)
            yield _ClassFolder(split, label, folders[name])


def _divide(
    folders: Sequence[_ClassFolder], lists: Sequence[ImageList], read: Sequence[ReadImage]
) -> NDArray[np.bool_]:
    """Returns for each image whether it tests, shape (count,)."""
    is_test = np.zeros(len(read), dtype=bool)
    begin = 0
    for folder, images in zip(folders, lists, strict=True):
        own = slice(begin, begin + len(images.paths))
        is_test[own] = _choose_test(folder, read[own]) if folder.split == "all" else folder.split == "test"
        begin = own.stop
    return is_test


def _choose_test(folder: _ClassFolder, images: Sequence[ReadImage]) -> list[bool]:
    """Returns for each image of a class whether it tests."""
    digest_of: dict[str, str] = {}  # of each picture, the smallest of its files
    for image in images:
        digest_of[image.look] = min(image.digest, digest_of.get(image.look, image.digest))
    digests = sorted(digest_of.values())
    copies = len(images) - len(digests)
    check_number(folder.path, folder.split, len(digests), f"{copies} more are copies of these." if copies else "")
    chosen = set(digests[: (len(digests) + 2) // 5])  # a fifth, rounded to the nearest
    return [digest_of[image.look] in chosen for image in images]
