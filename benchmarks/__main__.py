"""Time qnlnet against its peers, and find out where its own time goes.

The peers: Qiskit's EstimatorQNN on its reference simulator and on Aer, PennyLane's default.qubit and lightning.qubit in
torch, and PennyLane on JAX; for the workloads of hybrid networks also JAX by hand, TensorCircuit-NG, PyQTorch, fastqml,
Catalyst, and the engine as it was; for kernels those of qiskit-machine-learning. All of them run the same circuits on
the same numbers, in double precision where nothing else is said, on one thread, in turns within one run. Nothing is
timed before all have been seen to agree on values and gradients.
The peers come with `pip install -c constraints.txt -e ".[bench]"`, which `make bench` does; Catalyst has
an environment of its own, which `make bench-catalyst` makes, and is left out without it.
"""

import argparse
import importlib.util
import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.machine import PEERS, describe_machine, peer_versions, prepare_process
from qnlnet.errors import ArgumentError, ResultsError, check_at_least
from qnlnet.program import program, run

_RESULTS, _TURNS = Path("results/benchmarks"), 7
_SHOWN = (
    *("benchmark", "workload", "dtype", "network", "model", "grows", "part", "contestant"),
    *("num_qubits", "r", "D", "batch", "images", "size"),
)
_BENCHMARKS = ["layer", "training", "profile", "scaling", "workloads", "kernels", "networks", "depth"]


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog="Exit status: 0 if all is measured, 2 for a mistake or contestants that disagree.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a few cases in less than a minute; writes nothing, and prints one JSON object as the last line",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=_BENCHMARKS,
        default=_BENCHMARKS,
        help="which benchmarks to run and write (default: all, about 35 minutes)",
    )
    parser.add_argument(
        "--redraw",
        action="store_true",
        help="measure nothing: write tables and figures again from the rows in the output folder",
    )
    parser.add_argument(
        "--output-dir",
        type=Path,
        metavar="DIR",
        help=f"folder of tables and figures (default: {_RESULTS}, or outputs/benchmarks with other --repetitions)",
    )
    parser.add_argument(
        "--repetitions", type=int, default=_TURNS, metavar="N", help="turns of each contestant (default: 7)"
    )
    return parser


@program(stopped="\nStopped. Benchmarks that had finished are written.")
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    options = build_parser().parse_args(arguments)
    check_at_least("--repetitions", options.repetitions, 1)
    if options.redraw and options.quick:
        raise ArgumentError("Argument `--redraw` must stand without --quick, which draws nothing.")
    if not options.redraw and (missing := [name for name in PEERS if importlib.util.find_spec(name) is None]):
        raise ArgumentError(
            f"The peers {', '.join(missing)} must be installed, but are not. "
            'Install them with: pip install -c constraints.txt -e ".[bench]"'
        )
    if not options.redraw:
        print(f"{describe_machine()}; {prepare_process()}", flush=True)

    from qnlnet.files import choose_folder

    if options.quick:
        measure_quickly()
        return 0
    is_usual = options.redraw or options.repetitions == _TURNS
    directory = choose_folder(options.output_dir, _RESULTS, is_usual=is_usual)
    for name in options.only:
        if not options.redraw:
            measure(name, directory, options.repetitions)
        draw(name, directory)
    return 0


def measure_quickly() -> None:
    """Runs a few cases and prints the figures of merit as JSON."""
    import pandas as pd

    from benchmarks import kernels, layer, training, vjp
    from qnlnet.evidence.benchmarks import merit

    pace: dict[str, Any] = {"repetitions": 7, "seconds": 0.05}
    rows = _collect(layer.time_layers(layer.QUICK_LAYER_CASES, quick=True, **pace))
    rows += _collect(layer.time_engines(layer.QUICK_ENGINE_CASES, **pace))
    steps = _collect(training.time_training(training.QUICK_MODELS, training.QUICK_CONTESTANTS, **pace))
    workloads = _collect(vjp.time_workloads(vjp.QUICK, repetitions=5, seconds=0.05, memory=False, with_catalyst=False))
    overlaps = _collect(kernels.time_kernels(peers=kernels.QUICK_PEER_IMAGES, repetitions=2, seconds=0.05))
    figures = merit.figures_of_merit(pd.DataFrame(rows), pd.DataFrame(steps))
    figures |= merit.figures_of_workloads(pd.DataFrame(workloads), pd.DataFrame(overlaps))
    print(json.dumps(figures))


def measure(name: str, directory: Path, repetitions: int) -> None:
    """Runs the benchmark `name` and writes its rows into `directory`.

    Raises:
        ResultsError: Contestants disagree, or the rows cannot be written.
    """
    import pandas as pd

    from benchmarks import depth, kernels, layer, networks, profile, scaling, training, vjp
    from qnlnet.files import check_writable
    from qnlnet.provenance import describe_code
    from qnlnet.records import write_table

    check_writable(directory)
    origin = {"machine": describe_machine(), **describe_code()}
    origin["versions"] += f"; {peer_versions()}"
    pace: dict[str, Any] = {"repetitions": repetitions, "seconds": 0.1}
    benchmarks = {
        "layer": lambda: chain(
            layer.time_layers(layer.LAYER_CASES, **pace), layer.time_engines(layer.ENGINE_CASES, **pace)
        ),
        "training": lambda: training.time_training(**pace),
        "profile": lambda: profile.profile_steps(repetitions=repetitions),
        "scaling": lambda: scaling.time_scaling(**pace),
        "workloads": lambda: vjp.time_workloads(**pace),
        "kernels": lambda: kernels.time_kernels(**pace),
        "networks": lambda: networks.time_networks(**pace),
        "depth": lambda: depth.time_depth(**pace),
    }
    rows = pd.DataFrame(_collect(benchmarks[name]())).assign(**origin)
    print(f"Rows:   {write_table(rows, directory / f'{name}.csv')}", flush=True)


def draw(name: str, directory: Path) -> None:
    """Writes the table and the figure of the benchmark `name` from the rows in `directory`.

    Raises:
        ResultsError: The rows are not there, or a file cannot be written.
    """
    import pandas as pd

    from qnlnet.evidence.benchmarks import plots, report
    from qnlnet.figures import write_figure
    from qnlnet.files import write_file

    path = directory / f"{name}.csv"
    if not path.is_file():
        raise ResultsError(f"The rows {path} must be there to be drawn, but are not. Leave --redraw out to measure.")
    rows = pd.read_csv(path)
    paths = [write_file(directory / f"{name}.md", report.TABLES[name](rows).encode("utf-8"))]
    if name in plots.FIGURES:
        paths += write_figure(plots.FIGURES[name](rows), directory, name)
    print("Drawn:  " + ", ".join(map(str, paths)), flush=True)


def _collect(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lists the rows, and shows each as soon as it is there."""
    from qnlnet.evidence.benchmarks.formats import format_seconds

    collected = []
    for row in rows:
        words = [
            str(row[name]) if isinstance(row[name], str) else f"{name} {row[name]}" for name in _SHOWN if name in row
        ]
        seconds = row["median_seconds" if "median_seconds" in row else "seconds"]
        print(f"{', '.join(words)}: {format_seconds(seconds)}", flush=True)
        collected.append(row)
    return collected


if __name__ == "__main__":
    run(main)
