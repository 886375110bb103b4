"""`train.py --rerun ROW_ID`: trains a committed row again and says whether its numbers came out the same."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import end_stopped
from omegaconf import DictConfig

from qnlnet.config import build_run_config
from qnlnet.errors import argument_error
from qnlnet.files import short_path

if TYPE_CHECKING:
    from qnlnet.data import Dataset
    from qnlnet.records.stored import StoredRow

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "results"
OPTION = "--rerun"
_WITHOUT_EFFECT = {"seeds", "force", "output_dir", "checkpoint_every", "logger"}
_DIFFERS = 1
Task = Callable[[DictConfig], None]


def repeat_if_asked(task: Task) -> Task:
    """Returns `task`, or with ``--rerun ROW_ID`` on the command line the task that repeats this row.

    The option is then replaced by the overrides that the row's columns stand for, so that Hydra composes the row's
    configuration; what else the person overrides comes on top.

    Raises:
        ArgumentError: The row is unknown, or an override would have no effect.
        ResultsError: A committed table cannot be read, or the row's columns compose to nothing.
    """
    name, own = take_option(sys.argv[1:])
    if name is None:
        return task

    from qnlnet.records.row_config import compose_row  # pandas: not needed without the option
    from qnlnet.records.stored import find_rows

    for word in own:
        if word in ("-m", "--multirun"):
            raise argument_error(OPTION, "stand without --multirun", name, "It repeats one row.")
        key = _key(word)
        if key.split(".")[0] in _WITHOUT_EFFECT:
            raise argument_error(
                key, f"be left out with {OPTION}", word.partition("=")[2], "It trains one seed and writes nothing."
            )
    stored = find_rows(name, RESULTS)
    row = stored[0].row
    overrides = list(compose_row(row).overrides)
    if not row["data_official"] and ":" not in row["dataset"]:  # of own images nothing is official
        overrides.append("data.verify=false")
    given = {_key(word) for word in own}
    options = [word for word in own if not _is_override(word)]  # Hydra takes overrides in one piece only
    overrides = [word for word in overrides if _key(word) not in given] + list(filter(_is_override, own))
    sys.argv[1:] = [*options, *overrides]
    return lambda config: repeat(config, stored, shlex.join(overrides))


def take_option(words: list[str]) -> tuple[str | None, list[str]]:
    """Returns the value of ``--rerun`` and the other words; None without it.

    Raises:
        ArgumentError: It has no value, or stands there twice.
    """
    value, others = None, []
    remaining = iter(words)
    for word in remaining:
        option, equals, rest = word.partition("=")
        if option != OPTION:
            others.append(word)
            continue
        given = rest if equals else next(remaining, "")
        if value is not None or not given or given.startswith("-") or "=" in given:
            advice = f"For example {OPTION} ffc4cf62522b-7. `python scripts/check_results.py --list` shows all rows."
            raise argument_error(OPTION, "be followed by the id of one row", given, advice)
        value = given
    return value, others


def _is_override(word: str) -> bool:
    return word.startswith("~") or ("=" in word and not word.startswith("-"))


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~")


def repeat(config: DictConfig, stored: "list[StoredRow]", words: str) -> None:
    """Trains the row again and says what came out.

    Args:
        config: The composed configuration.
        stored: The row in each table that holds it.
        words: The overrides that it was composed from.

    Raises:
        SystemExit: With status 1 if a number differs, 130 or 143 after Ctrl-C or SIGTERM.
    """
    try:
        same = _train_and_compare(config, stored, words)
    except KeyboardInterrupt:
        end_stopped("Nothing was written; the same command starts again.")
    if not same:
        sys.exit(_DIFFERS)


def _train_and_compare(config: DictConfig, stored: "list[StoredRow]", words: str) -> bool:
    cell = build_run_config(config).model_copy(update={"allow_constant": True})  # the row exists, so it was allowed

    from qnlnet.compilation import processor
    from qnlnet.data import load_dataset  # these take seconds to import and are not needed for a mistake
    from qnlnet.runs.rerun import check_same_cell, compare, train_again

    for one in stored:
        check_same_cell(cell, one)
    dataset = load_dataset(cell.data)
    _introduce(stored, dataset, words)
    replica = train_again(cell, int(stored[0].row["seed"]), dataset)
    last, same = replica.epochs[-1], True
    for one in stored:
        table = short_path(one.table, PROJECT)
        if sentences := compare(one, replica, dataset):
            same = False
            accuracies = f"test accuracy {one.row['test_accuracy']:.2f} % then, {last.test_accuracy:.2f} % now"
            print(f"Differs from {table} ({accuracies}):", *sentences, sep="\n  ")
        else:
            print(
                f"Same to the last digit as {table}: loss and accuracies of {len(replica.epochs)} epochs, "
                f"train {last.train_accuracy:.2f} %, test {last.test_accuracy:.2f} %."
            )
    if not same:
        print(
            f"The kernels are compiled for the processor at hand, here {processor()}: on another one, sums that are "
            "taken in another order differ in their last digits, and what training makes of that may be more."
        )
    return same


def _introduce(stored: "list[StoredRow]", dataset: "Dataset", words: str) -> None:
    """Prints before the training which row it is and what has changed since then."""
    from qnlnet import provenance
    from qnlnet.compilation import processor
    from qnlnet.records import dataset_label, reducer_label
    from qnlnet.records.stored import row_id

    row = stored[0].row
    print(
        f"Row {row_id(row)} of {', '.join(short_path(one.table, PROJECT) for one in stored)}: "
        f"{dataset_label(row['dataset'], row['classes'])}, {reducer_label(row['reducer'])}, ansatz {row['ansatz']}, "
        f"{row['protocol']} protocol, seed {row['seed']}\n"
        f"  {words}"
    )
    for one in stored:
        if one.row["data_fingerprint"] != dataset.fingerprint:
            print(
                f"The images are not those of {short_path(one.table, PROJECT)}: {one.row['data_fingerprint']} then, "
                f"{dataset.fingerprint} now. The numbers will differ."
            )
    if "data.verify=false" in words:
        print("The row's images failed the check against the official hashes, so data.verify=false is set as well.")
    for one in stored:
        now = provenance.versions()
        if "cpu" in provenance.parse_versions(one.row["versions"]):  # older rows do not tell
            now += f"; cpu {processor()}"
        changed = provenance.differing_versions(one.row["versions"], now)
        versions = ", ".join(f"{name} {then} then and {now} now" for name, then, now in changed)
        print(f"Commit {one.row['commit']} then, {provenance.commit()} now. Versions: {versions or 'the same'}.")
    sys.stdout.flush()
