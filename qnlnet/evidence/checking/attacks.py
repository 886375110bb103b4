"""The table of attacked models, which follows from the rows beside it."""

from pathlib import Path

from qnlnet.audit.attacked_runs import NAME, read_rows, write_page
from qnlnet.evidence.checking.derived import check_strays, check_texts
from qnlnet.evidence.checking.finding import Finding, count, read_table
from qnlnet.records.configurations import FILE_NAME, read_configurations

CSV = f"{NAME}.csv"


def check_attacks(folder: Path, finding: Finding) -> None:
    """Checks the table of one folder against its rows, and notes what was found. Nothing is attacked again."""
    rows = read_table(read_rows, folder / CSV, finding)
    if rows is None:
        return
    finding.facts.append(f"{count(len(rows), 'row')} of {count(rows.config_hash.nunique(), 'cell')}")
    finding.problems += check_texts(folder, lambda target: [write_page(rows, target)], CSV)
    if unknown := sorted(set(rows.config_hash) - read_configurations(folder).keys()):
        finding.problems.append(f"{FILE_NAME} must have the settings of {', '.join(unknown)}, but has not.")
    finding.problems += check_strays(folder, [CSV, f"{NAME}.md", FILE_NAME])
