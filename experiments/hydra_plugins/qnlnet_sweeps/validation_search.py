"""`hydra/sweeper=optuna`: a search that sees held-out training images only; only the winner is run on the test set."""

import json
import logging
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from hydra_plugins.hydra_optuna_sweeper.optuna_sweeper import OptunaSweeper
from omegaconf import DictConfig, OmegaConf

from qnlnet.config.overrides import key_of, read_override, short_key, short_override
from qnlnet.errors import ArgumentError, ResultsError, check_at_least
from qnlnet.files import write_file

_SPLIT = "data.evaluate_on"


class ValidationSearch(OptunaSweeper):
    """Hydra's Optuna sweeper on the validation split, followed by one run of the winner on the test split.

    A trial is a cell, and its score the mean accuracy over the cell's seeds. The sampler is seeded and finished cells
    are kept, so the same command after an interruption makes the same proposals and goes on where it stopped.
    """

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Stores what Hydra passes to sweepers."""
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self._directory = Path(config.hydra.sweep.dir)
        assert self.sweeper.launcher is not None
        self._trials = self.sweeper.launcher = _Remembering(self.sweeper.launcher)

    def sweep(self, arguments: list[str]) -> None:
        """Searches, then trains the winner with the whole training set and prints its test accuracy.

        Raises:
            ArgumentError: The arguments choose the split, which is not theirs to choose.
            ResultsError: No trial has finished, or the winner could not be trained.
        """
        # Optuna would take `++key` for another parameter than `key`.
        arguments = [argument.removeprefix("++") for argument in arguments]
        if any(argument.lstrip("+").startswith(f"{_SPLIT}=") for argument in arguments):
            raise ArgumentError(
                f"Argument `{_SPLIT}` must be left out of a search: its trials see held-out training images, "
                "and only the winner sees the test set."
            )
        for name in ("n_trials", "n_jobs"):
            check_at_least(f"hydra.sweeper.{name}", getattr(self.sweeper, name), 1)
        if self.sweeper.params:  # `r` is the same parameter as `model.r`
            params = {key_of(read_override(str(key))): value for key, value in self.sweeper.params.items()}
            self.sweeper.params = OmegaConf.create(params)
        _silence_optuna()
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            super().sweep([*arguments, f"{_SPLIT}=validation"])
        except ValueError as error:  # Optuna's way of saying that there is no best trial
            if any(job.status == JobStatus.COMPLETED for job in self._trials.jobs):
                raise
            if not self._trials.jobs:
                raise ArgumentError(f"The search cannot begin: {error}") from error
            raise ResultsError(
                f"No trial has finished. The first failed: {self._trials.jobs[0]._return_value}"
            ) from error
        finally:
            self._trials.report(arguments)
        found = OmegaConf.load(self._directory / "optimization_results.yaml")
        chosen = {str(name): value for name, value in found.best_params.items()}
        winner = [*self._fixed(arguments, chosen), *(f"{name}={value}" for name, value in chosen.items())]
        winner.append(f"{_SPLIT}=test")
        self._report(chosen, float(found.best_value), winner, self._train(winner))

    def _fixed(self, arguments: Sequence[str], chosen: dict[str, Any]) -> list[str]:
        """Returns what all trials have in common; where hydra.sweeper.params differ, the command line counts."""
        words = {word.partition("=")[0]: word for word in arguments}
        for word in self.sweeper._parse_sweeper_params_config():
            words.setdefault(word.partition("=")[0], word)
        return [word for name, word in words.items() if name not in chosen]

    def _train(self, overrides: list[str]) -> Any:
        (job,) = self._trials.launch([overrides], initial_job_idx=len(self._trials.jobs))
        if job.status != JobStatus.COMPLETED:
            raise ResultsError(f"The winner could not be trained: {job._return_value}")
        return job._return_value

    def _report(self, chosen: dict[str, Any], validation: float, winner: list[str], outcome: Any) -> None:
        test = float(outcome)
        winner = [short_override(word) for word in winner]
        chosen = {
            short_key(name): value.strip("'") if isinstance(value, str) else value for name, value in chosen.items()
        }
        settings = " ".join(f"{name}={value}" for name, value in chosen.items())
        print(f"\nChosen on held-out training images ({validation:.2f} %): {settings}")
        print(f"Test accuracy of this winner, {len(outcome.seed_rows)} seeds: {test:.2f} %. Rows: {outcome.directory}")
        print(f"The winner again: python {shlex.join([sys.argv[0], *winner])}")
        summary = {"chosen": chosen, "validation_accuracy": validation, "test_accuracy": test, "winner": winner}
        write_file(self._directory / "search.json", (json.dumps(summary, indent=1) + "\n").encode())


class _Quiet(JobReturn):
    """A job whose failure is reported once, at the end, and not each time when Optuna asks for its value."""

    @property
    def return_value(self) -> Any:
        if self.status != JobStatus.COMPLETED:
            raise self._return_value
        return self._return_value

    @return_value.setter
    def return_value(self, value: Any) -> None:
        self._return_value = value


class _Remembering(Launcher):
    """A launcher that remembers what came of its jobs; a cell that failed is a failed job."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self.jobs: list[JobReturn] = []

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self._launcher.setup(hydra_context=hydra_context, task_function=task_function, config=config)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        quoted = [[read_override(word) for word in overrides] for overrides in job_overrides]
        jobs = [_Quiet(**vars(job)) for job in self._launcher.launch(quoted, initial_job_idx)]
        for job, overrides in zip(jobs, quoted, strict=True):
            job.overrides = list(overrides)
            if getattr(job._return_value, "status", None) == "failed":
                job.status, job._return_value = JobStatus.FAILED, ResultsError(job._return_value.error)
        self.jobs += jobs
        return jobs

    def report(self, common: Sequence[str]) -> None:
        """Prints what became of all jobs."""
        if not self.jobs:
            return
        from qnlnet.runs import format_outcomes

        hidden = {*map(short_override, common), f"{_SPLIT}=validation"}
        cells = [[short_override(word) for word in job.overrides or ()] for job in self.jobs]
        labels = [" ".join(word for word in words if word not in hidden) or " ".join(words) for words in cells]
        print(format_outcomes(labels, [job._return_value for job in self.jobs]))


def _silence_optuna() -> None:
    import optuna  # takes a second, which searches only should pay for

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    logging.getLogger("hydra_plugins.hydra_optuna_sweeper").setLevel(logging.CRITICAL)  # the report says it better
