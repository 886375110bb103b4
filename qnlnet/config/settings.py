"""What makes a cell other than its columns say: the overrides that a reader could not guess."""

import itertools
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import yaml
from omegaconf import OmegaConf

from qnlnet.config.compose import compose_config, load_config
from qnlnet.config.compositions import State, files_state
from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.identity import settings_in_short_words
from qnlnet.config.own_models import list_options
from qnlnet.config.schema import RunConfig
from qnlnet.errors import ArgumentError

# What columns of the per-seed rows show, or what changes no number, in the words of the command line.
_SHOWN = {
    *(
        "data.name",
        "data.classes",
        "data.evaluate_on",
        "data.label",
        "data.convert_colours",
        "data.accept_copies",
        "data.root",
        "data.verify",
    ),
    *("reducer.name", "reducer.seeds", "train.protocol", "train.learning_rate", "train.epochs", "train.dropout"),
    *("r", "D", "num_qubits", "readout_qubit", "allow_constant", "seeds", "workers", "force"),
    *("checkpoint_every", "output_dir", "choices", "choice_seeds", "model.name", "model.seeds"),
}
_MOUNTED = ("reducer", "ansatz")  # groups whose options stand below `model`
_SHOWN_SECTIONS = ("ansatz", "backend", "logger")


def unusual_settings(config: RunConfig, unseen: Collection[str] = ()) -> str:
    """Returns the overrides that no other column of a row shows, such as ``layer=frozen train.shuffle=True``.

    They are what differs from the committed options that carry the names of the cell's data, reducer and protocol, of
    several the ones that leave least; a name that no option has leaves nothing to differ from. Own images are
    described by their fingerprint alone.

    Args:
        config: The cell.
        unseen: Keys that per-seed rows have columns for and these rows have not, such as ``train.epochs``.
    """
    hidden = frozenset(unseen)
    names = {"data": config.data.name, "model": config.model.name, "protocol": config.train.protocol}
    names |= config.model.mounted_groups()
    if config.data.name == "image_folder":
        del names["data"]
    called_so = [[group, name] for group, name in names.items() if name in list_options(group, CONFIG_DIR)]
    differences = _differences(config, dict(called_so), hidden)
    if differences:  # reading all options takes a while, and nearly always the first are the right ones
        options = [[(group, option) for option in options_named(group, name)] for group, name in names.items()]
        choices = map(dict, itertools.product(*(group for group in options if group)))
        possible = (choice for choice in choices if _is_possible(_words(choice), files_state(CONFIG_DIR)))
        differences = min((_differences(config, choice, hidden) for choice in possible), key=len, default=differences)
    return " ".join(differences)


def options_named(group: str, name: str) -> list[str]:
    """Returns the options of a group in configs/ that carry a name, whatever their files are called."""
    state = files_state(CONFIG_DIR)
    return [option for option in list_options(group, CONFIG_DIR) if _name_in(group, option, state) == name]


@lru_cache(maxsize=256)
def _name_in(group: str, option: str, state: State) -> str | None:
    if (name := _plain_name(group, option)) is not None:
        return name
    try:
        composed = compose_config("train", [f"{group}={option}"])
    except ArgumentError:
        return None
    name = (
        composed.train.protocol
        if group == "protocol"
        else OmegaConf.select(composed, f"model.{group}.name" if group in _MOUNTED else f"{group}.name")
    )
    return name


def _plain_name(group: str, option: str) -> str | None:
    """Returns the name that a file in configs/ states; None where only a composition can tell."""
    try:
        text = (CONFIG_DIR / group / f"{option}.yaml").read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return None
    if not isinstance(content, dict) or "defaults" in content or "@package" in text or "${" in text:
        return None
    return name if isinstance(name := content.get("name"), str) else None


def _differences(config: RunConfig, options: Mapping[str, str], unseen: frozenset[str]) -> list[str]:
    """Returns the overrides that make `config` of the options; sections without an option are left out."""
    usual = _usual(_words(options), unseen, files_state(CONFIG_DIR))
    known = {"train" if group == "protocol" else group for group in options}
    left_out = {"data", "reducer", "train"} - known  # only of own images, or of options without a file
    return [
        f"{key}={override_value(value)}"
        for key, value in _flatten(config, unseen).items()
        if _is_unusual(config, key, value, usual) and key.partition(".")[0] not in left_out
    ]


def _words(options: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{group}={option}" for group, option in options.items())


@lru_cache(maxsize=256)
def _is_possible(choices: tuple[str, ...], state: State) -> bool:
    """Whether options go together: images of the same name may be of a shape that the model refuses."""
    try:
        load_config(*choices)
    except ArgumentError:
        return False
    return True


def _is_unusual(config: RunConfig, key: str, value: Any, usual: Mapping[str, Any]) -> bool:
    """Whether a setting is not as usual; one that is implied: not what the model's others make of it."""
    section, _, name = key.partition(".")
    if section != "model" or name not in config.model.implied:
        return bool(value != usual[key])
    left_out = config.model.model_copy(update={name: type(config.model).model_fields[name].default})
    return bool(left_out.completed(config.data) != config.model)


@lru_cache(maxsize=256)
def _usual(choices: tuple[str, ...], unseen: frozenset[str], state: State) -> dict[str, Any]:
    return _flatten(load_config(*choices), unseen)


def _flatten(config: RunConfig, unseen: frozenset[str]) -> dict[str, Any]:
    """Returns the values at their dotted keys, without those that columns show."""
    content = settings_in_short_words(config)
    shown = {*_SHOWN, *(f"model.{name}" for name in config.model.columns() if name not in unseen)}
    pairs: dict[str, Any] = {}
    for name, value in content.items():
        if name in _SHOWN_SECTIONS:
            continue
        inner = value.items() if isinstance(value, dict) else [("", value)]
        pairs |= {f"{name}.{key}".rstrip("."): item for key, item in inner}
    return {key: value for key, value in pairs.items() if key not in shown - unseen}


def override_value(value: Any) -> str:
    """Returns a value as Hydra reads it; names of classes may hold anything but a slash."""
    if isinstance(value, tuple):
        return f"[{','.join(map(_word_in_list, value))}]"
    return "null" if value is None else str(value)


def _word_in_list(value: Any) -> str:
    return '"' + value.replace('"', r"\"") + '"' if isinstance(value, str) else str(value)
