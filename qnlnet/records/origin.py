"""Where rows come from: what their column `versions` says, package by package."""

from collections.abc import Iterable


def parse_versions(text: str) -> dict[str, str]:
    """Returns package → version for the text of a row, such as ``qnlnet 0.1.0; python 3.11.7; qiskit 2.6.2``."""
    return dict(part.rpartition(" ")[::2] for part in text.split("; ") if part)


def differing_versions(then: str, now: str) -> list[tuple[str, str, str]]:
    """Returns package, version then and version now for each package that differs; ``none`` where it is missing."""
    before, after = parse_versions(then), parse_versions(now)
    names: Iterable[str] = dict.fromkeys([*before, *after])
    pairs = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]
