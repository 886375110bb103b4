#!/usr/bin/env python3
"""Check what is committed under results/: rows, configurations, tables, figures, origins.

For each folder: every row can be read, its columns compose to the configuration whose hash it names, its epochs lead to
its accuracies, tables and figures are what the rows give, and all rows come from one commit, one set of packages and
the same images, or provenance.md in the folder says why not. Every file has the digest that results/SHA256SUMS has
for it, so that no digit changes unnoticed; --update-digests accepts what is there. Whether a number comes out again is
another question:
python experiments/train.py --rerun ROW_ID
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from qnlnet.errors import argument_error
from qnlnet.files import short_path
from qnlnet.program import program, run

if TYPE_CHECKING:
    from qnlnet.evidence.checking.finding import Finding

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "results"
_PROBLEMS = 1


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit status: 0 if all is well, 1 if there are problems, 2 for a mistake.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="folders of tables, or of such folders (default: results)"
    )
    parser.add_argument("--list", action="store_true", help="check nothing; show the id of every row of trained cells")
    parser.add_argument(
        "--update-digests", action="store_true", help="check nothing; write results/SHA256SUMS for what is there now"
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    from qnlnet.evidence.checking.folders import (  # pandas and Matplotlib: not needed for --help
        check_folders,
        find_folders,
    )
    from qnlnet.evidence.checking.listing import list_rows

    checked = found = problems = 0
    if options.update_digests:
        return _update_digests(options.paths)
    folders = find_folders(options.paths or [RESULTS])
    if options.list:
        for line in chain.from_iterable(map(list_rows, folders)):
            print(line)
        return 0
    findings = check_folders({short_path(folder, PROJECT): folder for folder in folders})
    for finding in chain(findings, _check_digests(options.paths or [RESULTS])):
        print("\n".join(finding.lines()), flush=True)
        checked += 1
        problems += len(finding.problems)
        found += bool(finding.problems)
    if problems:
        print(f"\nProblems in {found} of {checked} checks: {problems}.", file=sys.stderr)
    return _PROBLEMS if problems else 0


def _check_digests(paths: Sequence[Path]) -> "Iterator[Finding]":
    """Yields what is known of the digests of committed files, if any of the paths is committed."""
    from qnlnet.evidence.checking.digests import check_digests

    folders = [path if path.is_dir() else path.parent for path in paths]
    if committed := [folder for folder in folders if folder.resolve().is_relative_to(RESULTS)]:
        yield check_digests(RESULTS, committed)


def _update_digests(paths: Sequence[Path]) -> int:
    from qnlnet.evidence.checking.digests import SUMS, update_digests

    if paths:
        raise argument_error("PATH", "be left out with --update-digests, which is about all of results", str(paths[0]))
    for line in update_digests(RESULTS) or ["nothing has changed"]:
        print(line)
    print(f"Written: {short_path(RESULTS / SUMS, PROJECT)}")
    return 0


if __name__ == "__main__":
    run(main)
