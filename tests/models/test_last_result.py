"""A result that is kept: computed once by whoever comes first, and not where that fails."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from qnlnet.models.last_result import LastResult


def test_threads_wait_for_what_another_one_computes() -> None:
    kept, started, go_on, computed = LastResult[int](), Event(), Event(), []

    def compute() -> int:
        started.set()
        go_on.wait(10)
        computed.append(1)
        return 5

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get, "key", compute)
        started.wait(10)
        second = pool.submit(kept.get, "key", compute)
        go_on.set()
        assert (first.result(), second.result(), computed) == (5, 5, [1])


def test_errors_are_not_kept() -> None:
    kept = LastResult[int]()
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 3) == 3
    kept.forget()
    assert kept.get("key", lambda: 4) == 4
