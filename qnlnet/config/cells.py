"""From the axes of a file such as configs/table1.yaml to cells: every combination of their choices."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from omegaconf import OmegaConf

from qnlnet.config.compose import build_run_config, compose_config
from qnlnet.config.identity import config_hash
from qnlnet.config.overrides import key_of, read_override
from qnlnet.config.schema import RunConfig
from qnlnet.errors import ArgumentError

_TABLE_KEYS = ("name", "axes", "output_dir", "table", "figure")  # what belongs to the table and not to its cells


def list_cells(config_name: str, overrides: Sequence[str] = (), other_keys: Collection[str] = ()) -> list[RunConfig]:
    """Returns every combination of a table's axes, with the overrides of the command line applied to each.

    Where an override is the first word of choices of an axis it picks these: ``data=mnist`` leaves the MNIST rows.
    `axes` may be several lists of axes by name, one after the other; what picks choices of one of them leaves the
    others out that have choices of the same key but not this one. Where an override sets a key that choices set to
    something else it wins, and choices that become equal are one cell.

    Args:
        config_name: The table's file in configs/; what it sets, such as `seeds`, reaches every cell.
        overrides: The overrides of the command line.
        other_keys: Keys of the file that are no settings of cells, beside those that every table has.

    Raises:
        ArgumentError: A cell does not compose, or no part of the table has all that the overrides pick.
    """
    not_of_cells = {*_TABLE_KEYS, *other_keys}
    own = own_words(overrides, not_of_cells)
    cells: dict[str, RunConfig] = {}
    for axes in _list_axes(OmegaConf.to_container(compose_config(config_name, overrides).axes), own):
        for choices in itertools.product(*axes):
            cell = build_cell(config_name, list(itertools.chain(*choices)), own, not_of_cells)
            cells.setdefault(config_hash(cell), cell)  # an override makes choices equal that the table tells apart
    if not cells:
        raise ArgumentError(
            f"Some cells of {config_name} must have all of {' '.join(own)}, but none has. Leave one of these out, or "
            "train the cell by itself with experiments/train.py."
        )
    return list(cells.values())


def _list_axes(described: Any, own: Collection[str]) -> Iterator[list[list[list[str]]]]:
    """Yields lists of axes, with the choices that are picked."""
    parts = list(described.values()) if isinstance(described, Mapping) else [described]
    firsts = [{read_override(str(choice).split()[0]) for axis in part for choice in axis} for part in parts]
    picking = {word for word in own if any(word in first for first in firsts)}
    for part, first in zip(parts, firsts, strict=True):
        keys = {key_of(word) for word in first}
        if all(word in first or key_of(word) not in keys for word in picking):
            yield [pick_choices(axis, own) for axis in part]


def own_words(overrides: Sequence[str], not_of_cells: Collection[str]) -> list[str]:
    """Returns those overrides that reach cells, as `read_override` gives them."""
    return [read_override(override) for override in overrides if key_of(override) not in not_of_cells]


def pick_choices(axis: Iterable[str], own: Collection[str]) -> list[list[str]]:
    """Returns the words of those choices whose first word is among one's own; of all choices where none is.

    Args:
        axis: Choices such as ``data=mnist train.learning_rate=1e-3``.
        own: What the command line says, from `own_words`.
    """
    choices = [str(choice).split() for choice in axis]
    return [words for words in choices if read_override(words[0]) in own] or choices


def build_cell(config_name: str, words: Sequence[str], own: Sequence[str], not_of_cells: Collection[str]) -> RunConfig:
    """Returns one cell of a file in configs/.

    Args:
        config_name: The file; what it sets reaches the cell.
        words: The overrides that make this cell of it.
        own: What the command line says, from `own_words`; it wins over `words`.
        not_of_cells: Keys of the file that are no settings of cells.

    Raises:
        ArgumentError: The cell does not compose.
    """
    overridden = {key_of(word) for word in own}
    left = [word for word in map(read_override, words) if key_of(word) not in overridden]
    composed = compose_config(config_name, [*left, *own])
    return build_run_config(OmegaConf.masked_copy(composed, [str(key) for key in composed if key not in not_of_cells]))


def describe_cells(cells: Iterable[RunConfig]) -> list[tuple[str, int]]:
    """Returns the hash of each cell and its number of seeds."""
    return [(config_hash(cell), cell.seeds) for cell in cells]
