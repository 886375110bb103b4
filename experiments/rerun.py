"""`train.py --rerun ROW_ID`: trains a committed row again and says whether its numbers came out the same."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from command_line import end_stopped
from omegaconf import DictConfig

from qnlnet.config import RunConfig, unusual_settings, with_values
from qnlnet.config.overrides import key_of, short_key
from qnlnet.errors import argument_error
from qnlnet.files import short_path

if TYPE_CHECKING:
    from qnlnet.data import Dataset
    from qnlnet.records.stored import StoredRow

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "results"
OPTION = "--rerun"
_ALLOWED = ("data.root", "data.verify", "data.accept_copies", "backend.budget_seconds", "workers")
_DIFFERS = 1
Task = Callable[[DictConfig], None]


def repeat_if_asked(task: Task) -> Task:
    """Returns `task`, or with ``--rerun ROW_ID`` on the command line the task that repeats this row.

    The row's settings are those that are kept beside it; only where its images lie and the like may be said again.

    Raises:
        ArgumentError: The row is unknown, or an override would change it or have no effect.
        ResultsError: A committed table cannot be read, or the row's settings are not kept beside it.
    """
    name, own = take_option(sys.argv[1:])
    if name is None:
        return task

    from qnlnet.records.configurations import recall  # pandas: not needed without the option
    from qnlnet.records.stored import find_rows

    changes: dict[str, Any] = {}
    for word in own:
        if word in ("-m", "--multirun"):
            raise argument_error(OPTION, "stand without --multirun", name, "It repeats one row.")
        if not _is_override(word):
            continue
        key, value = key_of(word), word.partition("=")[2]
        if key not in _ALLOWED:
            advice = f"The row's settings are kept beside it. What may be given is {', '.join(_ALLOWED)}."
            raise argument_error(short_key(key), f"be left out with {OPTION}", value, advice)
        changes[key] = yaml.safe_load(value)
    stored = find_rows(name, RESULTS)
    row = stored[0].row
    if not row["data_official"] and ":" not in row["dataset"]:  # of own images nothing is official
        changes.setdefault("data.verify", False)
    cell = with_values(recall(row["config_hash"]), {"allow_constant": True, **changes})  # it exists, so it was allowed
    if "--cfg" in own:
        print(yaml.safe_dump(cell.model_dump(mode="json", by_alias=True), sort_keys=False), end="")
        sys.exit(0)
    sys.argv[1:] = [word for word in own if not _is_override(word)]
    return lambda config: repeat(cell, stored)


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


def repeat(cell: RunConfig, stored: "list[StoredRow]") -> None:
    """Trains the row again and says what came out.

    Args:
        cell: Its configuration.
        stored: The row in each table that holds it.

    Raises:
        SystemExit: With status 1 if a number differs, 130 or 143 after Ctrl-C or SIGTERM.
    """
    try:
        same = _train_and_compare(cell, stored)
    except KeyboardInterrupt:
        end_stopped("Nothing was written; the same command starts again.")
    if not same:
        sys.exit(_DIFFERS)


def _train_and_compare(cell: RunConfig, stored: "list[StoredRow]") -> bool:
    from qnlnet.compilation import processor
    from qnlnet.data import load_dataset  # these take seconds to import and are not needed for a mistake
    from qnlnet.records import setting_label
    from qnlnet.runs.rerun import check_same_cell, compare, train_again

    for one in stored:
        check_same_cell(cell, one)
    dataset = load_dataset(cell.data)
    _introduce(cell, stored, dataset)
    replica = train_again(cell, int(stored[0].row["seed"]), dataset)
    last, same = replica.epochs[-1], True
    for one in stored:
        table = short_path(one.table, PROJECT)
        if sentences := compare(one, replica, dataset):
            same = False
            accuracies = f"test accuracy {one.row['test_accuracy']:.2f} % then, {last.test_accuracy:.2f} % now"
            print(f"Differs from {table} ({accuracies}):", *sentences, sep="\n  ")
        else:
            epochs = f"loss and accuracies of {setting_label('epochs', len(replica.epochs))}"
            print(
                f"Same to the last digit as {table}: {'accuracies' if cell.model.is_fitted else epochs}, "
                f"train {last.train_accuracy:.2f} %, test {last.test_accuracy:.2f} %."
            )
    if not same:
        print(
            f"The kernels are compiled for the processor at hand, here {processor()}: on another one, sums that are "
            "taken in another order differ in their last digits, and what training makes of that may be more."
        )
    return same


def _introduce(cell: RunConfig, stored: "list[StoredRow]", dataset: "Dataset") -> None:
    """Prints before the training which row it is and what has changed since then."""
    from qnlnet import provenance
    from qnlnet.compilation import processor
    from qnlnet.records.stored import row_id
    from qnlnet.training import describe

    row = stored[0].row
    print(
        f"Row {row_id(row)} of {', '.join(short_path(one.table, PROJECT) for one in stored)}: {describe(cell)}, "
        f"seed {row['seed']}\n  {unusual_settings(cell, ('train.epochs', 'train.learning_rate'))}".rstrip()
    )
    for one in stored:
        if one.row["data_fingerprint"] != dataset.fingerprint:
            print(
                f"The images are not those of {short_path(one.table, PROJECT)}: {one.row['data_fingerprint']} then, "
                f"{dataset.fingerprint} now. The numbers will differ."
            )
    if not cell.data.verify:
        print("The row's images failed the check against the official hashes, so data.verify=false is set as well.")
    for one in stored:
        now = provenance.versions()
        if "cpu" in provenance.parse_versions(one.row["versions"]):  # older rows do not tell
            now += f"; cpu {processor()}"
        changed = provenance.differing_versions(one.row["versions"], now)
        versions = ", ".join(f"{name} {then} then and {now} now" for name, then, now in changed)
        print(f"Commit {one.row['commit']} then, {provenance.commit()} now. Versions: {versions or 'the same'}.")
    sys.stdout.flush()
