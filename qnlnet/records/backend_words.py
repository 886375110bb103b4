"""From the words that a row uses for its backend to the settings that they may stand for."""

import itertools
import re
from collections.abc import Iterator
from typing import Any, get_args

from qnlnet.config import BackendConfig, RuntimeConfig

_SHOTS = re.compile(r"(\d+) shots")
_DEPOLARIZING = re.compile(r"depolarizing ([\d.e-]+)")
_LEVEL = re.compile(r"level ([012])")
_MITIGATION = ", mitigation "


def backend_settings(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields what a backend's words may mean, as an option of configs/backend and values by their dotted keys.

    Args:
        text: As `backend_text` writes it. It does not say everything about a device: options that it leaves out are
            tried, except those with a great many values (layout, seed of the transpiler, repetition).
    """
    words, is_device, mitigation = text.partition(_MITIGATION)
    name, *parts = words.split(", ")
    shots = next((int(match.group(1)) for part in parts if (match := _SHOTS.fullmatch(part))), None)
    if is_device:
        yield from _device_settings(name, shots, mitigation.split(", "))
    elif name in get_args(BackendConfig.model_fields["name"].annotation):
        depolarizing = next((float(match.group(1)) for part in parts if (match := _DEPOLARIZING.fullmatch(part))), None)
        others = [part for part in parts if not (_SHOTS.fullmatch(part) or _DEPOLARIZING.fullmatch(part))]
        noise = ", ".join(others) or None
        yield name, {"backend.shots": shots, "backend.noise": noise, "backend.depolarizing": depolarizing}


def _device_settings(name: str, shots: int | None, words: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    level, named, decoupling = 0, None, "off"
    for word in words:
        if match := _LEVEL.fullmatch(word):
            level = int(match.group(1))
        elif word.startswith("twirling "):
            named = word.removeprefix("twirling ")
        elif word == "waiting":
            decoupling = word
        elif word.startswith("DD "):
            decoupling = word.removeprefix("DD ")
    twirlings = [named] if named else ["auto", "none"]
    for twirling, estimator, effort in itertools.product(
        twirlings, _default_first("estimator"), _default_first("optimization_level")
    ):
        yield (
            "runtime",
            {
                "backend.name": name,
                "backend.shots": shots,
                "backend.resilience_level": level,
                "backend.twirling": twirling,
                "backend.dynamical_decoupling": decoupling,
                "backend.estimator": estimator,
                "backend.optimization_level": effort,
            },
        )


def _default_first(name: str) -> list[Any]:
    """Returns what a setting of a device may be, its default first."""
    field = RuntimeConfig.model_fields[name]
    return sorted(get_args(field.annotation), key=lambda value: value != field.default)
