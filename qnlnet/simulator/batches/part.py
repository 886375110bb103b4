"""One plan, run: what its rows share is computed once, then rows go through in chunks, on as many threads as wanted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import announce
from qnlnet.simulator.batches.expressions import Array, Gradient, Wanted
from qnlnet.simulator.batches.kernels import CHUNK, allocate, finish, prepare, run_alone, run_chunks
from qnlnet.simulator.batches.plan import Plan, cast_plan

_BLOCK = 2**15  # bytes of a block's real parts, so that its states stay in the cache
_LEAST_BYTES = 2**8  # of a row of a block: short loops cost more than a large block
_MOST_LANES = 256
_WORTH_A_THREAD = 2**22  # amplitudes of rows, for each thread


class Part:
    """A plan in float64, and in the type that rows are computed in.

    Args:
        plan: The plan, in float64.
    """

    def __init__(self, plan: Plan) -> None:
        self._plans: dict[Any, Plan] = {np.dtype(np.float64): plan}
        self.num_outputs = int(plan.counts[0])
        self._dimension = len(plan.parity)

    def block(self, dtype: Any) -> int:
        """Returns how many rows go together."""
        width = max(_LEAST_BYTES, _BLOCK // self._dimension)
        return min(_MOST_LANES, int(width // dtype.itemsize))

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """Runs copies of the circuit.

        Args:
            rows: Shape (copies, rows, columns); all arrays are C-contiguous.
            shared: What the rows of a copy share, shape (copies, shared).
            cotangent: The weights of the outputs, shape (copies, rows, outputs); None: no gradient is wanted.
            wanted: What is computed. Other outputs and slopes of rows come without rows, those of what rows share as
                zeros.
            threads: How many threads may run at a time.

        Returns:
            The outputs, shape (copies, rows, outputs), and the gradient of their weighted sum.
        """
        copies, count, columns = rows.shape
        values = np.empty((copies, count if wanted.values else 0, self.num_outputs), rows.dtype)
        weights = np.empty((copies, 0, self.num_outputs), rows.dtype) if cotangent is None else cotangent
        by_rows = np.zeros((copies, weights.shape[1] if wanted.rows else 0, columns), rows.dtype)
        block = self.block(rows.dtype)
        threads = worth_threads(threads, count, block, self._dimension)
        announce(run_alone, 15)
        if not count:
            by_shared = np.zeros(shared.shape)
        elif threads > 1:
            runs = zip(shared, rows, weights, values, by_rows, strict=True)
            by_shared = np.stack([self._run_on(threads, *run, wanted.shared, block) for run in runs])
        else:
            exact, plan = self._plan(np.dtype(np.float64)), self._plan(rows.dtype)
            arrays = shared, rows, weights, values, by_rows
            by_shared = run_alone(exact, plan, *arrays, wanted.shared, block)
        return values, None if cotangent is None else Gradient(by_rows, by_shared)

    def _run_on(
        self,
        threads: int,
        shared: NDArray[np.float64],
        rows: Array,
        weights: Array,
        values: Array,
        by_rows: Array,
        want_shared: bool,
        block: int,
    ) -> NDArray[np.float64]:
        """Runs one copy on several threads and returns the slopes of what its rows share."""
        exact, plan = self._plan(np.dtype(np.float64)), self._plan(rows.dtype)
        common = prepare(exact, plan, shared)
        chunks = -(-len(rows) // (CHUNK * block))
        kept = chunks if len(weights) else 0
        products = np.zeros((kept, *common.matrices.shape))
        sums = np.zeros((kept, len(plan.angle_columns)))

        def run(first: int, last: int) -> None:
            numbers, scratch = (rows, weights, values, by_rows), allocate(plan, block)
            run_chunks(plan, common, *numbers, products, sums, want_shared, scratch, block, first, last)

        share_out(run, chunks, threads)
        by_shared = np.zeros(len(shared))
        if kept and want_shared:
            finish(exact, common, products, sums, by_shared)
        return by_shared

    def _plan(self, dtype: Any) -> Plan:
        if dtype not in self._plans:
            self._plans[dtype] = cast_plan(self._plans[np.dtype(np.float64)], dtype.type)
        return self._plans[dtype]


def worth_threads(wanted: int, rows: int, block: int, numbers: int) -> int:
    """Returns how many threads are worth their start, for so many rows with so many numbers in the working space."""
    return min(wanted, -(-rows // (CHUNK * block)), 1 + rows * numbers // _WORTH_A_THREAD)


def share_out(run: Callable[[int, int], None], chunks: int, threads: int) -> None:
    """Runs chunks of rows on several threads, each from one chunk to another."""
    borders = np.linspace(0, chunks, threads + 1).round().astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, borders[:-1], borders[1:]))
