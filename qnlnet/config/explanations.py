"""Every mistake in a configuration becomes one sentence, which says what can be done about it."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

import yaml
from hydra.errors import HydraException, OverrideParseException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError

from qnlnet.config.compositions import compose_files
from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.model.registry import model_names, section_of
from qnlnet.config.overrides import key_of, read_override, short_key, short_override
from qnlnet.config.own_models import list_options
from qnlnet.errors import ArgumentError, QNLNetError, argument_error

_UNION_MEMBER = re.compile(
    r"int|simulator|runtime|bare path|gate and path|.*\[.*\]"
)  # pydantic's names of alternatives

_ABBREVIATIONS = {  # what other programs call it
    "lr": "train.learning_rate",
    "learningrate": "train.learning_rate",
    "bs": "train.batch_size",
    "batch": "train.batch_size",
    "batchsize": "train.batch_size",
    "num_epochs": "train.epochs",
    "n_epochs": "train.epochs",
    "d": "D",
    "depth": "D",
    "layers": "D",
    "num_layers": "D",
    "n_layers": "D",
    "reps": "D",
    "ansatz_reps": "D",
    "feature_map_reps": "r",
    "qubits": "num_qubits",
    "n_qubits": "num_qubits",
    "shots": "backend.shots",
    "gamma": "train.lr_decay",
    "threads": "workers",
    "num_workers": "workers",
    "dataset": "data",
}

_PLAIN_WORDS = {
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "a valid integer": "an integer",
    "a valid number": "a number",
    "a valid string": "text",
    "a valid boolean": "true or false",
    "a valid tuple": "a list, such as [3,6]",
}


def explain_composition_error(error: Exception, config_name: str, overrides: Sequence[str] = ()) -> QNLNetError:
    """Returns the one sentence behind an error of Hydra or OmegaConf, which the overrides have led to."""
    model = next((word for word in overrides if key_of(word) == "model"), None)
    if isinstance(error, OverrideParseException):
        return explain_unreadable(str(error.override))
    for cause in (error, error.__cause__):
        if isinstance(cause, yaml.MarkedYAMLError):
            return _unreadable_yaml(cause)
    text = "\n".join(str(e) for e in (error, error.__cause__) if e is not None)
    if match := re.search(r"Could not (?:override|append|delete)[^']*'([^']+)'", text):
        return _unknown_key(match.group(1), config_name, model)
    if match := re.search(r"Key '([^']+)' is not in struct\s+full_key: (\S+)", text):
        return _unknown_key(match.group(2), config_name, model)
    if match := re.search(r"Ambiguous value for argument '([^=]+)=(.*)'$", text, re.MULTILINE):
        key, choices = short_key(match.group(1)), match.group(2).replace("'", "")
        if key not in _known_keys(config_name, model):  # with --multirun it would be as unknown
            return _unknown_key(match.group(1), config_name, model)
        return argument_error(key, "be one value", choices, "Several runs need --multirun; a list is written [a,b].")
    if match := re.search(r"Could not (?:find|load) '([^']+)/([^'/]*)'", text):
        group, option = match.groups()
        options = list_options(group, CONFIG_DIR)
        if not options:
            return ArgumentError(f"There is no configuration file {group}/{option}.yaml.")
        return ArgumentError(
            f"Argument `{group}` must be one of {', '.join(options)}, but is {option!r}."
            + _did_you_mean(option, options)
        )
    if match := re.search(r"Value '([^']*)' of type '\w+' could not be converted to (\w+)\s+full_key: (\S+)", text):
        value, kind, key = match.groups()
        kinds = {"Integer": "an integer", "Float": "a number", "Boolean": "true or false"}
        return argument_error(short_key(key), f"be {kinds.get(kind, kind)}", value)
    return ArgumentError(f"The configuration cannot be composed: {first_line(error)}")


def explain_unreadable(override: str) -> ArgumentError:
    """Returns the sentence about an override that is not of the form key=value."""
    return ArgumentError(
        f"The override `{short_override(override)}` cannot be read. It must be key=value, and a value with special "
        "characters stands in quotes of its own: 'key=\"~/folder\"'."
    )


def _unreadable_yaml(error: yaml.MarkedYAMLError) -> ArgumentError:
    mark = error.problem_mark
    place = f"Line {mark.line + 1} of the file {mark.name}" if mark is not None else "A configuration file"
    is_tab = "'\\t'" in (error.problem or "")
    reason = "has a tab" if is_tab else f"cannot be read: {error.problem}"
    advice = "Indent with spaces." if is_tab else "Compare it with the other files in its folder."
    return ArgumentError(f"{place} must be YAML, but {reason}. {advice}")


def _unknown_key(long: str, config_name: str, model: str | None) -> ArgumentError:
    key, known = short_key(long), _known_keys(config_name, model)
    if (
        key in known
        and (CONFIG_DIR / key).is_dir()
        and "@" not in long
        and key not in compose_files(config_name, [], CONFIG_DIR)
    ):
        return ArgumentError(f"There is no configuration key `{key}` in {config_name}. See --help for all.")
    is_mounted = "@" not in long or any(each.startswith(f"{key}.") for each in known)
    if key in known and is_mounted:
        return ArgumentError(f"The configuration key `{key}` cannot be set like this. Write `{key}=value`.")
    if owner := _name_owner(long):
        return ArgumentError(f"There is no configuration key `{key}` here.{owner}")
    return explain_unknown_key(key, known)


def explain_unknown_key(key: str, known: Sequence[str]) -> ArgumentError:
    """Returns the sentence about a short key that is not among the known ones, with the one that may be meant."""
    return ArgumentError(f"There is no configuration key `{key}`.{_suggest_key(key, known) or ' See --help for all.'}")


def _name_owner(key: str) -> str:
    """Returns which models a setting belongs to, such as `` `r` belongs to model=qnl_net.``; nothing if to none."""
    short = short_key(key)
    leaf = key.partition("@")[2] or key
    if not leaf.startswith("model."):
        return ""
    field = leaf.removeprefix("model.").partition(".")[0]
    owners = [name for name in model_names() if field in _keys_of_model(name)]
    if not owners:
        return ""
    *others, last = (f"model={owner}" for owner in owners)
    named = f"{', '.join(others)} and {last}" if others else last
    return f" `{short}` belongs to {named}. Choose that model, or leave `{short}` out."


def _keys_of_model(name: str) -> set[str]:
    try:
        fields = section_of(name).model_fields
    except ArgumentError:  # a model of one's own that cannot be imported; another one is asked for
        return set()
    return {str(field.alias or key) for key, field in fields.items()} - {"name", "seeds"}


def _suggest_key(key: str, known: Sequence[str]) -> str:
    """Returns the key that a person may have meant by an abbreviation, or without its group: ``epochs``, ``lr``."""
    leaf = key.rsplit(".", 1)[-1]
    meant = [_ABBREVIATIONS.get(leaf.lower(), "")]
    meant += [each for each in known if "." not in key and each.rsplit(".", 1)[-1] == leaf]
    for each in meant:
        if each in known and each != key:
            return f" Did you mean `{each}`?"
    return _did_you_mean(key, [each for each in known if len(each) > 1])  # a letter resembles nothing


def _known_keys(config_name: str, model: str | None) -> list[str]:
    """Returns all dotted keys and group names of a configuration, in the short words of the command line.

    Args:
        config_name: The file in configs/.
        model: The word that chooses the model; None for the usual one.
    """
    keys: list[str] = [path.name for path in CONFIG_DIR.iterdir() if path.is_dir() and path.name != "hydra"]

    def walk(node: Any, prefix: str) -> None:
        for key, value in node.items():
            if str(key).startswith("_"):  # look-up tables
                continue
            keys.append(short_key(f"{prefix}{key}"))
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")

    try:
        composed = compose_files(config_name, [read_override(model)] if model else [], CONFIG_DIR)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError, ValueError):  # that is what is wrong
        return keys
    walk(OmegaConf.to_container(composed), "")
    return keys


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if not near:  # the person may have left the group out: `epochs` for `train.epochs`
        near = [key for key in known if key.rsplit(".", 1)[-1] == word.rsplit(".", 1)[-1]]
    return f" Did you mean `{near[0]}`?" if near else ""


def first_line(error: Exception) -> str:
    """Returns what an error says first, without a full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def explain_validation_error(error: ValidationError, inside: Sequence[int | str] = ()) -> ArgumentError:
    """Returns the one sentence behind an error of the schema; `inside` says where in the configuration it was."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, ArgumentError):
        return cause
    if isinstance(cause, ValidationError):  # of a section that is checked by itself
        return explain_validation_error(cause, (*inside, *first["loc"]))
    parts = (str(part) for part in (*inside, *first["loc"]) if not _UNION_MEMBER.fullmatch(str(part)))
    name = short_key(".".join(parts))
    if first["type"] == "extra_forbidden":
        return ArgumentError(f"There is no configuration key `{name}`.{_name_owner(name) or ' See --help for all.'}")
    if first["type"] == "missing":
        return ArgumentError(f"The configuration key `{name}` is missing.")
    requirement = first["msg"].removeprefix("Input should be ").split(", unable to ")[0]
    for theirs, ours in _PLAIN_WORDS.items():
        requirement = requirement.replace(theirs, ours)
    return argument_error(name, f"be {requirement}", first["input"])
