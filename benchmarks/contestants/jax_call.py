"""Values and gradients in JAX, compiled as one function, for every contestant that lives there."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.workloads import Call, Workload


def call_in_jax(workload: Workload, vjp: Callable[..., Any], *, ahead: bool = False) -> Call:
    """Returns the call of a function (rows, weights, cotangent) → (values, by rows, by weights).

    Args:
        workload: Has the three.
        vjp: The function.
        ahead: Whether it is compiled now and not with the first call.
    """
    arrays = [jnp.asarray(array) for array in (workload.rows, workload.weights, workload.cotangent)]
    run = jax.jit(vjp)
    if ahead:
        compiled = run.lower(*arrays).compile()
        return lambda: jax.block_until_ready(compiled(*arrays))
    return lambda: jax.block_until_ready(run(*arrays))


def derive(forward: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Returns the function (rows, weights, cotangent) → (values, by rows, by weights) for a forward pass."""

    def vjp(rows: Any, weights: Any, cotangent: Any) -> Any:
        values, back = jax.vjp(forward, rows, weights)
        return values, *back(cotangent)

    return vjp
