"""Components of a circuit that are alike: one plan, run for all of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.simulator.batches.components import Component, Products, multiply_out
from qnlnet.simulator.batches.expressions import Array, Expressions, Gradient, Wanted
from qnlnet.simulator.batches.part import Part
from qnlnet.simulator.batches.plan import Plan, identify, make_plan
from qnlnet.simulator.batches.readout import Expectations
from qnlnet.simulator.program import Term, shrink


@dataclass(frozen=True)
class Group:
    """Components with equal plans.

    Attributes:
        part: What runs.
        rows: Of each component the columns of a row that it sees, shape (components, columns).
        shared: The same of what rows share.
    """

    part: Part
    rows: NDArray[np.int64]
    shared: NDArray[np.int64]

    @property
    def num_values(self) -> int:
        """How many values all of them have."""
        return len(self.rows) * self.part.num_outputs

    def select(self, rows: Array, shared: NDArray[np.float64]) -> tuple[Array, NDArray[np.float64]]:
        """Returns what each of them sees, side by side as copies: shapes (copies · components, rows, columns), (…,)."""
        copies, count, members = len(rows), rows.shape[1], len(self.rows)
        own = np.ascontiguousarray(rows[:, :, self.rows].swapaxes(1, 2)).reshape(copies * members, count, -1)
        return own, shared[:, self.shared].reshape(copies * members, -1)

    def values(self, own: Array, common: NDArray[np.float64], threads: int) -> Array:
        """Returns the values of all of them, shape (copies, rows, values), for what `select` gave."""
        values, _ = self.part.run(own, common, None, Wanted(), threads)
        together = values.reshape(-1, len(self.rows), own.shape[1], self.part.num_outputs).swapaxes(1, 2)
        return together.reshape(-1, own.shape[1], self.num_values)

    def slopes(
        self, own: Array, common: NDArray[np.float64], cotangent: Array, wanted: Wanted, threads: int
    ) -> Gradient:
        """Returns the gradient of their weighted values by what `select` gave; `cotangent` has the shape of these."""
        copies, count, _ = cotangent.shape
        by_component = cotangent.reshape(copies, count, len(self.rows), -1).swapaxes(1, 2)
        weights = np.ascontiguousarray(by_component).reshape(len(own), count, -1)
        _, gradient = self.part.run(own, common, weights, wanted._replace(values=False), threads)
        assert gradient is not None
        return gradient

    def scatter(self, gradient: Gradient, by_rows: Array, by_shared: NDArray[np.float64]) -> None:
        """Adds a gradient of `slopes` to one by all columns, shapes (copies, rows, columns) and (copies, shared)."""
        rows = gradient.rows.reshape(len(by_rows), len(self.rows), *gradient.rows.shape[1:])
        _scatter(rows.swapaxes(1, 2), self._scattered_rows, by_rows)
        _scatter(gradient.shared.reshape(len(by_shared), len(self.shared), -1), self._scattered_shared, by_shared)

    @cached_property
    def _scattered_rows(self) -> list[NDArray[np.int64]]:
        return _where_to(self.rows)

    @cached_property
    def _scattered_shared(self) -> list[NDArray[np.int64]]:
        return _where_to(self.shared)


class Components:
    """A circuit that falls apart; it runs as `Part` does.

    Args:
        components: What it falls into.
        terms: The observables before the Clifford gates.
        outputs: How many there are.
        expressions: Where the columns stand.
    """

    def __init__(
        self, components: Sequence[Component], terms: Sequence[Term], outputs: int, expressions: Expressions
    ) -> None:
        alike: dict[Any, list[tuple[Component, Plan, list[int], list[int]]]] = {}
        for component in components:
            rows = [column for column in component.columns if column in expressions.row_columns]
            shared = [column for column in component.columns if column in expressions.shared_columns]
            plan = _plan(component, rows, shared)
            alike.setdefault((identify(plan), len(rows), len(shared)), []).append((component, plan, rows, shared))
        self._groups = []
        for members in alike.values():
            own = [[expressions.row_columns[column] for column in rows] for _, _, rows, _ in members]
            common = [[expressions.shared_columns[column] for column in shared] for _, _, _, shared in members]
            self._groups.append(Group(Part(members[0][1]), _table(own), _table(common)))
        ordered = [component for members in alike.values() for component, *_ in members]
        self._products: Products = multiply_out(ordered, terms, outputs)

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """See `Part.run`."""
        selected = [group.select(rows, shared) for group in self._groups]
        parts = [group.values(*own, threads) for group, own in zip(self._groups, selected, strict=True)]
        together = np.concatenate(parts, axis=2)
        values = self._products.values(together)
        if cotangent is None:
            return values, None
        slopes = self._products.slopes(together, cotangent)
        by_rows = np.zeros_like(rows if wanted.rows else rows[:, :0])
        by_shared = np.zeros_like(shared)
        borders = np.cumsum([group.num_values for group in self._groups])[:-1]
        for group, own, slope in zip(self._groups, selected, np.split(slopes, borders, axis=2), strict=True):
            group.scatter(group.slopes(*own, slope, wanted, threads), by_rows, by_shared)
        return values, Gradient(by_rows, by_shared)


def _where_to(columns: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Returns columns in parts within which none comes twice: all components in one, if they share none."""
    return [columns.ravel()] if len(np.unique(columns)) == columns.size else list(columns)


def _scatter(parts: NDArray, columns: Sequence[NDArray[np.int64]], total: NDArray) -> None:
    """Adds numbers of shape (…, components, columns) to where they belong in the last axis of `total`."""
    flat, first = parts.reshape(*parts.shape[:-2], parts.shape[-2] * parts.shape[-1]), 0
    for places in columns:
        total[..., places] += flat[..., first : first + len(places)]
        first += len(places)


def _table(rows: list[list[int]]) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(len(rows), -1)


def _plan(component: Component, rows: Sequence[int], shared: Sequence[int]) -> Plan:
    """Returns the plan of a component whose columns are numbered in the order in which they come."""
    terms = [(place, string, 1.0) for place, string in enumerate(component.strings)]
    start, operations, terms = shrink(component.rotations, terms, least=2)
    places = [{column: place for place, column in enumerate(columns)} for columns in (rows, shared)]
    measured = Expectations(tuple(terms), len(terms))
    return make_plan(operations, measured, start, len(start).bit_length() - 1, *places)
