"""Figure 6, which has no rows of its own: does it follow from the rows of Table 1 beside it?"""

from pathlib import Path

from qnlnet.evidence.checking.derived import check_figures, check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.evidence.checking.seed_tables import EPOCHS, SEEDS
from qnlnet.figures import build_curves, write_figure
from qnlnet.records import read_epoch_rows, read_seed_rows, write_table
from qnlnet.tables import summarise_curves

FIGURE_6 = "figure6"
TABLE_1 = "table1"
_SOURCE = f"the rows of {TABLE_1}"


def check_figure6(folder: Path, finding: Finding) -> None:
    """Checks the figure and the table of what it draws against Table 1's rows, which lie in the folder beside it."""
    rows = folder.resolve().parent / TABLE_1
    seeds = read_table(read_seed_rows, rows / SEEDS, finding)
    epochs = read_table(read_epoch_rows, rows / EPOCHS, finding)
    if seeds is None or epochs is None:
        return
    finding.facts.append(f"{count(len(seeds), 'seed')} and {count(len(epochs), 'epoch')} of {TABLE_1}")

    def write(target: Path) -> list[Path]:
        return [write_table(summarise_curves(seeds, epochs), target / f"{FIGURE_6}.csv")]

    def draw(target: Path) -> list[Path]:
        return write_figure(build_curves(seeds, epochs), target, FIGURE_6)

    problems = list(check_texts(folder, write, _SOURCE))
    fact, others = check_figures(folder, FIGURE_6, draw, _SOURCE)
    if problems or others:
        others.append("Draw it again: make reproduce-figure6.")
    finding.facts.append(f"{FIGURE_6}.csv made again, {fact}")
    finding.problems += [*problems, *others]
    finding.problems += check_strays(folder, [f"{FIGURE_6}.{ending}" for ending in ("csv", "png", "svg")])
