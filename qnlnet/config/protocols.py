"""Which protocols a model can be trained by."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.model.registry import section_of
from qnlnet.errors import argument_error

_FOLDER = CONFIG_DIR / "protocol"
_RECIPE = "model._paper"  # what a model's file has for protocol=paper


def check_protocol(config: DictConfig) -> None:
    """Checks the protocol of a composed configuration.

    Raises:
        ArgumentError: It is another model's, or asks for a recipe that the model has not.
    """
    model, protocol = (OmegaConf.select(config, key) for key in ("model.name", "train.protocol"))
    has_recipe = OmegaConf.select(config, _RECIPE) is not None
    only = OmegaConf.select(config, "train._only")
    is_strange = only not in (None, model)
    if not is_strange and (protocol != "paper" or has_recipe):
        return
    mine = [name for name, of in _owners().items() if of in (None, model) and (name != "paper" or has_recipe)]
    why = f"This one is for model={only}." if is_strange else "There is no recipe of a paper in the model's file."
    usual = section_of(model).usual_protocol
    requirement = f"be {' or '.join(mine)} with model={model}"
    raise argument_error("protocol", requirement, protocol, f"{why} Choose protocol={usual}.")


def _owners() -> dict[str, Any]:
    """Returns the options of the group `protocol`, each with the model that it is for; None where it is for all."""
    return {path.stem: read_protocol(path.stem).get("_only") for path in sorted(_FOLDER.glob("*.yaml"))}


def read_protocol(name: str) -> dict[str, Any]:
    """Returns what configs/protocol/`name`.yaml says, as it stands there; nothing without such a file."""
    path = _FOLDER / f"{name}.yaml"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


@cache
def _read(path: Path, changed: int) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):  # an option that nobody has asked for
        return {}
    return content if isinstance(content, dict) else {}
