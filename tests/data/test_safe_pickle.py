"""Pickles: official ones are read, and no other one gets anything to run."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qnlnet.data.safe_pickle import load_pickle, to_uint8_array

Encoder = Callable[[dict[bytes, Any]], bytes]


class _Malicious:
    """Runs a shell command when it is unpickled without care."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.victim}'",)


def test_python_2_pickle_is_read(encode_batch: Encoder) -> None:
    data = np.arange(24, dtype=np.uint8).reshape(4, 6)
    values = load_pickle(encode_batch({b"data": data, b"labels": [3, 1, 4, 1]}))
    assert values[b"labels"] == [3, 1, 4, 1]
    np.testing.assert_array_equal(to_uint8_array(values[b"data"]), data)


@pytest.mark.parametrize("order", ["C", "F"])
def test_either_memory_layout_is_read(order: Any, encode_batch: Encoder) -> None:
    data = np.asarray(np.arange(24, dtype=np.uint8).reshape(4, 6), order=order)
    content = encode_batch({b"data": data})
    if order == "F":  # the flag in the state becomes true, and the bytes those of the columns
        content = content.replace(b"\x89", b"\x88").replace(data.tobytes("C"), data.tobytes("F"))
    np.testing.assert_array_equal(to_uint8_array(load_pickle(content)[b"data"]), data)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_malicious_pickle_is_refused_and_not_run(protocol: int, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    content = pickle.dumps([_Malicious(victim)], protocol)
    with pytest.raises(ValueError, match=r"it asks for '\w+\.system'"):
        load_pickle(content)
    assert not victim.exists()


@pytest.mark.parametrize(
    "name", ["numpy\nfromfile", "numpy.core.multiarray\nscalar", "builtins\neval", "copyreg\n_reconstructor"]
)
def test_every_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"it asks for '{name.replace(chr(10), '.')}'"):
        load_pickle(b"\x80\x02c" + name.encode() + b"\n.")


def test_damaged_content_is_one_clear_error(encode_batch: Encoder) -> None:
    content = encode_batch({b"data": np.zeros((2, 3), np.uint8), b"labels": [1, 2]})
    for damaged in [content[:length] for length in range(len(content))] + [b"<html>404</html>"]:
        with pytest.raises(ValueError, match="it is cut off or damaged"):
            load_pickle(damaged)
    with pytest.raises(ValueError, match="it contains no dictionary"):
        load_pickle(pickle.dumps([1, 2]))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b"U\x02u1", b"U\x02O8", "its images are not unsigned bytes"),
        (b"U\x02u1", b"U\x02i1", "its images are not unsigned bytes"),
        (b"J\x02\x00\x00\x00J\x03\x00\x00\x00", b"J\x02\x00\x00\x00J\x04\x00\x00\x00", "incomplete"),
        (b"J\x02\x00\x00\x00J\x03\x00\x00\x00", b"J\xfe\xff\xff\xffJ\xfd\xff\xff\xff", "no proper shape"),
        (b"(K\x01(J", b"(K\x01K\x01(J", "no array of images"),
    ],
)
def test_forged_array_is_refused(old: bytes, new: bytes, complaint: str, encode_batch: Encoder) -> None:
    content = encode_batch({b"data": np.zeros((2, 3), np.uint8)})
    assert old in content
    with pytest.raises(ValueError, match=complaint):
        to_uint8_array(load_pickle(content.replace(old, new))[b"data"])


def test_other_values_are_no_array() -> None:
    with pytest.raises(ValueError, match="it contains no array of images"):
        to_uint8_array([[1, 2], [3, 4]])
