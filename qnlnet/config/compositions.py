"""Compositions by Hydra, kept while the files in configs/ stay as they are: one takes Hydra a tenth of a second."""

import os
import pickle
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from qnlnet.config.own_models import offer_own_models

State = tuple[tuple[object, ...], ...]
_PLAIN = re.compile(r"(?!hydra\b)([A-Za-z_][\w.]*)(@[\w.]+)?=(.*)", re.DOTALL)  # no +key, ~key or hydra.key


def compose_files(config_name: str, overrides: Sequence[str], folder: Path) -> DictConfig:
    """Returns what Hydra composes of `folder`/`config_name`.yaml, inside a running Hydra application or without one.

    Hydra itself composes once for each choice of groups; single values are set in a copy. A file that changes, comes or
    goes makes Hydra compose again, in `folder` and among one's own models.
    """
    state = files_state(folder)
    words = _split(overrides, folder)
    if words is not None and _reads_only(folder):
        groups, values = words
        try:
            if (kept := _compose_groups(config_name, groups, folder, state)) is not None:
                return _set_values(pickle.loads(kept), values)
        except (HydraException, OmegaConfBaseException):
            pass  # Hydra shall say in its own words what is wrong
    return _compose(config_name, overrides, folder)


def files_state(folder: Path) -> State:
    """Returns what changes whenever a file changes, comes or goes, in `folder` or among one's own models."""
    own = offer_own_models()
    return (*_list_files(folder), *own)


def _split(overrides: Sequence[str], folder: Path) -> tuple[tuple[str, ...], list[str]] | None:
    """Returns the overrides that choose files and those that set values; None where only Hydra can tell."""
    groups, values = [], []
    for override in overrides:
        if (match := _PLAIN.fullmatch(override)) is None:
            return None
        key, _, value = match.groups()
        if not (folder / key).is_dir():
            values.append(override)
        elif "{" not in value:  # a dictionary is no choice, but a value
            groups.append(override)
        else:
            return None
    return tuple(groups), values


def _reads_only(folder: Path) -> bool:
    """Whether Hydra finds files in `folder` and nowhere else: an application may have another --config-dir."""
    if not GlobalHydra.instance().is_initialized():
        return True
    paths = (element.path for element in GlobalHydra.instance().config_loader().get_search_path().get_path())
    others = (path.removeprefix("file://") for path in paths if not path.startswith(("pkg:", "structured:")))
    return all(path == str(folder) for path in others)


def _list_files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Yields everything in `folder`, each with what changes when it does."""
    for parent, folders, files in os.walk(folder, followlinks=True):
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            try:
                state = os.stat(path)
            except OSError:  # a link to nothing, or it has just gone
                continue
            yield path, state.st_mtime_ns, state.st_ctime_ns, state.st_size


@lru_cache(maxsize=256)
def _compose_groups(config_name: str, groups: tuple[str, ...], folder: Path, state: State) -> bytes | None:
    """Returns the composition, pickled; None where hydra.searchpath adds folders, whose files could change unseen.

    A copy from the pickle takes a seventh of the time of a deep copy.
    """
    config = _compose(config_name, groups, folder, return_hydra_config=True)
    if config.hydra.searchpath:
        return None
    with open_dict(config):
        del config["hydra"]
    return pickle.dumps(config)


def _compose(
    config_name: str, overrides: Sequence[str], folder: Path, *, return_hydra_config: bool = False
) -> DictConfig:
    if GlobalHydra.instance().is_initialized():
        return compose(config_name, overrides=list(overrides), return_hydra_config=return_hydra_config)
    with initialize_config_dir(str(folder), version_base="1.3"):
        return compose(config_name, overrides=list(overrides), return_hydra_config=return_hydra_config)


def _set_values(config: DictConfig, words: Sequence[str]) -> DictConfig:
    for override in OverridesParser.create().parse_overrides(list(words)):
        if override.is_sweep_override():
            raise HydraException(f"One value is needed, but there are several: {override.input_line}")
        OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
    return config
