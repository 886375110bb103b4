"""What the word in a column of verdicts means: good, bad, or open. The page shows it as a colour and as a sign."""

from collections import Counter
from collections.abc import Iterable

GOOD, BAD, OPEN = "good", "bad", "open"
SIGNS = {GOOD: "✓", BAD: "✗", OPEN: "○"}
COLUMN = "verdict"  # in lower case
_GOOD, _BAD = ("agree", "hold", "yes", "confirmed"), ("differ", "does not", "do not", "no", "refuted")


def tone_of(verdict: str) -> str:
    """Returns the meaning of a verdict: ``does not hold`` is bad; ``cannot be decided``, ``holds in part`` are open."""
    word = verdict.strip().casefold()
    if word.endswith("in part"):
        return OPEN
    if word == "no" or word.startswith(tuple(prefix for prefix in _BAD if prefix != "no")):
        return BAD
    return GOOD if word.startswith(_GOOD) else OPEN


def count_verdicts(verdicts: Iterable[str]) -> list[tuple[str, int]]:
    """Returns each verdict and how often it was passed: good ones first, then bad, then open ones.

    A dash says that there was nothing to compare with, and is left out.
    """
    counts = Counter(verdict.strip() for verdict in verdicts if verdict.strip() not in {"", "–", "-"})
    order = list(SIGNS)
    return sorted(counts.items(), key=lambda item: (order.index(tone_of(item[0])), item[0]))
