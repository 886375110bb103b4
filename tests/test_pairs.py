"""The combinations that stand for all in several tests leave out no pair."""

import itertools

import pytest
from pairs import every_pair, pairs_in


@pytest.mark.parametrize(
    "axes",
    [
        ("ab", "cd"),
        ("012", (1, 2, 3), (1, 2, 3), range(4)),
        ("abcde", "xyz", (True, False), "012345"),
        ("a", "b", "c"),
        ("aa", "ab", "a"),
    ],
)
def test_every_two_values_meet(axes: tuple[str, ...]) -> None:
    chosen = every_pair(*axes)
    for first, second in itertools.combinations(range(len(axes)), 2):
        met = {(values[first], values[second]) for values in chosen}
        assert met == set(itertools.product(axes[first], axes[second]))
    assert len(chosen) == len(set(chosen))
    largest, next_one = sorted((len(set(axis)) for axis in axes), reverse=True)[:2]
    assert largest * next_one <= len(chosen) <= 1.5 * largest * next_one  # few, as two axes alone need so many
    assert every_pair(*axes) == chosen


def test_pairs_know_their_places() -> None:
    assert pairs_in("xyx") == {((0, "x"), (1, "y")), ((0, "x"), (2, "x")), ((1, "y"), (2, "x"))}
