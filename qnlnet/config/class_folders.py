"""How a folder of one's own images is laid out, and which classes it has.

There are two layouts: ``ROOT/CLASS/…`` and, divided already, ``ROOT/train/CLASS/…`` with ``ROOT/test/CLASS/…``.
"""

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from qnlnet.errors import DataError, argument_error

_SPLITS = ("train", "test")
_NO_CLASSES = {"__MACOSX"}  # what packing on a Mac leaves behind
_MOST_NAMES = 12


def find_class_folders(root: Path) -> dict[str, dict[str, Path]]:
    """Returns the folders of the classes by name, in alphabetical order, for each split.

    Returns:
        Keys ``train`` and ``test`` where the folder is divided already, else the one key ``all``.

    Raises:
        ArgumentError: There is no such folder.
        DataError: It cannot be read, or only one of the two splits is there.
    """
    if not os.path.isdir(root):
        advice = f"There is no such folder: {root.absolute()}."
        raise argument_error("data.root", "be a folder with one folder of images for each class", str(root), advice)
    folders = _subfolders(root)
    splits = {name.lower(): path for name, path in folders.items() if name.lower() in _SPLITS}
    if len(splits) == len(_SPLITS):
        return {split: _subfolders(splits[split]) for split in _SPLITS}
    for split, path in splits.items():
        if _subfolders(path):  # folders of classes; were it a class itself, images would lie in it
            missing = next(name for name in _SPLITS if name != split)
            raise DataError(
                f"Folder {root} must have a folder {missing} beside {path.name}, but has none. Call the other part so, "
                f"or put the folders of the classes into {root} itself to have them divided."
            )
    return {"all": folders}


def list_names(names: Sequence[str]) -> str:
    """Returns names for a sentence, the first of them if they are many."""
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _subfolders(folder: Path) -> dict[str, Path]:
    """Returns the folders in `folder` that are not hidden, by their names in Unicode's composed form."""
    try:
        found = [entry for entry in folder.iterdir() if entry.is_dir()]
    except OSError as error:
        raise DataError(f"Folder {folder} must be readable, but is not: {error.strerror}.") from None
    seen = (path for path in found if not path.name.startswith(".") and path.name not in _NO_CLASSES)
    return dict(sorted((unicodedata.normalize("NFC", path.name), path) for path in seen))
