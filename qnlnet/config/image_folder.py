"""A folder of one's own images: what its configuration leaves open is read off the folder."""

import os
import re
import shlex
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qnlnet.config.class_folders import find_class_folders, list_names
from qnlnet.errors import DataError, argument_error

_LABEL = re.compile(r"\w[\w.+-]{,59}")  # safe in the name of a file, in a table and in a figure
_BARE = re.compile(r"(?!(true|false|null|inf|nan)$)[a-z_][a-z0-9_-]*|0|[1-9][0-9]*", re.IGNORECASE)


def complete_image_folder(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the settings of a folder with those put in that are missing or None.

    `label` becomes the folder's name and `classes` the names of its class folders in alphabetical order, if there are
    two; `mean` and `std` become 0.5. The disk is read for `classes` only. Numbers in `classes` are names, too: a folder
    may be called 0.

    Raises:
        ArgumentError: `root` is missing or no folder, or `classes` or `label` cannot be used or must be given.
        DataError: The folder cannot be read or has another layout.
    """
    root = values.get("root")
    if not isinstance(root, str) or not root.strip():
        advice = "Write data.root=path/to/folder; it has one folder of images for each class."
        raise argument_error("data.root", "name the folder of your images with data=image_folder", root, advice)
    found: dict[str, Any] = {"convert_colours": False, "label": _label(values.get("label"), root)}
    classes = values.get("classes")
    found["classes"] = _two_classes(Path(os.path.expanduser(root))) if classes is None else _class_names(classes)
    shape = values.get("image_shape")
    if isinstance(shape, Sequence) and shape and isinstance(shape[0], int):
        found |= {"mean": (0.5,) * shape[0], "std": (0.5,) * shape[0]}
    given = {key: value for key, value in values.items() if value is not None or key not in found}
    return {**found, **given, "label": found["label"], "classes": found["classes"]}


def _two_classes(root: Path) -> Any:
    names = sorted({name for folders in find_class_folders(root).values() for name in folders})
    if len(names) > 2:
        requirement = f"name two of the {len(names)} folders in {root}, which are {list_names(names)}"
        raise argument_error("data.classes", requirement, None, f"For example {_override(names[:2])}.")
    if len(names) < 2:
        there = f"there is only {names[0]}" if names else "there is none"
        raise DataError(f"Folder {root} must have one folder of images for each of two classes, but {there}.")
    return _class_names(names)


def _class_names(classes: Any) -> Any:
    """Returns the classes as text; what is no list is left to the schema."""
    return tuple(map(_class_name, classes)) if isinstance(classes, list | tuple) else classes


def _class_name(value: Any) -> str:
    name = _text(value)
    if not isinstance(name, str):
        advice = 'Put names in quotes that look like something else: \'data.classes=["1.5","true"]\'.'
        raise argument_error("data.classes", "be names of folders", value, advice)
    if not name.strip() or "/" in name or not name.isprintable():
        requirement = "be names of folders, without the way to them"
        raise argument_error("data.classes", requirement, value, "Say where they are with data.root.")
    return unicodedata.normalize("NFC", name)


def _text(value: Any) -> Any:
    """Returns a whole number as text: the command line cannot tell the name 0 from the number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _override(names: Sequence[str]) -> str:
    """Returns what to write on the command line to choose these classes."""
    if all(_BARE.fullmatch(name) for name in names):
        return f"data.classes=[{','.join(names)}]"
    quoted = ",".join('"' + name.replace('"', r"\"") + '"' for name in names)
    return shlex.quote(f"data.classes=[{quoted}]")


def _label(given: Any, root: str) -> Any:
    """Returns the label, by default the folder's own name with underscores for what a label cannot have."""
    if given is None:
        name = unicodedata.normalize("NFC", os.path.basename(os.path.abspath(os.path.expanduser(root))))
        given = re.sub(r"[^\w.+-]|^\W", "_", name)[:60]
        if not given:
            raise argument_error("data.label", f"be given with data.root={root}, which has no name", None)
    label = _text(given)
    if isinstance(label, str) and not _LABEL.fullmatch(label):
        requirement = "begin with a letter or digit and have at most 60 letters, digits and . _ + -"
        raise argument_error("data.label", requirement, label)
    return label
