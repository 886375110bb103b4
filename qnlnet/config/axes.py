"""The axes of a table or a comparison: lists of choices, each of which is one or several overrides."""

from collections.abc import Sequence

from qnlnet.config.overrides import read_override


def pick_choices(axis: Sequence[str], overrides: Sequence[str]) -> list[list[str]]:
    """Returns the words of those choices whose first word is among the overrides; of all choices where none is.

    Args:
        axis: Choices such as ``data=mnist train.learning_rate=1e-3``.
        overrides: What the command line says, with group options quoted as by `read_override`.
    """
    choices = [choice.split() for choice in axis]
    return [words for words in choices if read_override(words[0]) in overrides] or choices
