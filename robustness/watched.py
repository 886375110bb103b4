"""A folder under observation: what happens to it is counted against what an undisturbed run gives."""

import shutil
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from robustness.cells import ONE_BY_ONE, Replica, Snapshot, Work, look, write_images
from robustness.commits import path_with_commit
from robustness.finding import Broken, Finding
from robustness.processes import Ended, Order, Running, Starter


@dataclass(frozen=True)
class Reference:
    """An undisturbed run.

    Attributes:
        folder: Where it lies.
        snapshot: What it left.
        seconds: How long it took.
        operations: How often it did what to which file.
    """

    folder: Path
    snapshot: Snapshot
    seconds: float
    operations: Counter[str]


class Bench:
    """Where scenarios are played.

    Args:
        starter: Starts processes.
        folder: An empty folder.

    Attributes:
        environment: Variables that all commands get.
    """

    def __init__(self, starter: Starter, folder: Path) -> None:
        self.starter = starter
        self.folder = folder
        self._references: dict[str, Reference] = {}
        self._folders = 0
        write_images(folder / "images")
        self.environment = {"PATH": path_with_commit(self.new_folder())}

    def new_folder(self) -> Path:
        """Returns another empty folder beside ``images``."""
        self._folders += 1
        folder = self.folder / str(self._folders)
        folder.mkdir()
        return folder

    def reference(self, work: Work) -> Reference:
        """Returns the undisturbed run of a command, made once."""
        if work.name not in self._references:
            folder = self.new_folder()
            log = folder.with_suffix(".operations")
            self.starter.warm_up()
            start = time.perf_counter()
            ended = self.starter.run(
                Order(folder, work.arguments, troubles={"count": str(log)}, environment=self.environment)
            )
            seconds = time.perf_counter() - start
            if ended.status != 0:
                raise Broken(f"the undisturbed run failed: {ended.err}")
            operations = Counter(log.read_text(encoding="utf-8").splitlines())
            self._references[work.name] = Reference(folder, look(folder), seconds, operations)
        return self._references[work.name]

    def watch(self, work: Work, copy_of: Path | None = None) -> "Watched":
        """Returns a folder for a command, empty or a copy of another one."""
        folder = self.new_folder()
        if copy_of is not None:
            shutil.copytree(copy_of, folder, dirs_exist_ok=True)
        return Watched(self, work, folder)


class Watched:
    """A folder in which one command runs again and again.

    Attributes:
        folder: The working folder of the command.
        rows_lost: Rows that have vanished or changed so far.
        equal: Whether all numbers seen so far are those of the undisturbed run.
        last: What the folder held when it was last looked at.
    """

    def __init__(self, bench: Bench, work: Work, folder: Path) -> None:
        self.bench = bench
        self.work = work
        self.folder = folder
        self.rows_lost = 0
        self.equal = True
        self._reference = bench.reference(work).snapshot
        self.last = look(folder)

    def order(self, more: tuple[str, ...] = (), environment: Mapping[str, str] | None = None, **troubles: Any) -> Order:
        """Returns the order to run the command here, with more arguments and variables, and with troubles."""
        variables = {**self.bench.environment, **(environment or {})}
        return Order(self.folder, (*self.work.arguments, *more), troubles=troubles, environment=variables)

    def start(self, **options: Any) -> Running:
        """Starts the command; see `order`."""
        return self.bench.starter.start(self.order(**options))

    def run(self, **options: Any) -> Ended:
        """Runs the command, see `order`, and looks at what it leaves."""
        ended = self.start(**options).wait()
        self.look()
        return ended

    def look(self, folder: Path | None = None) -> None:
        """Compares what is on disk with what was there before and with the undisturbed run.

        Args:
            folder: The same folder as this process sees it, if it sees it elsewhere.

        Raises:
            Broken: A file is not whole, a finished replica lacks something, or a checkpoint has gone.
        """
        now, before = look(folder or self.folder), self.last
        for replica, line in before.seed_lines.items():
            self.rows_lost += now.seed_lines.get(replica) != line
            kept = now.epoch_lines.get(replica, ())
            self.rows_lost += sum(line not in kept for line in before.epoch_lines.get(replica, ()))
        for replica, epochs in before.progress.items():
            if replica not in now.seed_lines and now.progress.get(replica, -1) < epochs:
                raise Broken(f"the checkpoint of {replica} after epoch {epochs} has gone")
        self._compare(now)
        self.last = now

    def forget(self, *what: str) -> None:
        """Forgets parts of the last `Snapshot`: what the scenario itself removes, or lets be trained again."""
        nothing: dict[str, Any] = {name: {} for name in what}
        self.last = replace(self.last, **nothing)

    def _compare(self, now: Snapshot) -> None:
        for replica, values in now.seed_values.items():
            if replica not in now.models or replica not in now.epoch_lines:
                raise Broken(f"{replica} has a row, but no model or no epochs")
            self.equal &= self._is_equal(now, replica, values)

    def _is_equal(self, now: Snapshot, replica: Replica, values: tuple[Any, ...]) -> bool:
        reference = self._reference
        return (
            values == reference.seed_values.get(replica)
            and now.epoch_lines[replica] == reference.epoch_lines[replica]
            and now.models[replica] == reference.models[replica]
        )

    def finish(self, **options: Any) -> Ended:
        """Runs the command once more, undisturbed, and checks that everything is there then.

        Raises:
            Broken: It fails, or something is missing or left over.
        """
        ended = self.run(**options)
        self.check_complete(ended)
        return ended

    def check_complete(self, ended: Ended) -> None:
        """Checks that a command has succeeded and that the folder holds what that of the undisturbed run holds.

        Raises:
            Broken: It does not.
        """
        if ended.status != 0:
            raise Broken(f"the same command ended with status {ended.status}: {ended.err}")
        if self.last.seed_lines.keys() != self._reference.seed_lines.keys():
            raise Broken(f"rows are missing: there are {sorted(self.last.seed_lines)}")
        if self.last.epoch_lines.keys() != self._reference.epoch_lines.keys():
            raise Broken(f"epochs of {sorted(self.last.epoch_lines)} are there")
        if self.last.leftovers or self.last.progress:
            raise Broken(f"files are left over: {self.last.leftovers}, checkpoints of {sorted(self.last.progress)}")

    def check_refused(self, ended: Ended, *words: str, before: Mapping[str, bytes]) -> None:
        """Checks that a command has ended with one clear sentence and has changed nothing.

        Args:
            ended: The command.
            words: What the sentence must hold.
            before: What `contents` gave before.

        Raises:
            Broken: It was another way.
        """
        lines = ended.err.splitlines()
        if ended.status != 2 or len(lines) != 1 or not lines[0].startswith("error: "):
            raise Broken(f"there is no clear error, but status {ended.status} and: {ended.err}")
        if missing := [word for word in words if word not in lines[0]]:
            raise Broken(f"the error does not say {missing}: {lines[0]}")
        if contents(self.folder) != before:
            raise Broken("a command that was refused has changed files")

    def finding(self, times: int, ending: str = "right numbers", kills: int = 0) -> Finding:
        """Returns what came of it."""
        return Finding(times, kills, self.rows_lost, self.equal, ending)


def half_done(bench: Bench, epochs: int = 5, work: Work = ONE_BY_ONE) -> Watched:
    """Returns a folder with a finished replica, seed 0, and one on its way, seed 1, killed after so many epochs.

    Raises:
        Broken: There is something else in it.
    """
    watched = bench.watch(work)
    watched.run(more=("seeds=1",))
    die = {"kind": "write cell/checkpoints/.seed-1.new.ckpt.tmp", "at": epochs, "signal": signal.SIGKILL}
    ended = watched.run(die=die)
    if watched.last.progress != {("cell", 1): epochs} or watched.last.seed_lines.keys() != {("cell", 0)}:
        raise Broken(f"a folder could not be prepared: {ended.err}")
    return watched


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the content of each file below `folder` by its name there; lock files are left out."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def draw(random: Random, choices: Counter[str]) -> tuple[str, int]:
    """Returns a kind of operation, each as likely as the others, and which one of its kind."""
    kind = random.choice(sorted(choices))
    return kind, random.randrange(choices[kind])
