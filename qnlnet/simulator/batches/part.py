"""One plan, run: what its rows share is computed once, then rows go through in chunks, on as many threads as wanted."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.compilation import announce
from qnlnet.simulator.batches.expressions import Array, Gradient, Wanted
from qnlnet.simulator.batches.kernels import CHUNK, finish, prepare, run_alone, run_chunks
from qnlnet.simulator.batches.plan import Plan, cast_plan

_BLOCK = 2**15  # bytes of a block's real parts, so that its states stay in the cache
_MOST_BYTES, _LEAST_BYTES = 2**10, 2**8  # of a row of a block: short loops cost more than a large block
_WORTH_A_THREAD = 2**22  # amplitudes of rows, for each thread


class Part:
    """A plan in float64, and in the type that rows are computed in.

    Args:
        plan: The plan, in float64.
        shared_columns: Where the columns that rows share stand among the shared values.
    """

    def __init__(self, plan: Plan, shared_columns: dict[int, int]) -> None:
        self._plans: dict[Any, Plan] = {np.dtype(np.float64): plan}
        own, coefficients = int(plan.counts[3]), plan.angle_coefficients
        self.num_outputs = int(plan.counts[0])
        self._dimension = len(plan.parity)
        self._offsets = coefficients[:, 1].copy()
        self._slopes = np.zeros((len(coefficients), len(shared_columns)))
        for angle in range(own, len(coefficients)):
            if (column := int(plan.angle_columns[angle])) >= 0:
                self._slopes[angle, shared_columns[column]] = coefficients[angle, 0]

    def block(self, dtype: Any) -> int:
        """Returns how many rows go together."""
        width = max(_LEAST_BYTES, min(_MOST_BYTES, _BLOCK // self._dimension))
        return int(width // dtype.itemsize)

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """Runs rows.

        Args:
            rows: Shape (rows, columns), C-contiguous.
            shared: What they share, shape (shared,).
            cotangent: The weights of the outputs, shape (rows, outputs), C-contiguous; None: no gradient is wanted.
            wanted: What is computed. Other outputs and slopes of rows come without rows, those of what rows share as
                zeros.
            threads: How many threads may run at a time.

        Returns:
            The outputs, shape (rows, outputs), and the gradient of their weighted sum.
        """
        values = np.empty((len(rows) if wanted.values else 0, self.num_outputs), rows.dtype)
        weights = np.empty((0, self.num_outputs), rows.dtype) if cotangent is None else cotangent
        by_rows = np.zeros((len(weights) if wanted.rows else 0, rows.shape[1]), rows.dtype)
        if not len(rows):
            return values, None if cotangent is None else Gradient(by_rows, np.zeros(len(shared)))
        exact, plan = self._plans[np.dtype(np.float64)], self._plan(rows.dtype)
        block = self.block(rows.dtype)
        chunks = -(-len(rows) // (CHUNK * block))
        threads = min(threads, chunks, 1 + len(rows) * self._dimension // _WORTH_A_THREAD)
        announce(run_alone, 15)
        if threads < 2:
            by_shared = run_alone(
                exact, plan, self._offsets, self._slopes, shared, rows, weights, values, by_rows, wanted.shared, block
            )
            return values, None if cotangent is None else Gradient(by_rows, by_shared)
        common = prepare(exact, plan, self._offsets + self._slopes @ shared)
        kept = chunks if len(weights) else 0
        products = np.zeros((kept, *common.matrices.shape))
        angle_slopes = np.zeros((kept, len(self._offsets)))

        def run(first: int, last: int) -> None:
            run_chunks(
                plan, common, rows, weights, values, by_rows, products, angle_slopes, wanted.shared, block, first, last
            )

        borders = np.linspace(0, chunks, threads + 1).round().astype(int)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, borders[:-1], borders[1:]))
        if cotangent is None:
            return values, None
        if not wanted.shared:
            return values, Gradient(by_rows, np.zeros(len(shared)))
        return values, Gradient(by_rows, finish(exact, common, products, angle_slopes) @ self._slopes)

    def _plan(self, dtype: Any) -> Plan:
        if dtype not in self._plans:
            self._plans[dtype] = cast_plan(self._plans[np.dtype(np.float64)], dtype.type)
        return self._plans[dtype]
