"""What is demanded of own images beyond being readable."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qnlnet.data.dataset import Images
from qnlnet.data.image_reading import ReadImage
from qnlnet.errors import DataError

# Of each class: enough for four principal components, even when a fifth of the training images is held out.
_FEWEST = {"all": 10, "train": 8, "test": 2}


def check_number(folder: Path, split: str, number: int, remark: str) -> None:
    """Raises a `DataError` if the folder of a class has too few images.

    Args:
        folder: The folder.
        split: ``train``, ``test``, or ``all`` for a folder that is to be divided.
        number: Its images.
        remark: What else there is to say about its files.
    """
    if number < _FEWEST[split]:
        has = str(number) if number else "none"
        reason = f"Folder {folder} must have at least {_FEWEST[split]} images, but has {has}."
        raise DataError(f"{reason} {remark}".rstrip())


def check_variety(root: Path, images: Images) -> None:
    """Raises a `DataError` if all images are the same: shape (count, channels, height, width)."""
    if np.array_equal(images, np.broadcast_to(images[:1], images.shape)):
        height, width = images.shape[2:]
        raise DataError(
            f"The training images in {root} must differ, but with {height} × {width} pixels all of them are the same. "
            "Have a look at some of them; transparent parts are laid on white."
        )


def check_colours(root: Path, read: Sequence[ReadImage], image_shape: tuple[int, int, int]) -> None:
    """Raises a `DataError` unless all images are grey where `image_shape` has one channel, or in colour otherwise.

    A colour file whose pixels are all grey is right for either, but where all files are like that they are grey.
    """
    kinds = {image.kind for image in read}
    if image_shape[0] == 1:
        wanted, actual, channels, remedy = "grey", "in colour", 3, "colour into grey"
        wrong = [image for image in read if image.kind == "colour"]
        others = [image for image in read if image.kind == "grey"]
    else:
        wanted, actual, channels, remedy = "in colour", "grey", 1, "grey into equal channels"
        wrong = [image for image in read if image.kind == "grey" or "colour" not in kinds]
        others = [image for image in read if image.kind == "colour"]
    if not wrong:
        return
    share = f"all {len(read):,}" if len(wrong) == len(read) else f"{len(wrong):,} of {len(read):,}"
    reason = f"{share} are {actual}, such as {wrong[0].path.relative_to(root)}"
    advice = f"data.convert_colours=true to turn {remedy}"
    if others:
        reason += f", and the others {wanted}, such as {others[0].path.relative_to(root)}"
        advice = f"Keep one kind only, or set {advice} on purpose."
    else:
        advice = f"Set data.image_shape=[{channels},{image_shape[1]},{image_shape[2]}], or {advice}."
    required = f"The images in {root} must be {wanted} with data.image_shape={list(image_shape)}"
    raise DataError(f"{required}, but {reason}. {advice}")
