"""Offers the models in the folders of $QNLNET_MODELS to Hydra, as options of the group `model`."""

from pathlib import Path

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from qnlnet.config.model.base import ModelConfig
from qnlnet.config.model.registry import own_files
from qnlnet.errors import ArgumentError

_GROUP = "model"
_PROVIDER = "one's own models"

State = tuple[tuple[str, int, int], ...]
_offered: State = ()


def offer_own_models() -> State:
    """Makes ``model=NAME`` known for each NAME.yaml of one's own, and unknown for those that have gone.

    Returns:
        What changes with the files: path, time of the last change and size of each.

    Raises:
        ArgumentError: A folder is not there, or a file cannot be used.
        yaml.YAMLError: A file is no YAML; `explain_composition_error` has a sentence for it.
    """
    global _offered
    files = {name: file.with_suffix(".yaml") for name, file in own_files().items()}
    state = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files.values())
    if state == _offered:
        return state
    nodes = {name: _read(name, path) for name, path in files.items()}
    store = ConfigStore.instance()
    options = store.repo.setdefault(_GROUP, {})
    for option in [option for option, node in options.items() if node.provider == _PROVIDER]:
        del options[option]
    for name, node in nodes.items():
        store.store(group=_GROUP, name=name, node=node, provider=_PROVIDER)
    _offered = state
    return state


def _read(name: str, path: Path) -> DictConfig:
    settings = OmegaConf.load(path)
    if not isinstance(settings, DictConfig):
        raise ArgumentError(f"The file {path} must hold settings such as `name: {name}`, but holds a list.")
    if settings.setdefault("name", name) != name:
        raise ArgumentError(f"The file {path} must have `name: {name}`, but has `name: {settings.name}`.")
    settings.setdefault("seeds", ModelConfig.model_fields["seeds"].default)
    return settings


def list_options(group: str, folder: Path) -> list[str]:
    """Returns the names of a group's options: the files in `folder`, configs/, and one's own models."""
    names = {path.stem for path in (folder / group).glob("*.yaml")}
    return sorted({*names, *own_files()} if group == _GROUP else names)
