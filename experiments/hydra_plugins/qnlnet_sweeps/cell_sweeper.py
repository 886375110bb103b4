"""`hydra/sweeper=cells`: every combination of the choices is a cell; the sweep goes on when one fails."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.utils import JobReturn, JobStatus

from qnlnet.config.overrides import read_override, short_override
from qnlnet.errors import ArgumentError, check_at_least

_FAILED = 1


class CellSweeper(BasicSweeper):
    """Hydra's own sweeper with a summary at the end, whatever happened to single cells."""

    def sweep(self, arguments: list[str]) -> None:
        """Runs all combinations, prints what became of each, and ends with status 1 if one failed."""
        assert self.config is not None
        assert self.launcher is not None
        assert self.hydra_context is not None
        if self.max_batch_size is not None:
            check_at_least("hydra.sweeper.max_batch_size", self.max_batch_size, 1)
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        batches = self.split_arguments(
            parser.parse_overrides([*map(read_override, self._parse_config()), *arguments]), self.max_batch_size
        )
        Path(self.config.hydra.sweep.dir).mkdir(parents=True, exist_ok=True)
        jobs: list[JobReturn] = []
        cells: list[list[str]] = []
        for words in batches:
            # range(0,3) and choice(0,1,2) give numbers, which Hydra does not take for options of a group.
            batch = [[read_override(word) for word in overrides] for overrides in words]
            if not getattr(self.launcher, "composes_all_first", False):
                self.validate_batch_is_legal(batch)
            jobs += self.launcher.launch(batch, initial_job_idx=len(cells))
            cells += [[short_override(word) for word in overrides] for overrides in batch]
        _report(cells, jobs)


def _report(cells: Sequence[Sequence[str]], jobs: Sequence[JobReturn]) -> None:
    from qnlnet.runs import Outcome, format_outcomes  # torch: not needed for a mistake on the command line

    labels = _labels(cells)
    values = [job._return_value for job in jobs]  # of a failed job the error, which `return_value` would raise
    if all(isinstance(value, Outcome | Exception) for value in values):
        print(format_outcomes(labels, values))
    else:  # a task other than training, which says itself what it has found
        for label, value in zip(labels, values, strict=True):
            if isinstance(value, Exception):
                print(f"{label}: {value}")
    failed = [
        overrides
        for overrides, job, value in zip(cells, jobs, values, strict=True)
        if job.status != JobStatus.COMPLETED or (isinstance(value, Outcome) and value.status == "failed")
    ]
    if not failed:
        return
    mistaken = [
        overrides
        for overrides, value in zip(cells, values, strict=True)
        if (value.is_mistake if isinstance(value, Outcome) else isinstance(value, ArgumentError))
    ]
    others = [overrides for overrides in failed if overrides not in mistaken]
    print(f"\n{len(failed)} of {len(cells)} cells failed.", end="")
    if mistaken:
        print(" What the sentences above name must be changed first: the same settings would fail again.", end="")
    if others:
        print(" The same command runs them again and no others; one alone:", end="")
    print()
    for overrides in others:
        print(f"  python {shlex.join([sys.argv[0], *overrides])}")
    sys.exit(_FAILED)


def _labels(cells: Sequence[Sequence[str]]) -> list[str]:
    """Returns the overrides in which the cells differ."""
    common = set(cells[0]).intersection(*cells)
    return [" ".join(word for word in overrides if word not in common) or " ".join(overrides) for overrides in cells]
