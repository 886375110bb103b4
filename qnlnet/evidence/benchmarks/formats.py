"""Times and ratios in words."""

import math

from qnlnet.tables.layout import MISSING


def format_seconds(seconds: float) -> str:
    """Returns a time with three digits and its unit, such as ``12.3 µs``."""
    if math.isnan(seconds):
        return MISSING
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            break
    value = seconds * factor
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{min(digits, 3)}f} {unit}"


def format_ratio(ratio: float) -> str:
    """Returns a ratio with three digits, such as ``33.1×``."""
    return f"{ratio:.0f}×" if ratio >= 100 else f"{ratio:.1f}×" if ratio >= 10 else f"{ratio:.2f}×"
