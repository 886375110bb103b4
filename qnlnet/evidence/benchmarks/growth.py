"""How times grow."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

# Where growth is fitted: small sizes are spent on calls, not on what grows.
_FIT_FROM = {
    "qubits": 6,
    "r": 4,
    "D": 2,
    "replicas": 2,
    "images": 1000,
    "layers, W1": 2,
    "layers, W2": 2,
    "rows, W1": 784,
    "qubits, 1 layer": 8,
    "qubits, 2 layers": 8,
}


def describe_growth(what: str, rows: pd.DataFrame) -> str:
    """Returns the law fitted to the times: a power of the size, or for qubits a factor per qubit."""
    unit = what.split(",")[0]
    chosen = rows[rows["size"] >= _FIT_FROM[what]]
    scale: Callable[[pd.Series], pd.Series] = (lambda size: size) if unit == "qubits" else np.log
    slope = float(np.polyfit(scale(chosen["size"]), np.log(chosen.median_seconds), 1)[0])
    law = f"{math.exp(slope):.2f} for each qubit" if unit == "qubits" else f"{unit}^{slope:.2f}"
    return f"{law}, from {_FIT_FROM[what]}"
