"""A configuration with other values."""

from collections.abc import Iterator, Mapping
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf
from pydantic import ValidationError

from qnlnet.config.compose import check_names, compose_config
from qnlnet.config.explanations import explain_unknown_key, explain_unreadable, explain_validation_error
from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.overrides import Override, read_override, short_key, short_override
from qnlnet.config.schema import RunConfig
from qnlnet.errors import argument_error

# Groups that other settings follow from: the learning rate from the images, for example.
OTHERS_FOLLOW = ("data", "model", "reducer", "protocol")


def override(config: RunConfig, *words: str) -> RunConfig:
    """Returns a configuration with other values in the words of the command line; see `RunConfig.override`."""
    values: dict[str, Any] = {}
    for word in words:
        values |= _read(config, word)
    open_choices = tuple(choice for choice in config.choices if choice[0] not in values)
    changed = with_values(config, {"choices": open_choices, **values})
    check_names(changed)
    return changed


def _read(config: RunConfig, word: str) -> dict[str, Any]:
    """Returns what one word sets: a dotted key and its value."""
    long = Override.read(read_override(word))
    if long.value is None or long.prefix:
        raise explain_unreadable(word)
    try:
        parsed = OverridesParser.create().parse_override(str(long))
        value = parsed.value()
    except HydraException as error:
        raise explain_unreadable(word) from error
    group, _, place = long.key.partition("@")
    short = short_key(long.key)
    if parsed.is_sweep_override():
        raise argument_error(short, "be one value", Override.read(word).value, "A list is written [a,b].")
    if group in OTHERS_FOLLOW:
        advice = f'Write load_config("{short_override(word)}", …).'
        raise argument_error(group, "be chosen by load_config, as other settings follow from it", value, advice)
    known = list(_keys(config.model_dump(by_alias=True, exclude={"choices"})))
    if short not in known:
        raise explain_unknown_key(short, known)
    if not (CONFIG_DIR / group).is_dir():
        return {long.key: value}
    composed = compose_config("train", [f"model={config.model.name}", word])
    return {place or group: OmegaConf.to_container(OmegaConf.select(composed, place or group), resolve=True)}


def _keys(content: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yields all dotted keys in the short words of the command line."""
    for key, value in content.items():
        yield short_key(f"{prefix}{key}")
        if isinstance(value, Mapping):
            yield from _keys(value, f"{prefix}{key}.")


def with_values(config: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """Returns a configuration with other values, checked again.

    Args:
        config: The configuration.
        values: Dotted keys such as ``train.epochs`` or ``model.r``, with their new values.

    Raises:
        ArgumentError: A key is unknown, or a value is not acceptable.
    """
    content = config.model_dump(by_alias=True)
    for key, value in values.items():
        *sections, name = key.split(".")
        holder = content
        for section in sections:
            holder = holder.setdefault(section, {})
        holder[name] = value
    try:
        return RunConfig.model_validate(content)
    except ValidationError as error:
        raise explain_validation_error(error) from error
