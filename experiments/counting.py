"""Progress of an experiment that goes model by model: a bar on a terminal, a plain line per model elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Measured = TypeVar("Measured")


def count_models(measured: Iterable[Measured], total: int, what: str) -> Iterator[Measured]:
    """Yields what is `measured`, and reports on standard error how many of `total` models are done.

    Args:
        measured: Something for each model.
        total: How many models there will be.
        what: What is measured, such as ``Noise``.
    """
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(measured, total=total, unit="model", desc=what, file=sys.stderr)
        return
    for count, one in enumerate(measured, start=1):
        print(f"{what}: {count} of {total} models", file=sys.stderr, flush=True)
        yield one
