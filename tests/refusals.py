"""What tests of settings and arguments that are refused share."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from qnlnet.errors import ArgumentError


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    """Expects an `ArgumentError` that says this and no more."""
    with pytest.raises(ArgumentError) as caught:
        yield
    assert str(caught.value) == sentence
