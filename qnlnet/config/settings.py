"""What makes a cell other than its columns say: the overrides that a reader could not guess."""

from functools import cache
from typing import Any

from qnlnet.config.compose import CONFIG_DIR, load_config
from qnlnet.config.schema import RunConfig

# What columns of the per-seed rows show, or what changes no number.
_SHOWN = {
    *(
        "data.name",
        "data.classes",
        "data.evaluate_on",
        "data.label",
        "data.convert_colours",
        "data.root",
        "data.verify",
    ),
    *("reducer.name", "reducer.seeds", "train.protocol", "train.learning_rate", "train.epochs", "train.dropout"),
    *("r", "D", "num_qubits", "readout_qubit", "allow_constant", "seeds", "workers", "force"),
    *("checkpoint_every", "output_dir"),
}
_SHOWN_SECTIONS = ("ansatz", "backend", "logger")


def unusual_settings(config: RunConfig) -> str:
    """Returns the overrides that no other column of a row shows, such as ``layer=frozen train.shuffle=True``.

    They are what differs from the committed options that the cell's data, reducer, ansatz and protocol name; an option
    that is not in configs/ has nothing to differ from. Own images are described by their fingerprint alone.
    """
    groups = {"data": config.data.name, "reducer": config.reducer.name, "protocol": config.train.protocol}
    own = {group for group, name in groups.items() if not (CONFIG_DIR / group / f"{name}.yaml").is_file()}
    if config.data.name == "image_folder":
        own.add("data")
    usual = _usual(tuple(f"{group}={name}" for group, name in groups.items() if group not in own))
    skipped = {"train" if group == "protocol" else group for group in own}
    return " ".join(
        f"{key}={override_value(value)}"
        for key, value in _flatten(config).items()
        if value != usual[key] and key.partition(".")[0] not in skipped
    )


@cache  # composing takes a tenth of a second
def _usual(choices: tuple[str, ...]) -> dict[str, Any]:
    return _flatten(load_config(*choices))


def _flatten(config: RunConfig) -> dict[str, Any]:
    """Returns the values at their dotted keys, without those that columns show."""
    content = config.model_dump(by_alias=True, exclude=set(_SHOWN_SECTIONS))
    pairs: dict[str, Any] = {}
    for name, value in content.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        pairs |= {f"{name}.{key}".rstrip("."): item for key, item in inner}
    return {key: value for key, value in pairs.items() if key not in _SHOWN}


def override_value(value: Any) -> str:
    """Returns a value as Hydra reads it; names of classes may hold anything but a slash."""
    if isinstance(value, tuple):
        return f"[{','.join(map(_word_in_list, value))}]"
    return "null" if value is None else str(value)


def _word_in_list(value: Any) -> str:
    return '"' + value.replace('"', r"\"") + '"' if isinstance(value, str) else str(value)
