"""Words of the command line: what they set, and the short ones that stand for settings of a model."""

import re
from dataclasses import dataclass

from qnlnet.config.folder import CONFIG_DIR
from qnlnet.config.model.registry import section_of, shipped_names

_PREFIXES = "+~"


@dataclass(frozen=True)
class Override:
    """One word such as ``r=2`` or ``+train.epochs=5``, in its parts.

    Attributes:
        prefix: ``+``, ``++``, ``~`` or nothing.
        key: What it sets: a dotted key, a group, or ``group@place``.
        value: The text behind the equals sign; None without one.
    """

    prefix: str
    key: str
    value: str | None

    @classmethod
    def read(cls, word: str) -> "Override":
        """Returns the parts of a word."""
        bare = word.lstrip(_PREFIXES)
        key, separator, value = bare.partition("=")
        return cls(word[: len(word) - len(bare)], key, value if separator else None)

    def __str__(self) -> str:
        return f"{self.prefix}{self.key}" + ("" if self.value is None else f"={self.value}")


def key_of(word: str) -> str:
    """Returns what a word sets, as it stands there."""
    return Override.read(word).key


def read_override(word: str) -> str:
    """Returns a word as Hydra takes it: ``r=2`` → ``model.r=2``, ``ansatz=0,1`` → ``ansatz@model.ansatz='0','1'``.

    Hydra takes options of a group as strings only and would refuse the numbers.
    """
    override = Override.read(word)
    value = override.value
    if value is not None and (CONFIG_DIR / override.key.partition("@")[0]).is_dir():
        value = re.sub(r"(?<![^,\[])(\d+)(?![^,\]])", r"'\1'", value)
    return str(Override(override.prefix, _long_key(override.key), value))


def short_override(word: str) -> str:
    """Returns a word of `read_override` as a person types it."""
    override = Override.read(word)
    value = override.value
    plain = None if value is None else re.sub(r"(?<![^,\[])'(\d+)'(?![^,\]])", r"\1", value)
    return str(Override(override.prefix, short_key(override.key), plain))


def short_key(key: str) -> str:
    """Returns the shortest name of a setting: ``r`` for ``model.r``, ``reducer`` for ``reducer@model.reducer``."""
    group, at, _ = key.partition("@")
    if at:
        return group
    for short, long in _flat_words().items():
        if key == long or key.startswith(f"{long}."):
            return short + key.removeprefix(long)
    return key


def _long_key(key: str) -> str:
    for short, long in _flat_words().items():
        if key == short:
            return f"{key}@{long}" if (CONFIG_DIR / key).is_dir() else long
        if key.startswith(f"{short}."):
            return long + key.removeprefix(short)
    return key


def _flat_words() -> dict[str, str]:
    """Returns the short words of all families, each with the key that it stands for."""
    return {short: long for name in shipped_names() for short, long in section_of(name).flat_words.items()}
