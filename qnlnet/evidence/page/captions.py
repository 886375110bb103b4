"""File names of drawings, spelt out: ``ansatz0_r1_D1_4qubits_readout3`` is “Ansatz 0, r = 1, D = 1, …”.

Those that begin with the name of a family begin with its title.
"""

import itertools
import re

from qnlnet.config.model.registry import section_of, shipped_names

_WORDS = (
    (re.compile(r"ansatz(\w+)"), r"ansatz \1"),
    (re.compile(r"([rD])(\d+)"), r"\1 = \2"),
    (re.compile(r"(\d+)qubits?"), r"\1 qubits"),
    (re.compile(r"readout(\d+(?:-\d+)*)"), r"readout qubit \1"),
)


def spell_out(stem: str) -> str:
    """Returns the caption of a figure that has no other."""
    family = max((name for name in shipped_names() if f"{stem}_".startswith(f"{name}_")), key=len, default="")
    if family:
        rest = stem[len(family) :].strip("_")
        return section_of(family).title + (f", {spell_out(rest)[:1].lower()}{spell_out(rest)[1:]}" if rest else "")
    words = [(_spell(word), _spell(word) != word) for word in stem.split("_") if word]
    text = words[0][0]
    for (_, was_special), (word, is_special) in itertools.pairwise(words):
        text += f"{', ' if was_special or is_special else ' '}{word}"
    return f"{text[:1].upper()}{text[1:]}"


def _spell(word: str) -> str:
    for pattern, replacement in _WORDS:
        if pattern.fullmatch(word):
            return pattern.sub(replacement, word)
    return word
