"""From a row back to the configuration that it was trained with: the overrides that compose to the row's hash."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from qnlnet.config import (
    CONFIG_DIR,
    RunConfig,
    config_hash,
    explain_validation_error,
    load_config,
    options_named,
    override_value,
)
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.records.backend_words import backend_settings

# The column that shows the value of each of these keys of the configuration.
_SHOWN = {
    "train.epochs": "epochs",
    "train.learning_rate": "learning_rate",
    "train.dropout": "dropout",
    "r": "r",
    "D": "D",
}
_ROOT = "data.root"  # own images need one, and no column shows it because it changes no number
_NOT_SHOWN = "train.loss, train.batch_size, data.mean, the gates of the ansatz, and so on"


@dataclass(frozen=True)
class Composition:
    """The configuration that the columns of a row give.

    Attributes:
        overrides: What the command line must be given to compose it.
        config: The configuration.
        fits: Whether it has the hash that the row names.
    """

    overrides: tuple[str, ...]
    config: RunConfig
    fits: bool


def compose_row(row: Mapping[str, Any]) -> Composition:
    """Returns the configuration of a row; what no column shows is looked for among the committed options.

    Args:
        row: Values of `CELL_COLUMNS`; rows of devices lack some of them and say in `settings` where they are unusual.

    Returns:
        The configuration with the row's hash; where none is found, the first one that the columns allow. For own images
        the overrides say everything but where they lie (data.root).

    Raises:
        ResultsError: The columns do not compose to any configuration.
    """
    first = None
    reasons: list[str] = []
    for choices, values in _candidates(row):
        try:
            config = _apply(_compose(choices), values)
        except ArgumentError as error:
            reasons.append(str(error))
            continue
        hashed = config_hash(config)
        candidate = Composition(_overrides(choices, values), config, hashed == row["config_hash"])
        if candidate.fits:
            return candidate
        first = first or candidate
    if first is None:
        raise ResultsError(
            f"The columns must compose to a configuration, but do not. {reasons[0] if reasons else _no_option(row)}"
        )
    return first


def explain_misfit(row: Mapping[str, Any], composition: Composition) -> str:
    """Returns in a sentence why the composition of a row is not the row's configuration."""
    return (
        f"The columns must compose to the configuration {row['config_hash']}, but compose to "
        f"{config_hash(composition.config)} ({' '.join(composition.overrides)}). Either a column was changed, or "
        f"something was set that no column shows ({_NOT_SHOWN})."
    )


def _candidates(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yields the group choices and the single values that the columns allow, the likely ones first."""
    values = {key: row[name] for key, name in _SHOWN.items() if name in row}
    values["data.evaluate_on"] = row["dataset"].partition(" ")[2] or "test"
    shape = tuple(f"{name}={row[name]}" for name in ("num_qubits", "readout_qubit") if name in row)
    shape = (*shape, *row.get("settings", "").split())
    _, own_images, label = _dataset(row).partition(":")
    if own_images:
        classes = override_value(tuple(row["classes"].split("/")))
        shape = (*shape, f"data.classes={classes}", f"data.label={label}", f"{_ROOT}=anywhere")
    else:
        values["data.classes"] = tuple(int(word) for word in row["classes"].split("/") if word.isdecimal())
    for groups in _group_choices(_group_names(row)):
        for backend, settings in backend_settings(_backend(row)):
            for colours in (False, True) if own_images else (None,):
                yield (
                    (*groups, f"backend={backend}", *shape),
                    {**values, **settings, "data.convert_colours": colours},
                )


def _dataset(row: Mapping[str, Any]) -> str:
    name: str = row["dataset"]
    return name.partition(" ")[0]


def _backend(row: Mapping[str, Any]) -> str:
    """Returns the words for the backend; rows of devices say what the model was trained on."""
    return str(row.get("backend", row.get("trained_on", "exact")))


def _group_names(row: Mapping[str, Any]) -> dict[str, str]:
    names = {group: row[group] for group in ("reducer", "ansatz", "protocol")}
    return {"data": _dataset(row).partition(":")[0], **names}


def _group_choices(names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yields options that carry the names, first those whose files are called so."""
    if all((CONFIG_DIR / group / f"{name}.yaml").is_file() for group, name in names.items()):
        yield tuple(f"{group}={name}" for group, name in names.items())
    # Looking into all files takes a second, and nearly always they are called like what they hold.
    options = ([f"{group}={option}" for option in options_named(group, name)] for group, name in names.items())
    yield from itertools.product(*options)


def _no_option(row: Mapping[str, Any]) -> str:
    for group, name in _group_names(row).items():
        if not options_named(group, name):
            return f"No file in configs/{group} has the name {name!r}."
    return f"There is no backend that is described as {_backend(row)!r}."


@cache  # composing takes much longer than everything else here
def _compose(choices: tuple[str, ...]) -> RunConfig:
    return load_config(*choices)


def _apply(config: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """Returns `config` with the values at their dotted keys, checked again."""
    content = config.model_dump(by_alias=True)
    for key, value in values.items():
        *sections, name = key.split(".")
        section = content
        for part in sections:
            section = section[part]
        section[name] = value
    try:
        return RunConfig.model_validate(content)
    except ValidationError as error:
        raise explain_validation_error(error) from error


def _overrides(choices: tuple[str, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the choices, and those of the values that differ from what the choices alone give."""
    content = _compose(choices).model_dump(by_alias=True)

    def default(key: str) -> Any:
        value: Any = content
        for part in key.split("."):
            value = value[part]
        return value

    own = (f"{key}={override_value(value)}" for key, value in values.items() if value != default(key))
    return (*(choice for choice in choices if not choice.startswith(f"{_ROOT}=")), *own)
