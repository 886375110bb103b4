"""Folders of drawings, which follow from the code and not from rows."""

from pathlib import Path

from qnlnet.evidence.checking.finding import Finding, count
from qnlnet.evidence.checking.images import check_image


def check_drawings(folder: Path, finding: Finding) -> None:
    """Checks that each drawing is there as .svg and as .png, and whole."""
    names = sorted({path.stem for path in folder.iterdir() if path.suffix in (".svg", ".png")})
    for name in names:
        for ending in ("png", "svg"):
            if problem := check_image(folder / f"{name}.{ending}"):
                finding.problems.append(problem)
    finding.facts.append(f"{count(len(names), 'drawing')} as .png and .svg, looked at but not drawn again")
