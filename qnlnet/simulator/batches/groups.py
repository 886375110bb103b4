"""Components of a circuit that are alike: one plan, run for all of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
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

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """Runs all of them; see `Part.run`. The gradient is by the columns that each of them sees."""
        copies, count, members = len(rows), rows.shape[1], len(self.rows)
        own = np.ascontiguousarray(rows[:, :, self.rows].swapaxes(1, 2)).reshape(copies * members, count, -1)
        common = shared[:, self.shared].reshape(copies * members, -1)
        if cotangent is not None:
            cotangent = cotangent.reshape(copies, count, members, -1).swapaxes(1, 2)
            cotangent = np.ascontiguousarray(cotangent).reshape(copies * members, count, -1)
        values, gradient = self.part.run(own, common, cotangent, wanted, threads)
        together = values.reshape(copies, members, -1, self.part.num_outputs).swapaxes(1, 2)
        return together.reshape(copies, -1, self.num_values), gradient

    def scatter(self, gradient: Gradient, by_rows: Array, by_shared: NDArray[np.float64]) -> None:
        """Adds a gradient that `run` gave to one by all columns, shapes (copies, rows, columns), (copies, shared)."""
        members = len(self.rows)
        rows = gradient.rows.reshape(len(by_rows), members, *gradient.rows.shape[1:])
        shared = gradient.shared.reshape(len(by_shared), members, -1)
        for member in range(members):
            by_rows[:, :, self.rows[member]] += rows[:, member]
            by_shared[:, self.shared[member]] += shared[:, member]


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
            self._groups.append(Group(Part(members[0][1], len(common[0])), _table(own), _table(common)))
        ordered = [component for members in alike.values() for component, *_ in members]
        self._products: Products = multiply_out(ordered, terms, outputs)

    def run(
        self, rows: Array, shared: NDArray[np.float64], cotangent: Array | None, wanted: Wanted, threads: int
    ) -> tuple[Array, Gradient | None]:
        """See `Part.run`."""
        parts = [group.run(rows, shared, None, Wanted(), threads)[0] for group in self._groups]
        together = np.concatenate(parts, axis=2)
        values = self._products.values(together)
        if cotangent is None:
            return values, None
        slopes = self._products.slopes(together, cotangent)
        by_rows = np.zeros_like(rows if wanted.rows else rows[:, :0])
        by_shared = np.zeros_like(shared)
        borders = np.cumsum([group.num_values for group in self._groups])[:-1]
        for group, slope in zip(self._groups, np.split(slopes, borders, axis=2), strict=True):
            _, gradient = group.run(rows, shared, slope, wanted._replace(values=False), threads)
            assert gradient is not None
            group.scatter(gradient, by_rows, by_shared)
        return values, Gradient(by_rows, by_shared)


def _table(rows: list[list[int]]) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(len(rows), -1)


def _plan(component: Component, rows: Sequence[int], shared: Sequence[int]) -> Plan:
    """Returns the plan of a component whose columns are numbered in the order in which they come."""
    terms = [(place, string, 1.0) for place, string in enumerate(component.strings)]
    start, operations, terms = shrink(component.rotations, terms, least=2)
    places = [{column: place for place, column in enumerate(columns)} for columns in (rows, shared)]
    measured = Expectations(tuple(terms), len(terms))
    return make_plan(operations, measured, start, len(start).bit_length() - 1, *places)
