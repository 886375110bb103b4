"""Lets a piece of work end before Ctrl-C or SIGTERM is heard."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """A context manager inside which `held` holds signals back.

    A lock or a table that is left in the middle would stop those who come after. Only signals with a handler are held,
    and only in the main thread, which is where Python calls handlers.

    Example:
        >>> with Interrupts() as interrupts:
        ...     with interrupts.held():
        ...         pass  # what must not be cut in two
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}
        self._is_held = False
        self._waiting: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            handlers = {number: signal.getsignal(number) for number in _SIGNALS}
            self._handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
            for number in self._handlers:
                signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the first signal back until the end of the block; a second one is heard at once."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if self._waiting:
                self._hear(*self._waiting.pop())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._is_held and not self._waiting:
            self._waiting.append((number, frame))
        else:
            self._waiting.clear()
            self._hear(number, frame)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._handlers[number](number, frame)
