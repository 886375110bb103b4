"""The numbers that a circuit's angles are read from: its parameters, and expressions of them.

Every angle of the simulator is a·x + b with a number x of its row. Where a circuit has an angle that is no such
function of one parameter, as (π − x₀)(π − x₁) in a ZZ feature map, the expression becomes a column behind the
parameters; values and derivatives are computed by the functions that SymPy makes of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression

from qnlnet.errors import UnsupportedCircuitError


@dataclass(frozen=True)
class Angle:
    """An angle a·x + b in radians; `parameter` is the column of x, or None for the constant b."""

    parameter: int | None
    scale: float
    offset: float


class Columns:
    """The columns of a row: parameters in a given order, then the expressions that were met while reading angles.

    Args:
        parameters: The free parameters, in the order of the columns.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.expressions: list[ParameterExpression] = []
        self._column_of = {parameter: column for column, parameter in enumerate(self.parameters)}

    def __len__(self) -> int:
        return len(self.parameters) + len(self.expressions)

    def read(self, value: ParameterExpression | float, gate: str) -> Angle:
        """Returns the angle of a gate; one that is not affine in one parameter gets a column.

        Args:
            value: The angle in radians, a number or an expression of the parameters.
            gate: Name of the gate, for the error.

        Raises:
            UnsupportedCircuitError: The angle is not real, or has a parameter that is not among the columns.
        """
        if not isinstance(value, ParameterExpression) or not value.parameters:
            return Angle(None, 0.0, _read_number(value, value, gate))
        if missing := sorted(parameter.name for parameter in value.parameters - self._column_of.keys()):
            raise UnsupportedCircuitError(f"No order is given for the parameters {missing}.")
        if len(value.parameters) == 1:
            (parameter,) = value.parameters
            slope = _differentiate(value, parameter)
            if slope is not None and not (isinstance(slope, ParameterExpression) and slope.parameters):
                offset = _read_number(value.bind({parameter: 0.0}), value, gate)
                return Angle(self._column_of[parameter], _read_number(slope, value, gate), offset)
        if value not in self.expressions:
            _check_is_real(value, gate)
            self.expressions.append(value)
        return Angle(len(self.parameters) + self.expressions.index(value), 1.0, 0.0)

    def parameters_of(self, column: int) -> frozenset[int]:
        """Returns the columns of the parameters that a column depends on."""
        if column < len(self.parameters):
            return frozenset((column,))
        expression = self.expressions[column - len(self.parameters)]
        return frozenset(self._column_of[parameter] for parameter in expression.parameters)

    def append_to(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the rows, shape (batch, parameters), with the values of the expressions behind, (batch, columns)."""
        return np.hstack([rows, self._evaluate(self._values, rows)]) if self.expressions else rows

    def jacobian(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the derivatives of the expressions, shape (batch, expressions, parameters)."""
        flat = self._evaluate(self._derivatives, rows)
        return flat.reshape(len(rows), len(self.expressions), len(self.parameters))

    def values_at(self, arguments: Sequence[Any]) -> Sequence[Any]:
        """Returns the values of the expressions, each a number or an array, for values of all parameters in order."""
        return self._values(*arguments)

    def derivatives_at(self, arguments: Sequence[Any]) -> list[Sequence[Any]]:
        """Returns the derivatives of each expression by all parameters, for values of all parameters in order."""
        flat, count = self._derivatives(*arguments), len(self.parameters)
        return [flat[start : start + count] for start in range(0, len(flat), count)]

    def compile(self, module: str, *, derivatives: bool = False) -> Callable[..., Sequence[Any]]:
        """Returns a function of the parameters that gives the expressions, or their derivatives.

        Args:
            module: What it computes with, as SymPy names it: ``numpy`` or ``torch``.
            derivatives: Whether it gives the derivatives: of the first expression by all parameters, of the second, ….
        """
        import sympy  # takes half a second, and few circuits need it

        symbols = [sympy.Symbol(parameter.name, real=True) for parameter in self.parameters]
        formulas = [self._formula(expression, symbols) for expression in self.expressions]
        if derivatives:
            formulas = [sympy.diff(formula, symbol) for formula in formulas for symbol in symbols]
        function: Callable[..., Sequence[Any]] = sympy.lambdify(symbols, formulas, modules=module)
        return function

    def _formula(self, expression: ParameterExpression, symbols: Sequence[Any]) -> Any:
        by_name = {symbol.name: symbol for symbol in symbols}
        formula = expression.sympify()
        return formula.subs({symbol: by_name[symbol.name] for symbol in formula.free_symbols})

    @cached_property
    def _values(self) -> Callable[..., Sequence[Any]]:
        return self.compile("numpy")

    @cached_property
    def _derivatives(self) -> Callable[..., Sequence[Any]]:
        return self.compile("numpy", derivatives=True)

    @staticmethod
    def _evaluate(function: Callable[..., Sequence[Any]], rows: NDArray[np.float64]) -> NDArray[np.float64]:
        results = function(*rows.T)
        return np.stack([np.broadcast_to(result, len(rows)) for result in results], axis=1)


def _differentiate(value: ParameterExpression, parameter: Parameter) -> ParameterExpression | complex | None:
    """Returns the derivative; None where Qiskit has none, as for the sign of a parameter."""
    try:
        return value.gradient(parameter)
    except RuntimeError:
        return None


def _read_number(number: ParameterExpression | complex, value: Any, gate: str) -> float:
    result = complex(number)
    if result.imag:
        raise _not_real(value, gate)
    return result.real


def _check_is_real(value: ParameterExpression, gate: str) -> None:
    """Refuses an expression with an imaginary part somewhere."""
    import sympy

    if value.sympify().has(sympy.I):
        raise _not_real(value, gate)


def _not_real(value: Any, gate: str) -> UnsupportedCircuitError:
    return UnsupportedCircuitError(f"The angle `{value}` of a gate `{gate}` must be real, but is not.")
