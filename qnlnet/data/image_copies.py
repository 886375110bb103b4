"""The same picture twice, where that would fool a person: in two classes, or to train and to test on.

Pictures are the same where all their pixels are once they have the shape that is asked for, however they were saved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qnlnet.data.image_reading import ReadImage
from qnlnet.errors import DataError

_SHOWN = 3  # pairs of files
_ACCEPT = "data.accept_copies=true accepts them as they are."


@dataclass(frozen=True)
class Placed:
    """An image with its place.

    Attributes:
        image: The image.
        label: Its class.
        is_test: Whether it tests.
    """

    image: ReadImage
    label: int
    is_test: bool


def check_copies(root: Path, placed: Sequence[Placed]) -> None:
    """Raises a `DataError` if a picture is in two classes, or both trains and tests.

    Args:
        root: The folder.
        placed: All images.
    """
    groups: dict[str, list[Placed]] = {}
    for one in placed:
        groups.setdefault(one.image.look, []).append(one)
    copied = [group for group in groups.values() if len(group) > 1]
    contradictory = [(group[0], other) for group in copied if (other := _find(group, "label"))]
    if contradictory:
        raise DataError(
            f"A picture in {root} must be in one class only, but {_count(contradictory)} in several: "
            f"{_list(root, contradictory)}. Keep each where it belongs; {_ACCEPT}"
        )
    shared = [(other, group[0]) for group in copied if (other := _find(group, "is_test"))]
    if shared:
        tests = sum(one.is_test for group in copied if _find(group, "is_test") for one in group)
        total = sum(one.is_test for one in placed)
        raise DataError(
            f"A picture in {root} must either train or test, but {tests:,} of {total:,} test images are training "
            f"images as well: {_list(root, shared)}. What was learnt by heart would count as right. Remove them "
            f"from one of both; {_ACCEPT}"
        )


def _find(group: Sequence[Placed], attribute: str) -> Placed | None:
    """Returns the first image of a group that is placed elsewhere than the first of all."""
    here = getattr(group[0], attribute)
    return next((one for one in group if getattr(one, attribute) != here), None)


def _count(pairs: Sequence[tuple[Placed, Placed]]) -> str:
    return "1 is" if len(pairs) == 1 else f"{len(pairs):,} are"


def _list(root: Path, pairs: Iterable[tuple[Placed, Placed]]) -> str:
    both = sorted(tuple(one.image.path.relative_to(root).as_posix() for one in pair) for pair in pairs)
    shown = [f"{first} and {second}" for first, second in both[:_SHOWN]]
    return "; ".join(shown + ([f"{len(both) - _SHOWN:,} more"] if len(both) > _SHOWN else []))
