"""The IDX format: a good file, and every way to be a bad one."""

from collections.abc import Callable

import numpy as np
import pytest

from qnlnet.data.idx import parse_idx
from qnlnet.errors import DataError


def test_header_and_values_are_read_in_the_documented_layout() -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 255])
    array = parse_idx(content, 2, "file")
    assert array.dtype == np.uint8
    assert array.tolist() == [[10, 20, 30], [40, 50, 255]]


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5)])
def test_round_trip(shape: tuple[int, ...], encode_idx: Callable[[np.ndarray], bytes]) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(parse_idx(encode_idx(array), len(shape), "file"), array)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", r"begins with the bytes \(none\)"),
        (b"\x00\x00", "begins with the bytes 00 00"),
        (b"<html>404</html>", "begins with the bytes 3c 68 74 6d"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 1, 5]), "unsigned bytes with 1 axes, but begins"),
        (bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5]), "unsigned bytes with 1 axes, but begins"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 3, 5]), "have 11 bytes .* but has 9"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 1, 5, 6]), "have 9 bytes .* but has 10"),
        (bytes([0, 0, 8, 1, 255, 255, 255, 255]), "have 4294967303 bytes .* but has 8"),
    ],
)
def test_other_content_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=f"File some-file must .*{complaint}.*make data"):
        parse_idx(content, 1, "some-file")
