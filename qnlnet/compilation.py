"""How Numba compiles the kernels: once per machine and version of the sources, and without Python's lock.

Numba's cache notices a change in the file of a function but not in the files of what it calls, so that after an edit
or an upgrade it would go on running stale machine code. Therefore the cache's folder is named after a hash of
everything that the kernels are made of. Nor does it notice damage: a file that was cut off would end the program, and a
flipped bit could change the numbers. Therefore each file ends with a checksum, and what is damaged is compiled again.
"""

import hashlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
from numba import njit
from numba.core.caching import IndexDataCacheFile

_PACKAGE = Path(__file__).parent
_NUMBA: Any = numba.config  # its settings are made at run time, unseen by type checkers
_SOURCES = ("compilation.py", "simulator/**/*.py", "training/compiled/*.py")


def cached_njit(
    *, fastmath: Iterable[str] = (), forceinline: bool = False, inline: bool = False
) -> Callable[[Callable], Any]:
    """Returns a decorator like `numba.njit` with a cache that is safe across edits.

    Args:
        fastmath: LLVM's fast-math flags.
        forceinline: Whether the compiler makes the function a part of each that calls it.
        inline: Whether it becomes a part of them before anything is compiled, which then takes half of the time where
            large functions call each other.
    """
    # Pass every option explicitly: Numba takes those that are missing from the function that calls this one first.
    compiled = njit(
        cache=True,
        nogil=True,
        error_model="numpy",
        fastmath=set(fastmath),
        forceinline=forceinline,
        inline="always" if inline else "never",
    )

    def decorate(function: Callable) -> Any:
        # Numba reads this global setting while it decorates; other users of Numba in this process keep theirs.
        theirs, _NUMBA.CACHE_DIR = _NUMBA.CACHE_DIR, str(_CACHE)
        try:
            dispatcher: Any = compiled(function)
        finally:
            _NUMBA.CACHE_DIR = theirs
        dispatcher._cache._cache_file.__class__ = _CheckedFiles
        return dispatcher

    return decorate


class _CheckedFiles(IndexDataCacheFile):
    """The files that Numba keeps of one function, each with the SHA-256 of its content at its end."""

    def save(self, key: Any, data: Any) -> None:
        with suppress(OSError):  # a full disk costs the time of compiling again, no more
            super().save(key, data)

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        buffer = io.BytesIO()
        yield buffer
        content = buffer.getvalue()
        with super()._open_for_write(filepath) as stream:
            stream.write(content + hashlib.sha256(content).digest())

    def _load_index(self) -> dict[Any, str]:
        return super()._load_index() if _is_whole(self._index_path) else {}

    def _load_data(self, name: str) -> Any:
        if not _is_whole(self._data_path(name)):
            raise FileNotFoundError(name)  # Numba then compiles it again
        return super()._load_data(name)  # pickle ignores what comes after its end


def _is_whole(path: str) -> bool:
    """Returns whether a file is there and as it was written."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return False
    size = hashlib.sha256().digest_size
    return hashlib.sha256(data[:-size]).digest() == data[-size:]


def cache_folder(package: Path = _PACKAGE) -> Path:
    """Returns a folder below $NUMBA_CACHE_DIR, else in the package; Numba takes another if it is not writable."""
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(package.glob(pattern)):
            digest.update(path.read_bytes())
    parent = Path(_NUMBA.CACHE_DIR) if _NUMBA.CACHE_DIR else package / "__pycache__"
    return parent / f"qnlnet-{digest.hexdigest()[:12]}"


_CACHE = cache_folder()


def processor() -> str:
    """Returns the name of the processor that the kernels are compiled for, such as ``znver5``; digits depend on it."""
    return _NUMBA.CPU_NAME or llvmlite.binding.get_host_cpu_name()


def is_cached(function: str = "") -> bool:
    """Returns whether the cache holds anything yet, or a function of that name; without it the first use compiles."""
    return any(_CACHE.rglob(f"*.{function}-*.nbi" if function else "*.nbi"))


def announce(dispatcher: Any, seconds: int) -> None:
    """Says on stderr that a function is about to be compiled, for so many seconds, where nothing of it is there yet."""
    if not dispatcher.overloads and not is_cached(dispatcher.py_func.__name__):
        print(f"Compiling the simulator, once on this machine: about {seconds} s.", file=sys.stderr, flush=True)
