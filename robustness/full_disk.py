"""Disks that are full, or read-only."""

import os
import re
import shutil
from itertools import count
from pathlib import Path

from robustness.cells import ONE_BY_ONE, SWEEP
from robustness.disks import SmallDisk
from robustness.finding import Broken, Finding
from robustness.processes import Ended
from robustness.troubles import NOBODY
from robustness.watched import Bench, contents, half_done

_PAGE = 4  # KiB
_FULL = re.compile(
    r"error: The (?:file|folder) (?:\S*/)?(?P<name>[^/\s]+) cannot be (?:written|locked): No space left on device\. "
    r"Choose a folder .*"
)
_WRITTEN = {"epochs.csv", "seeds.csv", "seed-N.new.ckpt", "seed-N.pt"}


def fill_the_disk(bench: Bench, seed: int, times: int) -> Finding:
    """Lets the disk be full at each file in turn: it grows by a page, or a file, and the same command runs again."""
    refused, named, lost, equal = 0, set[str](), 0, True
    for has_rows, limit, step in ((False, "size={}k", _PAGE), (False, "nr_inodes={}", 1), (True, "size={}k", _PAGE)):
        watched = bench.watch(ONE_BY_ONE)
        if has_rows:
            watched.run(more=("seeds=1",))
        with SmallDisk(watched.folder, "size=1m") as disk:
            shutil.copytree(watched.folder, disk.seen_from_outside, dirs_exist_ok=True)
            used = _used(disk.seen_from_outside, limit)
            for size in count(used + step, step):
                disk.change(limit.format(size))
                ended = watched.start(disk=disk.process).wait()
                watched.look(disk.seen_from_outside)
                if ended.status == 0:
                    break
                named.add(_full_at(ended))
                refused += 1
            watched.check_complete(ended)
        lost, equal = lost + watched.rows_lost, equal and watched.equal
    if not named >= _WRITTEN:
        raise Broken(f"the disk was never full at {sorted(_WRITTEN - named)}")
    return Finding(refused, 0, lost, equal, "clear error, then right numbers")


def full_in_a_sweep(bench: Bench, seed: int, times: int) -> Finding:
    """Lets the disk be full in a sweep: its summary names what failed, and the same command runs that again."""
    watched = bench.watch(SWEEP)
    with SmallDisk(watched.folder, "size=24k") as disk:
        ended = watched.start(disk=disk.process).wait()
        watched.look(disk.seen_from_outside)
        if ended.status != 1 or "No space left on device" not in ended.out or "cells failed" not in ended.out:
            raise Broken(f"there is no summary, but status {ended.status} and: {ended.out} {ended.err}")
        disk.change("size=1m")
        ended = watched.start(disk=disk.process).wait()
        watched.look(disk.seen_from_outside)
    watched.check_complete(ended)
    return watched.finding(1, "clear error, then right numbers")


def _full_at(ended: Ended) -> str:
    """Returns the file that a command could not write, as its error says."""
    match = _FULL.search(ended.err)
    if not match or ended.status != 2 or "Traceback" in ended.err:
        raise Broken(f"there is no clear error, but status {ended.status} and: {ended.err}")
    return re.sub(r"\d+", "N", match["name"])


def _used(folder: Path, option: str) -> int:
    """Returns how much of the disk is taken, in KiB or in files."""
    disk = os.statvfs(folder)
    if "size" in option:
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize // 1024
    return disk.f_files - disk.f_ffree


def read_only_disk(bench: Bench, seed: int, times: int) -> Finding:
    """Runs the command on a disk that became read-only in the middle of the work."""
    watched = half_done(bench)
    elsewhere = watched.folder.with_suffix(".content")
    shutil.copytree(watched.folder, elsewhere)
    with SmallDisk(watched.folder, "size=1m") as disk:
        shutil.copytree(elsewhere, disk.seen_from_outside, dirs_exist_ok=True)
        disk.change("ro")
        before = contents(disk.seen_from_outside)
        ended = watched.start(disk=disk.process).wait()
        if ended.status != 2 or "cannot be written: Read-only file system" not in ended.err or ": train" in ended.err:
            raise Broken(f"there is no clear error, but status {ended.status} and: {ended.err}")
        if contents(disk.seen_from_outside) != before:
            raise Broken("a read-only disk was changed")
        disk.change("rw")
        ended = watched.start(disk=disk.process).wait()
        watched.look(disk.seen_from_outside)
    watched.check_complete(ended)
    return watched.finding(1, "clear error, then right numbers")


def folder_of_another(bench: Bench, seed: int, times: int) -> Finding:
    """Runs the command in a folder that belongs to somebody else."""
    watched = half_done(bench)
    folders = [watched.folder, *(path for path in watched.folder.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    before = contents(watched.folder)
    trouble = {"user": NOBODY} if os.geteuid() == 0 else {}
    ended = watched.run(**trouble)
    watched.check_refused(ended, "cannot be written: Permission denied", before=before)
    for folder in folders:
        folder.chmod(0o755)
    watched.finish()
    return watched.finding(1, "clear error, then right numbers")
