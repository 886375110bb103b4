"""Where the files of a table, a comparison or a measurement go."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from qnlnet.config import compose_config
from qnlnet.config.overrides import key_of
from qnlnet.files import choose_folder

# Overrides with these keys say where, how fast or to whom, and never what.
_HARMLESS = {"workers", "force", "checkpoint_every", "allow_constant", "data.root"}
_HARMLESS_SECTIONS = {"logger", "hydra"}


def choose_output_folder(
    config: DictConfig, overrides: list[str], config_name: str, describe: Callable[[DictConfig, list[str]], Any]
) -> Path:
    """Returns the folder of `output_dir`, or one under outputs/ where overrides ask for something else than the file.

    What is not verified may be anything, so `data.verify=false` never writes into results/ unless `output_dir` says so.

    Args:
        config: The composed file with its overrides.
        overrides: The overrides of the command line.
        config_name: The file in configs/.
        describe: Returns what a composed file and its overrides ask for: equal values are the same table.
    """
    directory = Path(config.output_dir)
    keys = {key_of(override) for override in overrides}
    if "output_dir" in keys:
        return choose_folder(directory, directory, is_usual=False)
    if not OmegaConf.select(config, "data.verify", default=True):  # no hash tells other images from the committed ones
        return choose_folder(None, directory, is_usual=False)
    changing = [key for key in keys if key not in _HARMLESS and key.partition(".")[0] not in _HARMLESS_SECTIONS]
    if not changing:  # describing a table takes a second
        return choose_folder(None, directory, is_usual=True)
    usual = compose_config(config_name, [])
    return choose_folder(None, directory, is_usual=describe(config, overrides) == describe(usual, []))
