"""One result that is kept for whoever asks for the same next, as the candidates of a search do."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


class LastResult(Generic[_Result]):
    """Keeps the last result; threads that want it while it is computed wait for it.

    Example:
        >>> kept = LastResult[str]()
        >>> kept.get(1, lambda: "computed"), kept.get(1, lambda: "not asked for"), kept.get(2, lambda: "another")
        ('computed', 'computed', 'another')
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: tuple[Hashable, Future[_Result]] | None = None

    def get(self, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        """Returns the result of a key, computed unless it is the last one; what raises an error is not kept."""
        with self._lock:
            is_known = self._last is not None and self._last[0] == key
            if not is_known:
                self._last = (key, Future())
            assert self._last is not None
            future = self._last[1]
        if not is_known:
            try:
                future.set_result(compute())
            except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
                future.set_exception(error)
                with self._lock:
                    if self._last is not None and self._last[1] is future:
                        self._last = None
        return future.result()

    def forget(self) -> None:
        """Forgets the last result, so that its memory is free as soon as nobody uses it."""
        with self._lock:
            self._last = None
