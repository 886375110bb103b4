"""Angles that are expressions of several parameters: computed beside what they depend on, and differentiated through.

An expression of shared parameters alone is shared; any other becomes a column of each row.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.columns import Columns

Array = NDArray[np.floating]


class Wanted(NamedTuple):
    """What is computed: outputs, slopes of what is each row's own, slopes of what rows share."""

    values: bool = True
    rows: bool = True
    shared: bool = True


class Gradient(NamedTuple):
    """The gradient of a weighted sum of outputs.

    Attributes:
        rows: By what is each row's own, shape of the rows.
        shared: By what rows share, summed over rows, shape of the shared values, float64.
    """

    rows: Array
    shared: NDArray[np.float64]


class Expressions:
    """Where the columns of a circuit stand: in the rows, or among what they share.

    Args:
        columns: The parameters of rows, those that are shared, and the expressions.
        num_row_parameters: How many of the parameters are each row's own.
        given: How many columns of amplitudes stand before them in a row.

    Attributes:
        num_in_rows: How many expressions become columns of rows.
        row_columns: Where each column that is a row's own stands in it.
        shared_columns: Where the others stand among what rows share.
    """

    def __init__(self, columns: Columns, num_row_parameters: int, given: int) -> None:
        self._columns = columns
        self._own, self._given = num_row_parameters, given
        total = len(columns.parameters)
        numbers = range(len(columns.expressions))
        self._in_rows = [n for n in numbers if min(columns.parameters_of(total + n)) < num_row_parameters]
        self.num_in_rows = len(self._in_rows)
        self._in_shared = [n for n in numbers if n not in self._in_rows]
        row_columns = [*range(num_row_parameters), *(total + n for n in self._in_rows)]
        shared_columns = [*range(num_row_parameters, total), *(total + n for n in self._in_shared)]
        self.row_columns = {column: given + place for place, column in enumerate(row_columns)}
        self.shared_columns = {column: place for place, column in enumerate(shared_columns)}

    def what_is_needed(self, wanted: Wanted) -> Wanted:
        """Returns what must be computed for what is wanted: in rows, expressions stand between it and the outputs."""
        return wanted._replace(rows=wanted.rows or (wanted.shared and bool(self._in_rows)))

    def append_to(self, rows: Array, shared: NDArray[np.float64]) -> tuple[Array, NDArray[np.float64]]:
        """Returns rows and shared values with the values of the expressions behind them.

        Args:
            rows: Shape (copies, rows, columns).
            shared: Shape (copies, shared).
        """
        if not self._columns.expressions:
            return rows, shared
        pairs = [self._append_to(*copy) for copy in zip(rows, shared, strict=True)]
        return np.stack([numbers for numbers, _ in pairs]), np.stack([common for _, common in pairs])

    def chain(self, rows: Array, shared: NDArray[np.float64], gradient: Gradient) -> Gradient:
        """Returns the gradient by rows and shared values from one that is also by the expressions behind them."""
        if not self._columns.expressions:
            return gradient
        copies = [self._chain(*copy) for copy in zip(rows, shared, *gradient, strict=True)]
        return Gradient(np.stack([copy.rows for copy in copies]), np.stack([copy.shared for copy in copies]))

    def _append_to(self, rows: Array, shared: NDArray[np.float64]) -> tuple[Array, NDArray[np.float64]]:
        values = self._columns.values_at(self._arguments(rows, shared))
        behind = [np.broadcast_to(values[n], len(rows)).astype(rows.dtype) for n in self._in_rows]
        return np.column_stack([rows, *behind]), np.concatenate([shared, [float(values[n]) for n in self._in_shared]])

    def _chain(
        self, rows: Array, shared: NDArray[np.float64], row_slopes: Array, shared_slopes: NDArray[np.float64]
    ) -> Gradient:
        by_rows, by_shared = row_slopes[:, : rows.shape[1]].copy(), shared_slopes[: len(shared)].copy()
        derivatives = self._columns.derivatives_at(self._arguments(rows, shared))
        places = [(n, row_slopes[:, rows.shape[1] + place]) for place, n in enumerate(self._in_rows)]
        places += [(n, shared_slopes[len(shared) + place]) for place, n in enumerate(self._in_shared)]
        for n, slope in places:
            for parameter, derivative in enumerate(derivatives[n]):
                if parameter < self._own and len(by_rows):
                    by_rows[:, self._given + parameter] += slope * derivative
                elif parameter >= self._own:
                    by_shared[parameter - self._own] += np.sum(slope * derivative, dtype=np.float64)
        return Gradient(by_rows, by_shared)

    def _arguments(self, rows: Array, shared: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
        return [*rows[:, self._given : self._given + self._own].T.astype(np.float64), *shared]
