"""From a file such as configs/choices.yaml to pairs of cells: each base with and without each change."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from omegaconf import OmegaConf

from qnlnet.config.cells import build_cell, own_words, pick_choices
from qnlnet.config.compose import compose_config
from qnlnet.config.overrides import key_of, read_override
from qnlnet.config.schema import RunConfig
from qnlnet.errors import ArgumentError

_OWN_KEYS = ("name", "bases", "changes", "output_dir")  # what belongs to the comparison and not to its cells


@dataclass(frozen=True)
class Comparison:
    """Two cells that differ by one change.

    Attributes:
        change: The change in words.
        base: The cell without it.
        changed: The cell with it.
    """

    change: str
    base: RunConfig
    changed: RunConfig


@dataclass(frozen=True)
class _Change:
    label: str
    words: str
    against: str = ""
    only: str = ""


def is_comparison(config_name: str) -> bool:
    """Returns whether a file in configs/ describes a comparison."""
    return "bases" in compose_config(config_name, [])


def list_comparisons(config_name: str, overrides: Sequence[str] = ()) -> list[Comparison]:
    """Returns every change of every base, with the overrides applied to all cells.

    An override that is the first word of choices of an axis picks these and no more: ``data=mnist`` leaves the bases
    on MNIST, ``ansatz=1`` those with ansatz 1, and a change may still set another one. All others reach every cell.

    `bases` in the file is a list of axes, every combination of which is a base. Each of `changes` has a `label` and the
    overrides `words`, which replace those of the base with the same key; ``{ansatz}`` stands for the base's own option.
    With `against`, the overrides of a change are compared with those of another one instead of the base alone; with
    `only` a change is made to bases that have this override.

    Raises:
        ArgumentError: The file lacks a part, or a cell does not compose.
    """
    own = own_words(overrides, _OWN_KEYS)
    config = compose_config(config_name, overrides)
    try:
        bases: Any = OmegaConf.to_container(config.bases)
        described: Any = OmegaConf.to_container(config.changes)
        changes = [_Change(**change) for change in described]
    except (AttributeError, TypeError, ValueError) as error:
        requirement = "must have `bases` and `changes`, each change with a `label` and `words`"
        raise ArgumentError(f"The file configs/{config_name}.yaml {requirement}.") from error

    axes = [pick_choices(axis, own) for axis in bases]
    picking = {read_override(choice[0]) for axis in axes for choice in axis}
    own = [override for override in own if override not in picking]

    @cache  # bases come again with each change
    def cell(*words: str) -> RunConfig:
        return build_cell(config_name, words, own, _OWN_KEYS)

    comparisons = []
    for choices in itertools.product(*axes):
        base = [word for choice in choices for word in choice]
        for change in changes:
            if not change.only or change.only in base:
                cells = (cell(*_merge(base, words)) for words in (change.against, change.words))
                comparisons.append(Comparison(change.label, *cells))
    return list(dict.fromkeys(comparisons))  # an override makes bases equal that the file tells apart


def _merge(base: Sequence[str], words: str) -> list[str]:
    """Returns the overrides of the base with those of a change in their places."""
    values = {key_of(word): word.partition("=")[2] for word in base}
    merged = {key_of(word): word for word in base}
    for word in words.format(**{key.replace(".", "_"): value for key, value in values.items()}).split():
        merged[key_of(word)] = word
    return list(merged.values())
