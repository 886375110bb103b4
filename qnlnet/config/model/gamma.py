"""γ of Gaussian kernels, which several families have."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from qnlnet.errors import argument_error

_LARGEST_GAMMA = 1e9


def _check(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value != "scale" and not (is_number and 0 < value <= _LARGEST_GAMMA):
        requirement = f"be scale, or a number above 0 and at most {_LARGEST_GAMMA:g}"
        raise argument_error("model.gamma", requirement, value)
    return value


Gamma = Annotated[float | Literal["scale"], BeforeValidator(_check)]
