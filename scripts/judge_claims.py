#!/usr/bin/env python3
"""Judge each claim of the papers by the tables in results/, and write results/claims/claims.csv and claims.md."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from qnlnet.program import program, run


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder whose tables judge, and which gets the folder claims (default: results)",
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)

    from qnlnet.errors import argument_error
    from qnlnet.papers.claims import judge_claims, write_claims
    from qnlnet.papers.listed import list_claims

    if not options.results.is_dir():
        raise argument_error("--results", "be a folder with tables", str(options.results))
    listed, rules = list_claims(options.results)
    claims = judge_claims(options.results, listed)
    paths = write_claims(claims, options.results / "claims", rules)
    for row in claims.itertuples():
        print(f"{row.verdict}: {row.claim} {row.measured}. {row.reason}")
    print("Written: " + ", ".join(map(str, paths)))
    return 0


if __name__ == "__main__":
    run(main)
