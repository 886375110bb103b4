"""The table and the figure of kernels' concentration, which follow from the rows beside them."""

from pathlib import Path

from qnlnet.audit.concentration.page import build_figure, write_page
from qnlnet.audit.concentration.rows import NAME, read_rows
from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.figures import write_figure

CSV = f"{NAME}.csv"


def check_concentration(folder: Path, finding: Finding) -> None:
    """Checks table and figure of one folder against its rows, and notes what was found. Nothing is measured again."""
    rows = read_table(read_rows, folder / CSV, finding)
    if rows is None:
        return
    finding.facts.append(count(len(rows), "kernel"))
    finding.problems += check_texts(folder, lambda target: [write_page(rows, target)], CSV)
    fact, problems = check_figures(folder, NAME, lambda target: write_figure(build_figure(rows), target, NAME), CSV)
    finding.facts.append(fact)
    finding.problems += problems
    finding.problems += check_strays(folder, [CSV, *(f"{NAME}.{ending}" for ending in ("md", "png", "svg"))])
