"""What a difference to a published number means, and when nothing can be said about it."""

import math

AGREES, DIFFERS, INCONCLUSIVE = "agrees", "differs", "inconclusive"
FEWEST_SEEDS = 5  # with fewer the standard deviation of the seeds is itself a guess
RESOLUTION = 1.0  # percentage points: a mean that is known no better says nothing of the published numbers

RULE = (
    "Verdict: “differs” if |difference| > 2 √(s²/n + p²), where s is our standard deviation over n seeds and p the "
    f"published one. Else “agrees”; but “inconclusive” where 2 s/√n exceeds both {RESOLUTION:g} point and 2 p: such a "
    "mean agrees with nearly everything. “–” where nothing is published, where epochs or any other setting are not "
    f"those of the published runs, and below {FEWEST_SEEDS} seeds."
)

NO_VERDICTS = (
    "The published numbers stand here for reference, without a verdict: no row has all the settings of the published "
    f"runs and {FEWEST_SEEDS} seeds."
)


def judge_difference(difference: float, std: float, n_seeds: int, published_std: float) -> str:
    """Returns AGREES, DIFFERS or INCONCLUSIVE; nothing where there is no verdict.

    Args:
        difference: Our mean minus the published one, percentage points; NaN where nothing is published.
        std: Our standard deviation over seeds, n − 1 in the denominator.
        n_seeds: How many seeds.
        published_std: The ± of the published number.
    """
    if n_seeds < FEWEST_SEEDS or math.isnan(difference) or math.isnan(std):
        return ""
    error = std / math.sqrt(n_seeds)
    if abs(difference) > 2 * math.hypot(error, published_std):
        return DIFFERS
    return INCONCLUSIVE if 2 * error > max(RESOLUTION, 2 * published_std) else AGREES
