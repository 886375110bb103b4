"""Is the page what the other folders of results/ give?"""

import re
from pathlib import Path

from qnlnet.errors import QNLNetError
from qnlnet.evidence.checking.derived import check_strays
from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.evidence.page.render import PAGE, render_page

_SECTION = re.compile(r'^<section id="([^"]+)".*?^</section>$', re.MULTILINE | re.DOTALL)
_ADVICE = "Run: make report"


def check_report(folder: Path, finding: Finding) -> None:
    """Makes the page of `folder` again, from the folders beside it, and notes where the two differ."""
    path = folder / PAGE
    finding.problems += check_strays(folder, [PAGE])
    try:
        expected = render_page(folder.resolve().parent, folder.resolve())
        stored = path.read_text(encoding="utf-8")
    except (QNLNetError, OSError, UnicodeDecodeError) as error:
        finding.problems.append(f"The page cannot be compared: {error}")
        return
    finding.facts.append(f"{count(len(_split(expected)), 'section')} made again")
    finding.facts.append(f"{len(stored) / 1e6:.1f} MB")
    if stored != expected:
        finding.problems.append(f"{PAGE} must be what results/ gives, but {_explain(stored, expected)}. {_ADVICE}")


def _explain(stored: str, expected: str) -> str:
    """Returns what differs: the sections, or else what surrounds them."""
    ours, theirs = _split(stored), _split(expected)
    parts = {
        "is older than its rows, or not made from them, in": [n for n in theirs if n in ours and ours[n] != theirs[n]],
        "lacks": [name for name in theirs if name not in ours],
        "has too much": [name for name in ours if name not in theirs],
    }
    sentences = [f"{what} {', '.join(names)}" for what, names in parts.items() if names]
    return "; ".join(sentences) or "differs outside of its sections"


def _split(page: str) -> dict[str, str]:
    """Returns the text of each section by its id."""
    return {match[1]: match[0] for match in _SECTION.finditer(page)}
