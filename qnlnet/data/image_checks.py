"""What is demanded of own images beyond being readable."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qnlnet.data.dataset import Images
from qnlnet.data.image_reading import ReadImage
from qnlnet.errors import DataError

_LARGEST = 65535  # of 16 bits
_DEPTHS = (8, 10, 12, 14)  # of cameras and scanners that write 16 bits
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


def check_depth(folder: Path, read: Sequence[ReadImage]) -> None:
    """Raises a `DataError` if the 16-bit images of a class look like fewer bits, which would leave them nearly black.

    Files do not say so: only that no value of any of them needs the upper two bits. As what is white cannot be known, a
    person has to say it.
    """
    deep = [image for image in read if image.brightest is not None]
    brightest = max((image.brightest or 0 for image in deep), default=0)
    bits = next((bits for bits in _DEPTHS if brightest < 2**bits), None)
    if not brightest or bits is None:
        return
    example = next(image.path for image in deep if image.brightest == brightest)
    factor = round(_LARGEST / (2**bits - 1))
    raise DataError(
        f"The 16-bit images in {folder} must use their 65,536 values, but the largest in all {len(deep):,} is "
        f"{brightest:,}, in {example.relative_to(folder)}: of 256 levels {255 * brightest // _LARGEST + 1} would be "
        f"left. If they have {bits} bits, multiply their values by {factor}; if they are that dark, save them "
        "with 8 bits as they are to look."
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
