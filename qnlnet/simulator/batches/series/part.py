"""A plan whose outputs are computed as Fourier series: the circuit runs on the nodes, rows on what comes out there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import announce
from qnlnet.simulator.batches.expressions import Array, Gradient, Wanted
from qnlnet.simulator.batches.kernels import CHUNK
from qnlnet.simulator.batches.part import Part, share_out, worth_threads
from qnlnet.simulator.batches.plan import Plan
from qnlnet.simulator.batches.series.fourier import Series, find_series, round_up
from qnlnet.simulator.batches.series.kernels import run_copies, run_rows

_BLOCK = 256  # rows that go together


def make_part(plan: Plan, num_columns: int) -> "Part | SeriesPart":
    """Returns what runs a plan best.

    Args:
        plan: The plan, in float64.
        num_columns: How many columns a row has.
    """
    part, series = Part(plan), find_series(plan, num_columns)
    return part if series is None else SeriesPart(part, series)


class SeriesPart:
    """What runs as `Part` does, by a Fourier series.

    Args:
        part: Runs the circuit itself.
        series: The series of its outputs.
    """

    def __init__(self, part: Part, series: Series) -> None:
        self._part = part
        self._series = series
        self.num_outputs = part.num_outputs
        left, right = series.sides
        self._shape = int(self.num_outputs * left), int(right)
        self._size = sum(map(round_up, self._shape))
        self._kept = np.empty(0), np.empty(0)  # shared values and their coefficients

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """Runs copies of the circuit; see `Part.run`."""
        copies, count, columns = rows.shape
        nodes = np.repeat(self._series.nodes[np.newaxis], copies, axis=0)
        coefficients = self._coefficients(nodes, shared).astype(rows.dtype, copy=False)
        values = np.empty((copies, count if wanted.values else 0, self.num_outputs), rows.dtype)
        weights = np.empty((copies, 0, self.num_outputs), rows.dtype) if cotangent is None else cotangent
        by_rows = np.zeros((copies, weights.shape[1] if wanted.rows else 0, columns), rows.dtype)
        chunks = -(-count // (CHUNK * _BLOCK))
        kept = chunks if cotangent is not None and wanted.shared else 0
        products = np.zeros((copies, kept, *coefficients.shape[1:]))
        numbers = coefficients, rows, weights, values, by_rows, products
        threads = worth_threads(threads, count, _BLOCK, self._size)
        announce(run_copies, 5)
        if threads > 1:
            for copy in zip(*numbers, strict=True):
                self._run_on(threads, chunks, *copy)
        else:
            run_copies(self._series, *numbers, _BLOCK)
        if cotangent is None:
            return values, None
        by_shared = np.zeros(shared.shape)
        if kept:
            slopes = self._differentiate(products.sum(axis=1))
            _, gradient = self._part.run(nodes, shared, slopes, Wanted(values=False, rows=False), 1)
            assert gradient is not None
            by_shared = gradient.shared
        return values, Gradient(by_rows, by_shared)

    def _run_on(self, threads: int, chunks: int, *numbers: Any) -> None:
        """Runs one copy on several threads."""
        share_out(lambda first, last: run_rows(self._series, *numbers, _BLOCK, first, last), chunks, threads)

    def _coefficients(self, nodes: NDArray[np.float64], shared: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the coefficients of each copy, see `run_rows`; a backward pass asks for those of the forward pass."""
        kept, coefficients = self._kept
        if not np.array_equal(kept, shared):
            coefficients = self._interpolate(self._part.run(nodes, shared, None, Wanted(), 1)[0])
            self._kept = shared.copy(), coefficients
        return coefficients

    def _interpolate(self, values: Array) -> NDArray[np.float64]:
        left, right = self._series.sides
        by_feature = (self._series.transform @ values).reshape(len(values), right, left, self.num_outputs)
        coefficients = np.zeros((len(values), *map(round_up, self._shape)))
        flat = by_feature.transpose(0, 3, 2, 1).reshape(len(values), *self._shape)
        coefficients[:, : self._shape[0], : self._shape[1]] = flat
        return coefficients

    def _differentiate(self, slopes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the slopes of the outputs at the nodes for those of the coefficients."""
        left, right = self._series.sides
        flat = slopes[:, : self._shape[0], : self._shape[1]].reshape(len(slopes), self.num_outputs, left, right)
        by_feature = flat.transpose(0, 3, 2, 1).reshape(len(slopes), left * right, self.num_outputs)
        return np.ascontiguousarray(self._series.transform.T @ by_feature)
