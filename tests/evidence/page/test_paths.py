"""Shorter paths draw what the longer ones did."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnlnet.evidence.page.captions import spell_out
from qnlnet.evidence.page.paths import shorten_path

NUMBERS = st.floats(-2000, 2000).map(lambda number: round(number, 6))
SEGMENTS = st.lists(
    st.sampled_from("MLQCZ").flatmap(
        lambda letter: st.tuples(
            st.just(letter), st.lists(NUMBERS, min_size=(n := 2 * "ZLQC".find(letter.replace("M", "L"))), max_size=n)
        )
    ),
    max_size=40,
)


def absolute_points(data: str) -> list[tuple[str, list[float]]]:
    """Reads relative segments as the standard of SVG says, with every letter written out."""
    segments, here, start = [], [0.0, 0.0], [0.0, 0.0]
    for letter, rest in re.findall(r"([mlqcz])([^a-z]*)", data):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        width = {"m": 2, "l": 2, "q": 4, "c": 6, "z": 1}[letter]
        for first in range(0, max(len(numbers), 1), width):
            points = [number + here[place % 2] for place, number in enumerate(numbers[first : first + width])]
            here = points[-2:] or start
            start = here if letter == "m" else start
            segments.append((letter.upper(), points))
    return segments


@pytest.mark.slow
@given(SEGMENTS)
def test_every_point_stays_where_it_was(segments: list[tuple[str, list[float]]]) -> None:
    path = [("M", [1.0, 2.0]), *segments]
    text = " \n".join(f"{letter} {' '.join(map(str, numbers))}".strip() for letter, numbers in path)
    if "e" in text:  # numbers like 1e-05 do not occur in what Matplotlib writes
        text = " \n".join(f"{letter} {' '.join(f'{n:.6f}' for n in numbers)}".strip() for letter, numbers in path)
    unit = 0.1 if len(text) > 2000 else 0.01
    found = absolute_points(shorten_path(text))
    kept = [segment for place, segment in enumerate(path) if segment[0] != "Z" or path[place - 1][0] != "Z"]
    assert [letter for letter, _ in found] == [letter for letter, _ in kept]
    for (_, ours), (_, theirs) in zip(found, kept, strict=True):
        assert ours == pytest.approx(theirs, abs=0.5 * unit + 1e-6)


def test_what_is_not_known_stays() -> None:
    assert shorten_path("M 0 0 A 1 1 0 0 0 2 2") == "M 0 0 A 1 1 0 0 0 2 2"
    assert shorten_path("m 0.125 0.125 l 1 1") == "m 0.125 0.125 l 1 1"


@pytest.mark.parametrize(
    ("stem", "caption"),
    [
        ("ansatz0_r1_D2_4qubits_readout3", "Ansatz 0, r = 1, D = 2, 4 qubits, readout qubit 3"),
        ("ansatz2_r1_light_cone", "Ansatz 2, r = 1, light cone"),
        ("heat_map", "Heat map"),
    ],
)
def test_names_of_drawings_are_spelt_out(stem: str, caption: str) -> None:
    assert spell_out(stem) == caption
