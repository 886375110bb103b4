#!/usr/bin/env python3
"""Attack trained models: change test images a little, along exact gradients, and count what is still answered right.

Writes attacks.csv with a row for each seed and attack, and attacks.md with a line for each run. Trains nothing.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qnlnet.program import program, run

_FOLDER = Path("outputs/attacks")
_RAW = "raw-"


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN", help="folder of a run, of which all seeds are attacked, or a model"
    )
    parser.add_argument(
        "--method",
        nargs="+",
        choices=[f"{prefix}{name}" for prefix in ("", _RAW) for name in ("pgd", "fgsm", "none")],
        default=["pgd"],
        help="pgd, in steps; fgsm, at once; none, which only cuts off what is beyond black and white; raw-… takes "
        "0 and 1 for these among the numbers that the model sees, as code does that hands normalised images to an "
        "attack on pixels (default: pgd)",
    )
    parser.add_argument(
        "--epsilon",
        type=float,
        default=0.1,
        metavar="E",
        help="how much a pixel may change, as a share of the way from black to white (default: 0.1)",
    )
    parser.add_argument("--steps", type=int, default=10, metavar="N", help="of pgd (default: 10)")
    parser.add_argument("--step-size", type=float, metavar="S", help="of a step of pgd (default: a quarter of E)")
    parser.add_argument("--no-random-start", action="store_true", help="pgd begins at the image itself")
    parser.add_argument("--images", type=int, metavar="N", help="how many test images are drawn (default: all)")
    parser.add_argument("--image-seed", type=int, default=0, metavar="N", help="seed of that draw (default: 0)")
    parser.add_argument(
        "--output-dir", type=Path, default=_FOLDER, metavar="DIR", help=f"where the files go (default: {_FOLDER})"
    )
    return parser


@program()
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)

    from qnlnet.audit.adversarial import Attack  # torch and Qiskit: not needed for --help
    from qnlnet.audit.attacked_runs import attack_runs, write_attacks

    usual = Attack("pgd", options.epsilon, options.steps, options.step_size, not options.no_random_start)
    attacks = [
        replace(usual, method=name.removeprefix(_RAW), raw=name.startswith(_RAW))
        for name in dict.fromkeys(options.method)
    ]
    rows = attack_runs(options.runs, attacks, options.images, options.image_seed, report=_report)
    print("Written: " + ", ".join(map(str, write_attacks(rows, options.output_dir))))
    return 0


def _report(text: str) -> None:
    """Shows how far it is: sentences that end in a line's return only on a terminal, where the next one covers them."""
    if text.endswith("\n") or sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    run(main)
