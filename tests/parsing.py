"""Lets many programs in one process read the same YAML: Hydra reads all files anew for each composition."""

import pickle
from typing import Any

from omegaconf import OmegaConf

_load: Any = OmegaConf.load
_kept: dict[str, bytes] = {}


def parse_equal_files_once() -> None:
    """Makes OmegaConf keep what it has parsed, by the whole text; parsing is a third of what a composition takes."""
    setattr(OmegaConf, "load", staticmethod(_load_kept))  # noqa: B010 - type checkers forbid the assignment


def _load_kept(file: Any) -> Any:
    if not hasattr(file, "read"):
        return _load(file)
    text = file.read()
    if text not in _kept:
        file.seek(0)  # errors name the file
        _kept[text] = pickle.dumps(_load(file))
    return pickle.loads(_kept[text])  # each who asks gets an own copy
